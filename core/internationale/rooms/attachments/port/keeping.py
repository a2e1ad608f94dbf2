"""Making room: what was taken back, what nobody has taken for long, what nobody attached, what a crash left behind.

How long nobody has taken a copy is what tidying itself has seen of it (``watching``): were it the clock's word, a moment in which
that is years ahead would take everything away that the others have attached, and with it what nobody else has any more.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from internationale.kit.attachments import MIB
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader
from internationale.messages import Message
from internationale.rooms.attachments.port import falling, watching
from internationale.rooms.attachments.port.room import KEEP, AttachmentsRoom, room
from internationale.rooms.attachments.port.uploading import PATIENCE
from internationale.rooms.attachments.port.watching import GRACE, Watched
from internationale.rooms.attachments.queries import files, traces
from internationale.rooms.attachments.queries import room as space
from internationale.rooms.attachments.rows.files import Kept
from internationale.rooms.attachments.rows.private import Copy, Upload

DAY = 24 * 3600
"""Seconds."""


@dataclass(frozen=True)
class Tidied:
    """What was (or would be) deleted. ``withdrawn`` and ``expired`` count attachments, ``chunks`` files. ``waiting``: of how many
    more files nothing speaks that do not go yet; ``held``: why nothing goes at all.
    """

    withdrawn: int = 0
    expired: int = 0
    uploads: int = 0
    chunks: int = 0
    bytes: int = 0
    waiting: int = 0
    held: Message | None = None


@dataclass(frozen=True)
class Room:
    """How much is kept here, in bytes: by section, waiting to be attached, and the most there may be."""

    by_section: dict[str, int]
    uploads: int
    section: int
    all: int

    @property
    def taken(self) -> int:
        return sum(self.by_section.values()) + self.uploads


def tidy(section: Home, *, dry: bool = False, silent: bool = False) -> Tidied:
    """Delete what is not needed any more; ``dry``: only say what that would be. ``silent``: this process says nothing before
    somebody has answered, so nothing goes of which nothing speaks (see ``watching``).
    """
    here = room(section)
    found = list(here.store.all())
    with (section.reading if dry else section.writing)() as session:
        if not dry:
            traces.note(session)
        watched, held = watching.look(section, session, here.store, silent=silent), watching.forgetful(section, session)
        if held is None:
            plan = _plan(session, here, found, watched)
            watched = plan.watched
        if not dry:
            if held is None:
                plan.note(session, section.now())
            watching.note(section, session, here.store, watched)
    if held is not None:
        return Tidied(held=held)
    going = plan.going(silent=silent)
    if not dry:
        with here.coming.idle(kept.name for kept in going) as idle:  # what is on its way has come since, perhaps
            going = [kept for kept in going if kept.name in idle]
            for kept in going:
                here.store.discard(kept)  # after the commit: a row may speak of nothing, but never of something that is gone
    return plan.tidied(going)


def taken(section: Home, session: Session) -> Room:
    """How much room attachments take here."""
    limits = room(section).limits
    return Room(dict(space.taken(session)), space.uploaded(session), limits.section * MIB, limits.all * MIB)


def pin(section: Home, session: Session, attachment: str, *, pinned: bool, by: Reader) -> None:
    """Keep a copy for good, or no longer."""
    known = room(section).find(session, attachment, by)
    section.require(by, KEEP, known.file.subject)
    if known.copy is not None and known.file.section != section.code:
        known.copy.pinned, known.copy.untaken = pinned, None


@dataclass(frozen=True)
class _Plan:
    """What one tidying found: the rows to be changed, of the files those of which they spoke, and those of which nothing does."""

    withdrawn: list[Copy]
    expired: list[Copy]
    unwatched: list[Copy]
    uploads: Sequence[Upload]
    spoken: list[Kept]
    unnamed: list[Kept]
    watched: Watched

    def note(self, session: Session, now: datetime) -> None:
        for copy in self.unwatched:
            copy.untaken = self.watched.seconds
        for copy in (*self.withdrawn, *self.expired):
            copy.complete, copy.wanted, copy.trouble, copy.dropped = None, None, "", now
        session.flush()
        for upload in self.uploads:
            session.delete(upload)

    def going(self, *, silent: bool) -> list[Kept]:
        ripe = () if silent else self.watched.ripe
        return self.spoken + [kept for kept in self.unnamed if kept.name in ripe and not _is_fresh(kept)]

    def tidied(self, going: list[Kept]) -> Tidied:
        return Tidied(
            withdrawn=len(self.withdrawn),
            expired=len(self.expired),
            uploads=len(self.uploads),
            chunks=len(going),
            bytes=sum(kept.size for kept in going),
            waiting=len(self.spoken) + len(self.unnamed) - len(going),
        )


def _plan(session: Session, here: AttachmentsRoom, found: list[Kept], watched: Watched) -> _Plan:
    now = here.section.now()
    withdrawn = space.withdrawn(session, falling.let_go(here.section, session))
    unwatched = space.unwatched(session, watched.seconds)
    expired = space.expired(session, watched.seconds - here.limits.days * DAY) if found else []  # else the folder is away
    waits = here.section.awaited(session, Upload)  # what is released is attached, however late
    uploads = [upload for upload in files.uploads_before(session, now - PATIENCE) if upload.id not in waits]
    refs = {copy.ref for copy in (*withdrawn, *expired)}
    gone = space.chunks_of(session, refs)
    needed = space.needed(session, refs=refs, uploads={upload.id for upload in uploads})
    idle = [kept for kept in found if kept.name not in needed]
    unnamed = [kept for kept in idle if kept.name not in gone]
    spoken = [kept for kept in idle if kept.name in gone]
    seen = watching.seen(watched, {kept.name for kept in unnamed})
    return _Plan(withdrawn, expired, unwatched, uploads, spoken, unnamed, seen)


def _is_fresh(kept: Kept) -> bool:
    """Whether it was brought lately, perhaps again: somebody may be bringing a file in which it is."""
    return 0 <= time.time() - kept.touched < GRACE
