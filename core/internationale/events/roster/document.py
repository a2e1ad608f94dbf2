"""What one version of the roster says, and what it may say whatever came before it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from internationale.events import keys, names, signed
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
