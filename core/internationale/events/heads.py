"""Heads: what a section says it holds of everybody's log, signed with its log key.

They show what a chain alone cannot: that the newest events of a log are being withheld from somebody, and that a log shows
different faces to different sections. And they are what "who has received this" on a page stands on.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, PlainSerializer, field_validator

from internationale.errors import Untrusted
from internationale.events import envelope, keys, signed
from internationale.events.logs import Keyring
from internationale.events.signed import Document, SignedDocument


class Head(Document):
    """The last event held of one log: its epoch, number and hash. In the document: ``[epoch, number, hash]``."""

    epoch: signed.Epoch
    sequence: signed.Number
    hash: signed.Hash

    def covers(self, epoch: int, sequence: int) -> bool:
        """Whether who has this head holds the event of this number. A later epoch stands on all earlier ones."""
        return (self.epoch, self.sequence) >= (epoch, sequence)


def _row(head: Head) -> list[int | str]:
    return [head.epoch, head.sequence, head.hash]


class Heads(Document):
    """One section's signed word: the heads of every log that it holds anything of, and the roster version it goes by."""

    section: signed.Code
    time: signed.Moment
    roster: signed.Number
    heads: Annotated[dict[signed.Code, Annotated[Head, PlainSerializer(_row)]], Field(max_length=1000)]

    @field_validator("heads", mode="before")
    @classmethod
    def _rows(cls, value: object) -> object:
        """Rows of three, read into heads."""
        if not isinstance(value, dict):
            return value
        return {
            code: dict(zip(("epoch", "sequence", "hash"), row, strict=True)) if isinstance(row, list) else row
            for code, row in value.items()
        }


def seal(heads: Heads, key: keys.SigningKey) -> SignedDocument:
    """Sign one's heads."""
    return SignedDocument.seal(keys.HEADS, heads, key)


def verify(candidate: SignedDocument, keyring: Keyring) -> Heads:
    """Accept a section's heads. Raises ``Untrusted``: ``bad_signature``, ``section_mismatch``, ``malformed_heads``.

    A key that has been replaced, or whose section is no longer a member, signs no more heads. Signatures are checked
    before anything is read.
    """
    if len(candidate.body) > envelope.MAX_BODY:
        raise Untrusted("oversize")
    for rules in keyring.values():
        current = tuple(entry.key for entry in rules.keys if entry.last is None)
        if signed.signers(keys.HEADS, candidate, current):
            heads = signed.parse(Heads, candidate.body, "malformed_heads")
            if heads.section != rules.section:
                raise Untrusted("section_mismatch")
            return heads
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
