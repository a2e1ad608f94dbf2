"""When a piece of which nothing here speaks may go: not before it is certain enough that nothing will speak of it again.

A database that was put back, or begun anew, does not know of the files that were attached since; its own events come back from
the others, the pieces may be nowhere else. So as long as the section may have forgotten something, nothing goes. After that what
counts is how long tidying has *seen* a piece unnamed, never how old the file is, and a new start counts from its beginning.

A database put back without a word is known by a mark, new with each tidying, that the folder has too: they differ then. The clock
is believed for an hour at a time, since one that was set wrong must not make a week of a moment, nor a year. By the same time it
is told how long nobody has taken a copy (``keeping``).
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from internationale.kit.ports import Section as Home
from internationale.ledger import tables
from internationale.ledger.reasons import WORDS
from internationale.messages import Message, marker
from internationale.rooms.attachments.rows.files import Files
from internationale.rooms.attachments.rows.private import Unnamed, Watch

_ = marker("core")

GRACE = 24 * 3600
"""Seconds for which a piece is seen of which nothing speaks: it may belong to a file that is just being brought here."""
SETTLED = 7 * 24 * 3600
"""Seconds after a new start (another database, another folder) in which no such piece goes at all."""
STEP = 3600
"""The most seconds that are taken to have passed between two tidyings."""
AT_ONCE = 500
_NOT_JOINED = _("This section has not joined an International yet.")


@dataclass(frozen=True)
class Watched:
    """``seconds``: how long database and folder have been watched side by side; ``since``: each unnamed piece, from when on."""

    seconds: int
    since: dict[str, int]

    @property
    def settled(self) -> bool:
        """Whether a new start is long enough ago."""
        return self.seconds >= SETTLED

    @property
    def ripe(self) -> set[str]:
        """The pieces that may go."""
        return {name for name, since in self.since.items() if self.settled and self.seconds - since >= GRACE}


def forgetful(section: Home, session: Session) -> Message | None:
    """Why this section may not know of all that is its own; None: it does, as far as it can be told."""
    if all(card.code != section.code for card in section.sections(session)):
        return _NOT_JOINED
    lasting = session.connection().execute(tables.fence.select()).scalars().first()
    return WORDS.get(lasting or "")


def look(section: Home, session: Session, store: Files, *, silent: bool) -> Watched:
    """As it is now. ``silent``: this process says nothing before somebody has answered, so time does not count."""
    row, now = session.exec(select(Watch)).first(), section.now()
    if store.is_empty():
        return Watched(SETTLED, {})  # there is nothing that could be lost
    if row is None or row.mark != store.mark() or forgetful(section, session) is not None:
        return Watched(0, {})
    passed = 0 if silent else min(max(int((now - row.at).total_seconds()), 0), STEP)
    since = {each.name: each.since for each in session.exec(select(Unnamed))}
    return Watched(row.seconds + passed, since)


def is_certain(section: Home, session: Session, store: Files) -> bool:
    """Whether what nothing speaks of here is spoken of nowhere, as far as can be told."""
    if section.fenced is not None or forgetful(section, session) is not None:
        return False
    return look(section, session, store, silent=False).settled


def seen(before: Watched, unnamed: Collection[str]) -> Watched:
    """With what is unnamed today: what was so before has its time, the rest begins."""
    return Watched(before.seconds, {name: before.since.get(name, before.seconds) for name in unnamed})


def note(section: Home, session: Session, store: Files, watched: Watched) -> None:
    """Keep it for the next time."""
    known = {each.name: each.since for each in session.exec(select(Unnamed))}
    over = [name for name, since in known.items() if watched.since.get(name) != since]
    for start in range(0, len(over), AT_ONCE):
        session.execute(delete(Unnamed).where(col(Unnamed.name).in_(over[start : start + AT_ONCE])))
    if fresh := [{"name": name, "since": since} for name, since in watched.since.items() if known.get(name) != since]:
        session.execute(insert(Unnamed), fresh)
    mark = secrets.token_hex(16)
    if store.set_mark(mark):  # else the disk is full, and the old one stands at both
        session.execute(delete(Watch))
        session.add(Watch(mark=mark, at=section.now(), seconds=watched.seconds))
