"""A proof of a fork as a file: the rosters that say whose key it is, and two different events signed for one number.

One JSON object per line, as in an exported log: ``subject``, ``body`` (base64url), ``signature``. The rosters stand under
their own subjects, the events under ``intl.v1.proof.<section>.<epoch>.<sequence>.<hash16>``. Whoever trusts the first roster's
root keys can check it without a network and without this software (``deploy/verify``).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from internationale.errors import Untrusted
from internationale.events import keys, logs, roster
from internationale.events.envelope import Address, Envelope, Signed
from internationale.events.keys import PublicKey
from internationale.events.roster import Version
from internationale.events.signed import SignedDocument

PREFIX = "intl.v1.proof."
_LOG, _ROSTER = "intl.v1.log.", "intl.v1.roster."
MAX_LINES = 10_000
MAX_LINE = 1_000_000
"""Characters of a line: a body of 256 KiB as base64url, with room for signatures."""


class _Line(msgspec.Struct):
    subject: str
    body: str
    signature: str


@dataclass(frozen=True)
class Proven:
    """Two events that one section signed for one number. ``roots``: the keys that the first roster of the file stands on."""

    address: Address
    first: Envelope
    second: Envelope
    roots: tuple[PublicKey, ...]


def lines(chain: Sequence[Version], address: Address, events: Iterable[Signed]) -> Iterator[str]:
    """The file. The rosters go up to the last by which the key could sign this number: a later one may have closed the log."""
    events = tuple(events)
    for version in _by_which(chain, address, events):
        yield _line(version.subject, version.document.body, version.document.header)
    for signed in events:
        yield _line(f"{PREFIX}{address.subject.removeprefix(_LOG)}.{signed.hash[:16]}", signed.body, signed.signature)


def check(file: Iterable[str]) -> list[Proven]:
    """What a file proves; nothing when it proves nothing.

    Raises ``Untrusted``: ``malformed_line`` (its number is the place), ``subject_mismatch``, and the reasons of rosters and
    events.
    """
    documents: list[SignedDocument] = []
    found: dict[Address, dict[str, Signed]] = {}
    for number, line in enumerate(file, 1):
        if number > MAX_LINES or len(line) > MAX_LINE:
            raise Untrusted("malformed_line", place=str(number))
        subject, body, signature = _parts(line, number)
        if subject.startswith(_ROSTER):
            document = SignedDocument.from_header(body, signature)
            documents += [document] if document not in documents else []
        else:
            address, signed = _event(subject, Signed(body, signature))
            found.setdefault(address, {})[signed.hash] = signed
    chain = roster.verify_chain(documents)
    roots = tuple(root.key for root in chain[0].roster.roots)
    return [
        Proven(address, *_envelopes(chain, address, tuple(rivals.values())[:2]), roots)
        for address, rivals in sorted(found.items(), key=lambda pair: str(pair[0]))
        if len(rivals) > 1
    ]


def _by_which(chain: Sequence[Version], address: Address, events: Sequence[Signed]) -> Sequence[Version]:
    for length in range(len(chain), 0, -1):
        try:
            _verify(chain[:length], address, events)
        except Untrusted:
            continue
        return chain[:length]
    return chain


def _envelopes(chain: Sequence[Version], address: Address, events: Sequence[Signed]) -> tuple[Envelope, Envelope]:
    first, second = _verify(_by_which(chain, address, events), address, events)
    return first, second


def _verify(chain: Sequence[Version], address: Address, events: Sequence[Signed]) -> list[Envelope]:
    rules = roster.histories(chain).get((address.section, address.epoch))
    if rules is None:
        raise Untrusted("unknown_section", place=str(address))
    return [logs.verify(address.subject, signed, {rules.section: rules}) for signed in events]


def _event(subject: str, signed: Signed) -> tuple[Address, Signed]:
    where, _dot, hash16 = subject.removeprefix(PREFIX).rpartition(".")
    if not subject.startswith(PREFIX) or not signed.hash.startswith(hash16) or len(hash16) != 16:
        raise Untrusted("subject_mismatch", place=subject[:200])
    return Address.of_subject(_LOG + where), signed


def _parts(line: str, number: int) -> tuple[str, bytes, str]:
    try:
        given = msgspec.json.decode(line, type=_Line)
        return given.subject, keys.decode(given.body), given.signature
    except (ValueError, RecursionError) as error:
        raise Untrusted("malformed_line", place=str(number)) from error


def _line(subject: str, body: bytes, signature: str) -> str:
    return json.dumps({"subject": subject, "body": keys.encode(body), "signature": signature})
