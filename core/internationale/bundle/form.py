"""The form of a bundle, as ``README.md`` tells it: JSON lines of a few kinds, written one at a time."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from internationale.events import keys
from internationale.events.signed import SignedDocument
from internationale.ledger.deliveries import Delivery

VERSION = 1


@dataclass(frozen=True)
class Span:
    """A stretch of one log, both ends inclusive."""

    section: str
    epoch: int
    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Header:
    """The first line: who made it, which stretches of which logs are meant to be inside, and how far who made it held each log
    (from number 1). All of this are claims.
    """

    by: str
    logs: tuple[Span, ...]
    held: tuple[Span, ...] = ()

    @property
    def events(self) -> int:
        """How many events are announced: for showing progress."""
        return sum(span.count for span in self.logs)


@dataclass(frozen=True)
class Version:
    """A version of the roster."""

    document: SignedDocument


@dataclass(frozen=True)
class Heads:
    """What some section says it holds."""

    document: SignedDocument


@dataclass(frozen=True)
class Presence:
    """That some section is there, and silent: for who has asked it."""

    document: SignedDocument


@dataclass(frozen=True)
class Part:
    """A part as it travels: salt and content."""

    body: bytes


@dataclass(frozen=True)
class Damaged:
    """A line that cannot be read, with the reason's code. Its number counts from 1."""

    number: int
    reason: str


@dataclass(frozen=True)
class Ending:
    """What is known after the last line. Not ``whole``: something was cut off or changed on the way."""

    whole: bool


Item = Header | Version | Delivery | Part | Heads | Presence | Damaged | Ending


class Writer:
    """Makes the lines, and in the end the one that shows that nothing is missing."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._count = 0

    def header(self, header: Header, made: datetime) -> bytes:
        told = {"bundle": VERSION, "by": header.by, "made": made.isoformat(timespec="seconds")}
        return self._line(told | {"logs": list(map(asdict, header.logs)), "held": list(map(asdict, header.held))})

    def version(self, document: SignedDocument) -> bytes:
        return self._line({"roster": document.plain()})

    def heads(self, document: SignedDocument) -> bytes:
        return self._line({"heads": document.plain()})

    def presence(self, document: SignedDocument) -> bytes:
        return self._line({"presence": document.plain()})

    def event(self, subject: str, body: bytes, signature: str) -> bytes:
        return self._line({"subject": subject, "body": keys.encode(body), "signature": signature})

    def part(self, body: bytes) -> bytes:
        return self._line({"part": keys.encode(body)})

    def end(self) -> bytes:
        return self._line({"end": self._count, "sha256": self._hash.hexdigest()})

    def _line(self, content: Mapping[str, Any]) -> bytes:
        line = json.dumps(content, separators=(",", ":")).encode() + b"\n"
        self._hash.update(line)
        self._count += 1
        return line
