"""Files that belong to a text, a call or a report: the port of the attachments room, and the values that it hands out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self

from sqlmodel import Session

from internationale.errors import Misconfigured
from internationale.events.refs import Ref
from internationale.kit.vocabulary import Panel, Reader
from internationale.messages import marker

_ = marker("core")
MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The table ``[attachments]`` of the settings: how much is taken and kept, in MiB, and for how many days."""

    file: int = 200
    """The largest file that is taken."""
    automatic: int = 5
    """Up to this size a file is fetched without being asked for."""
    section: int = 2_000
    """How much is kept of what one other section sent."""
    all: int = 20_000
    """How much is kept in all."""
    days: int = 365
    """A copy of another section's file that nobody took for so long is deleted; it can be fetched again."""

    @classmethod
    def read(cls, value: object) -> Self:
        """From the settings' table, or the same as JSON from the environment. Raises ``Misconfigured``."""
        table = _table(value)
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(table) - known):
            told = {"name": unknown[0], "names": ", ".join(sorted(known))}
            raise Misconfigured(_("There is no “%(name)s” here. There are: %(names)s.") % told)
        for amount in table.values():
            if not isinstance(amount, int) or isinstance(amount, bool) or not 0 <= amount <= 10**9:
                raise Misconfigured(_("A whole number is needed: MiB, or days."))
        if table.get("days") == 0:
            raise Misconfigured(_("Copies are kept for one day at least."))
        return cls(**table)


def _table(value: object) -> dict[str, int]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, dict):
        raise Misconfigured(_("A table such as [attachments] is needed."))
    return value


class Presence(StrEnum):
    """Whether the content of an attachment is on this machine."""

    HERE = "here"
    ABSENT = "absent"
    """Not here; it can be fetched."""
    COMING = "coming"
    """It is being fetched."""
    WITHDRAWN = "withdrawn"
    """The section that attached it took it back."""


@dataclass(frozen=True)
class Attachment:
    """One attached file. ``path``: the page of what it belongs to. ``size`` is in bytes, ``digest`` the SHA-256 of the file
    (hex); ``media`` is what its sender called it and is never believed. ``subject`` is the id of what it belongs to, ``ref`` the
    event that attached it.

    ``chunks`` of ``total`` are here; ``trouble``: a code for why it does not come (``attachments.rules.words``), ``""`` when
    there is none.
    """

    id: str
    subject: str
    path: str
    section: str
    author: str | None
    name: str
    media: str
    size: int
    digest: str
    note: str
    audience: str
    time: datetime
    ref: Ref
    presence: Presence
    chunks: int
    total: int
    trouble: str = ""
    reason: str = ""
    """Why it was withdrawn, in the words of those who did."""


class Attachments(Protocol):
    """The attachments room, as plugins see it. All calls run in the caller's session."""

    def of(self, session: Session, subject: str, reader: Reader) -> Sequence[Attachment]:
        """What is attached to a thing (a document, an action …) and this reader may see, the oldest first."""
        ...

    def panel(self, session: Session, subject: str, on: Ref, reader: Reader, *, signed: Ref | None = None) -> Panel | None:
        """A piece for the thing's page: its attachments, and the way to attach another for those who may. None: nothing.

        The files of the section whose thing it is come first, what others attached stands apart. ``on``: the event that a new
        attachment stands on; it must name the ``subject`` in its data. ``signed``: the event with which the thing was signed;
        what its section attached after that stands apart, too, and is said not to be signed.
        """
        ...
