"""Heads: what a section says it holds of everybody's log, signed with its log key.

They show what a chain alone cannot: that the newest events of a log are being withheld from somebody, and that a log shows
different faces to different sections. And they are what "who has received this" on a page stands on.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field

from internationale.errors import Untrusted
from internationale.events import envelope, keys, signed
from internationale.events.logs import Keyring
from internationale.events.signed import Document, SignedDocument


class Head(NamedTuple):
    """The last event held of one log: its epoch, number and hash. In the document: ``[epoch, number, hash]``."""

    epoch: signed.Epoch
    sequence: signed.Number
    hash: signed.Hash

    def covers(self, epoch: int, sequence: int) -> bool:
        """Whether who has this head holds the event of this number. A later epoch stands on all earlier ones."""
        return (self.epoch, self.sequence) >= (epoch, sequence)


class Beside(NamedTuple):
    """The furthest event of the asker's own log that goes with an answer. In the document: ``[epoch, number]``."""

    epoch: signed.Epoch
    sequence: signed.Number


def row(value: object) -> object:
    """Pydantic would read an object with the same names too, and then what we take in is wrong to whoever reads the format."""
    if not isinstance(value, tuple | list):
        raise ValueError("not a row")  # noqa: TRY004  # of which Pydantic makes its own error
    return value


class Heads(Document):
    """One section's signed word: the heads of every log that it holds anything of, and the roster version it goes by.

    ``asked``: the question that it answers, so that it was not signed before that was asked. ``to``: who has asked; ``beside``
    and ``beside_hash``: which event of the asker's goes with it, of what these heads do not tell. Who only carries the question
    could pass it on in another's name, and who carries the answer could keep back what goes with it, or put something else in its
    place. An older build signs neither ``to`` nor ``beside_hash``.
    """

    section: signed.Code
    time: signed.Moment
    roster: signed.Number
    heads: Annotated[dict[signed.Code, Annotated[Head, BeforeValidator(row)]], Field(max_length=1000)]
    asked: signed.Hash | None = None
    to: signed.Code | None = None
    beside: Annotated[Beside, BeforeValidator(row)] | None = None
    beside_hash: signed.Hash | None = None


def seal(heads: Heads, key: keys.SigningKey) -> SignedDocument:
    """Sign one's heads."""
    return SignedDocument.seal(keys.HEADS, heads, key)


Signers = Mapping[str, Sequence[tuple[str, keys.PublicKey]]]
"""Who may sign heads: by key id, the sections with such a key and the key."""


def signers(keyring: Keyring) -> Signers:
    """A key that has been replaced, or whose section is no longer a member, signs no more heads."""
    found: dict[str, list[tuple[str, keys.PublicKey]]] = {}
    for rules in keyring.values():
        for entry in rules.keys:
            if entry.last is None:
                found.setdefault(entry.key.id, []).append((rules.section, entry.key))
    return found


def named(candidate: SignedDocument, known: Signers) -> list[tuple[str, keys.PublicKey]]:
    """Whose keys the signatures name: one, unless somebody plays tricks. Nothing is verified yet."""
    ids = {signature.partition(".")[0] for signature in candidate.signatures}
    return sorted((each for id in ids for each in known.get(id, ())), key=lambda each: each[0])


def verify(candidate: SignedDocument, keyring: Keyring) -> Heads:
    """Accept a section's heads. Raises ``Untrusted``: ``bad_signature``, ``section_mismatch``, ``malformed_heads``."""
    return verify_by(candidate, signers(keyring))


def verify_by(candidate: SignedDocument, known: Signers) -> Heads:
    """The same for many. Signatures are checked before anything is read."""
    section = signer(keys.HEADS, candidate, known)
    heads = signed.parse(Heads, candidate.body, "malformed_heads")
    if heads.section != section:
        raise Untrusted("section_mismatch")
    return heads


def signer(payload_type: bytes, candidate: SignedDocument, known: Signers) -> str:
    """Whose key has signed what is said of this moment. Raises ``Untrusted``: ``oversize``, ``bad_signature``."""
    if len(candidate.body) > envelope.MAX_BODY:
        raise Untrusted("oversize")
    for section, key in named(candidate, known):
        if signed.signers(payload_type, candidate, (key,)):
            return section
    raise Untrusted("bad_signature")


def contradictions(one: Mapping[str, Head], other: Mapping[str, Head]) -> tuple[str, ...]:
    """The logs of which two sections hold different events under the same number: somebody has forked, or was forged."""
    return tuple(
        origin
        for origin, head in sorted(one.items())
        if origin in other
        and (head.epoch, head.sequence) == (other[origin].epoch, other[origin].sequence)
        and head != other[origin]
    )


def behind(mine: Mapping[str, Head], theirs: Mapping[str, Head]) -> tuple[str, ...]:
    """The logs of which the other holds more than I do."""
    return tuple(
        origin
        for origin, head in sorted(theirs.items())
        if origin not in mine or not mine[origin].covers(head.epoch, head.sequence)
    )
