"""The roster: the signed list of who is in the International, with which keys.

Rules after The Update Framework's root role: version N + 1 needs the threshold of N's root keys *and* of its own; one key
counts once; versions never skip and never go back; each version carries the hash of the one before. A threshold of one is a
valid beginning. Root keys sign nothing but rosters and are nobody's log keys.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from internationale.errors import Untrusted
from internationale.events import keys, names, signed
from internationale.events.envelope import genesis
from internationale.events.logs import KeyRange, Keyring, LogRules
from internationale.events.signed import Document, SignedDocument

BEGINNING = "0" * 64
"""The ``prevhash`` of the first version."""
SHORTEST = timedelta(days=7)
"""How long a version is valid at least: nobody could sign the next one in less."""
LONGEST = timedelta(days=397)
"""Thirteen months: how long a version may be valid. It bounds how long an attacker can hold back a newer one."""

Mandate = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class Status(StrEnum):
    """Where a section stands. Only members' logs go on."""

    MEMBER = "member"
    SUSPENDED = "suspended"
    EXPELLED = "expelled"
    RESIGNED = "resigned"


class Root(Document):
    """One key that may sign rosters. ``holder`` names an office or a section, never a person."""

    key: signed.Key
    holder: signed.Name


class LogKey(Document):
    """A log key and the numbers it may sign, within the section's current epoch."""

    key: signed.Key
    first: signed.Number
    last: signed.Number | None = None


class LastGood(Document):
    """Up to where a log counts: everything after it is not accepted. Number 0 (any hash): nothing of it. Of a member it is of the
    epoch before its own; of all others of their own, which it ends.
    """

    epoch: signed.Epoch
    sequence: signed.Count
    hash: signed.Hash


class Entry(Document):
    """One section. ``opened`` is the roster version that opened its current epoch; ``address`` the base of its pages.

    ``nkey``: as whom it signs in at the hubs; ``recipients``: the age keys to which sealed things for it are encrypted.
    """

    code: signed.Code
    name: signed.Name
    languages: signed.Languages
    status: Status
    mandates: Annotated[tuple[Mandate, ...], Field(max_length=32)] = ()
    epoch: signed.Epoch
    opened: signed.Number
    keys: Annotated[tuple[LogKey, ...], Field(min_length=1, max_length=256)]
    address: signed.Url | None = None
    nkey: signed.Nkey | None = None
    recipients: signed.Recipients | None = None
    last_good: LastGood | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        ended = self.last_good.epoch if self.last_good is not None else 0
        if ended not in ((0, self.epoch - 1) if self.status is Status.MEMBER else (self.epoch,)):
            raise ValueError("last_good is of the epoch before its own for a member, and of its own for all others")
        previous = 0
        for entry in self.keys:
            if entry.first <= previous or (entry.last is not None and entry.last < entry.first):
                raise ValueError("the keys' numbers overlap or are out of order")
            previous = entry.last if entry.last is not None else 2**53
        return self


class Hub(Document):
    """A carrier that the sections share. ``ca``: the PEM certificate that its TLS must lead to."""

    id: signed.Code
    urls: Annotated[tuple[signed.Url, ...], Field(min_length=1, max_length=16)]
    ca: signed.Certificate | None = None


def _distinct_roots(roots: tuple[Root, ...]) -> tuple[Root, ...]:
    if len({root.key for root in roots}) != len(roots):
        raise ValueError("a root key stands twice")
    return roots


class Roster(Document):
    """One version of the roster."""

    version: signed.Number
    prevhash: signed.Hash
    issued: signed.Moment
    expires: signed.Moment
    threshold: Annotated[int, Field(ge=1, le=64)]
    roots: Annotated[tuple[Root, ...], Field(min_length=1, max_length=64), AfterValidator(_distinct_roots)]
    sections: Annotated[tuple[Entry, ...], Field(max_length=1000)]
    hubs: Annotated[tuple[Hub, ...], Field(max_length=64)] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        codes = [entry.code for entry in self.sections]
        log_keys = [log_key.key for entry in self.sections for log_key in entry.keys]
        called = {names.alike(entry.name) for entry in self.sections}
        wrong = {
            "the threshold is higher than the number of roots": self.threshold > len(self.roots),
            "the sections are not in order, or one stands twice": sorted(set(codes)) != codes,
            "two sections have the same name": len(called) != len(codes),
            "one key stands for two logs": len(set(log_keys)) != len(log_keys),
            "a root key is also a log key": not {root.key for root in self.roots}.isdisjoint(log_keys),
            "an epoch was opened by a version to come": any(entry.opened > self.version for entry in self.sections),
            "it is valid for longer than thirteen months": self.expires - self.issued > LONGEST,
            "it is valid for less than a week": self.expires - self.issued < SHORTEST,
        }
        for sentence, is_so in wrong.items():
            if is_so:
                raise ValueError(sentence)
        return self

    def entry(self, code: str) -> Entry | None:
        """One section's entry."""
        return next((entry for entry in self.sections if entry.code == code), None)

    def expired(self, now: datetime) -> bool:
        """Past its date reading goes on, but nothing new may be decided from it."""
        return now >= self.expires


@dataclass(frozen=True)
class Version:
    """A version as it travels, and what it says. The bytes are the record: their hash is what the next version names."""

    document: SignedDocument
    roster: Roster

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the DSSE encoding of the signed bytes, 64 hex digits."""
        return keys.digest(keys.ROSTER, self.document.body).hex()

    @property
    def subject(self) -> str:
        """Where it travels, and under which it stands in files."""
        return subject(self.roster.version, self.hash, self.document.header)


def subject(version: int, hash: str, signatures: str) -> str:
    """Where a version travels: by its number, and a hash of all that stands there (by the bytes alone, the true ones without
    signatures could take its place). ``hash``: of the version; ``signatures``: as they travel.
    """
    whole = hashlib.sha256(bytes.fromhex(hash) + signatures.encode()).hexdigest()
    return f"intl.v1.roster.{version}.{whole[:16]}"


def verify(previous: Version | None, candidate: SignedDocument) -> Version:
    """Accept the version after ``previous`` (None: the first).

    Raises ``Untrusted``: ``malformed_roster`` (and the JSON's), ``roster_rollback`` (older, or another of the same number),
    ``roster_gap`` (versions in between are missing; can come right later), ``roster_fork`` (does not follow this one),
    ``roster_threshold`` (too few of the old or of its own roots signed), ``roster_history`` (a section vanished, its epoch
    went back or rose without saying where the one before ended, or somebody new begins otherwise than everybody does).
    """
    version = Version(candidate, signed.parse(Roster, candidate.body, "malformed_roster"))
    check_following(previous, version.roster)
    if previous is not None:
        _check_threshold(previous.roster, candidate)
    _check_threshold(version.roster, candidate)
    return version


def check_following(previous: Version | None, roster: Roster) -> None:
    """Whether a version could follow ``previous`` (None: be the first), whoever signs it. Raises like ``verify``."""
    if previous is not None:
        _check_succession(previous, roster)
    elif roster.version != 1:
        raise Untrusted("roster_gap")
    elif roster.prevhash != BEGINNING:
        raise Untrusted("roster_fork")
    _check_beginnings(previous, roster)


def verified(chain: Sequence[SignedDocument]) -> Iterator[Version]:
    """Check every version from the first, one after the other. Raises like ``verify``; ``roster_gap`` for an empty chain."""
    if not chain:
        raise Untrusted("roster_gap")
    version: Version | None = None
    for candidate in chain:
        version = verify(version, candidate)
        yield version


def verify_chain(chain: Sequence[SignedDocument]) -> tuple[Version, ...]:
    """The versions of a whole chain, checked as by ``verified``."""
    return tuple(verified(chain))


def keyring_of(chain: Sequence[Version], hashes: Mapping[int, str] | None = None) -> Keyring:
    """The rules of every log by a whole verified chain, with those of its earlier epochs.

    The log of a section that is no longer a member is authentic up to its ``last_good`` number, and not after. ``hashes``: of all
    versions by number; then ``chain`` may begin with the last one in which every section is in epoch 1: those before add nothing.
    """
    rules: dict[str, dict[int, LogRules]] = {}
    for (section, epoch), its in histories(chain, hashes).items():
        rules.setdefault(section, {})[epoch] = its
    return {entry.code: _with_closed(rules[entry.code], entry.epoch) for entry in chain[-1].roster.sections}


def _with_closed(rules: Mapping[int, LogRules], current: int) -> LogRules:
    return replace(rules[current], closed={epoch: its for epoch, its in rules.items() if epoch != current})


def histories(chain: Sequence[Version], hashes: Mapping[int, str] | None = None) -> Mapping[tuple[str, int], LogRules]:
    """The rules of every log that there ever was, by section and epoch, from a whole verified chain: for audits.

    The last version that says something of an epoch decides; an epoch that was closed counts up to its ``last_good`` number.
    """
    if hashes is None:
        hashes = {version.roster.version: version.hash for version in chain}
    entries: dict[tuple[str, int], Entry] = {}
    for version in chain:
        for entry in version.roster.sections:
            entries[entry.code, entry.epoch] = entry
            closed = (entry.code, entry.last_good.epoch) if entry.last_good is not None else None
            if closed in entries:
                entries[closed] = entries[closed].model_copy(update={"last_good": entry.last_good})
    return {log: _rules(entry, hashes[entry.opened]) for log, entry in entries.items()}


def _rules(entry: Entry, opened_by: str) -> LogRules:
    good = entry.last_good if entry.last_good is not None and entry.last_good.epoch == entry.epoch else None
    end = good.sequence if good is not None else None
    pin = (good.sequence, good.hash) if good is not None and good.sequence else None
    ranges = [
        KeyRange(log_key.key, log_key.first, min((n for n in (log_key.last, end) if n is not None), default=None))
        for log_key in entry.keys
        if end is None or log_key.first <= end
    ]
    return LogRules(entry.code, entry.epoch, genesis(entry.code, entry.epoch, opened_by), tuple(ranges), pin=pin)


def _check_succession(previous: Version, roster: Roster) -> None:
    if roster.version <= previous.roster.version:
        raise Untrusted("roster_rollback")
    if roster.version > previous.roster.version + 1:
        raise Untrusted("roster_gap")
    if roster.prevhash != previous.hash:
        raise Untrusted("roster_fork")
    now = {entry.code: entry for entry in roster.sections}
    for before in previous.roster.sections:
        after = now.get(before.code)
        if after is None or after.epoch < before.epoch or (after.epoch == before.epoch and after.opened != before.opened):
            raise Untrusted("roster_history", place=before.code)


def _check_beginnings(previous: Version | None, roster: Roster) -> None:
    """Every epoch that this version opens begins with one key at number 1; the one before it is ended in the same breath."""
    known = {entry.code: entry.epoch for entry in previous.roster.sections} if previous is not None else {}
    for entry in roster.sections:
        before = known.get(entry.code, 0)
        ended = entry.last_good.epoch if entry.last_good is not None else 0
        begins = (entry.epoch, ended, entry.opened, entry.status) == (before + 1, before, roster.version, Status.MEMBER)
        one_key = [(log_key.first, log_key.last) for log_key in entry.keys] == [(1, None)]
        if entry.epoch != before and not (begins and one_key):
            raise Untrusted("roster_history", place=entry.code)


def enough(judge: Roster, candidate: SignedDocument) -> bool:
    """Whether as many root keys of this version have signed as it asks for."""
    roots = tuple(root.key for root in judge.roots)
    return len(signed.signers(keys.ROSTER, candidate, roots)) >= judge.threshold


def _check_threshold(judge: Roster, candidate: SignedDocument) -> None:
    if not enough(judge, candidate):
        raise Untrusted("roster_threshold")
