"""Making room: what was taken back, what nobody has taken for long, what nobody attached, what a crash left behind."""

import time
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from internationale.kit.attachments import MIB
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader
from internationale.rooms.attachments.port.room import KEEP, AttachmentsRoom, room
from internationale.rooms.attachments.port.uploading import PATIENCE
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.queries import room as space
from internationale.rooms.attachments.rows.files import Kept
from internationale.rooms.attachments.rows.private import Copy

GRACE = 24 * 3600
"""Seconds that a chunk stays which nothing speaks of: it may belong to a file that is just being brought here."""


@dataclass(frozen=True)
class Tidied:
    """What was (or would be) deleted. ``withdrawn`` and ``expired`` count attachments, ``chunks`` files."""

    withdrawn: int
    expired: int
    uploads: int
    chunks: int
    bytes: int


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


def tidy(section: Home, *, dry: bool = False) -> Tidied:
    """Delete what is not needed any more; ``dry``: only say what that would be."""
    here = room(section)
    with (section.reading if dry else section.writing)() as session:
        withdrawn = space.withdrawn(session)
        expired = space.expired(session, section.now() - timedelta(days=here.limits.days))
        uploads = files.uploads_before(session, section.now() - PATIENCE)
        refs = {copy.ref for copy in (*withdrawn, *expired)}
        gone = space.chunks_of(session, refs)
        needed = space.needed(session, refs=refs, uploads={upload.id for upload in uploads})
        if not dry:
            _note(session, here, [*withdrawn, *expired])
            for upload in uploads:
                session.delete(upload)
    chunks = [kept for kept in here.store.all() if kept.name not in needed and (kept.name in gone or _is_old(kept))]
    for kept in () if dry else chunks:
        here.store.discard(kept)  # after the commit: a row may speak of nothing, but never of something that is gone
    size = sum(kept.size for kept in chunks)
    return Tidied(len(withdrawn), len(expired), len(uploads), len(chunks), size)


def taken(section: Home, session: Session) -> Room:
    """How much room attachments take here."""
    limits = room(section).limits
    return Room(dict(space.taken(session)), space.uploaded(session), limits.section * MIB, limits.all * MIB)


def pin(section: Home, session: Session, attachment: str, *, pinned: bool, by: Reader) -> None:
    """Keep a copy for good, or no longer."""
    known = room(section).find(session, attachment, by)
    section.require(by, KEEP, known.file.subject)
    if known.copy is not None and known.file.section != section.code:
        known.copy.pinned = pinned


def _note(session: Session, here: AttachmentsRoom, copies: list[Copy]) -> None:
    for copy in copies:
        copy.complete, copy.wanted, copy.trouble, copy.dropped = None, None, "", here.section.now()
    session.flush()


def _is_old(kept: Kept) -> bool:
    return kept.touched < time.time() - GRACE
