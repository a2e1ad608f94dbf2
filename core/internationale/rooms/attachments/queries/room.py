"""How much room attachments take, and which are to be fetched."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, and_, col, or_, select

from internationale.rooms.attachments.queries.files import Known, claims, content
from internationale.rooms.attachments.rows.private import Copy, Upload
from internationale.rooms.attachments.rows.shared import File, Removal
from internationale.rooms.attachments.rules.words import NOT_WHOLE, TOO_LARGE

_AT_ONCE = 50
"""Attachments that are fetched in one round."""


def taken(session: Session) -> Mapping[str, int]:
    """Bytes that attachments take here, by the section that sent them; each content once, for whoever comes first by code.

    What is wanted counts as if it were here: room is given before it is filled.
    """
    kept = or_(col(Copy.complete).is_not(None), col(Copy.wanted).is_not(None))
    rows = session.exec(
        select(File.blob, File.section, func.max(File.size))
        .join(Copy, col(Copy.blob) == col(File.blob))
        .where(kept)
        .group_by(col(File.blob), col(File.section))
    )
    first: dict[str, tuple[str, int]] = {}
    for blob, section, size in rows.all():
        first[blob] = min(first.get(blob, (section, size)), (section, size))  # its own word for the size, nobody else's
    found: dict[str, int] = {}
    for section, size in first.values():
        found[section] = found.get(section, 0) + size
    return found


def uploaded(session: Session) -> int:
    """Bytes of files that were brought here and are not attached yet."""
    return int(session.exec(select(func.coalesce(func.sum(Upload.size), 0))).one())


def unlooked(session: Session, own: str, largest: int, after: datetime) -> list[File]:
    """Attachments of which nobody has thought here yet and that are fetched by themselves: those of ``own`` section, and the
    others' up to ``largest`` bytes that were sent after a moment.
    """
    absent = select(File).outerjoin(Copy, col(Copy.blob) == col(File.blob)).where(col(Copy.blob).is_(None))
    living = absent.outerjoin(Removal, col(Removal.target) == col(File.event)).where(col(Removal.event).is_(None))
    fresh = living.where(or_(File.section == own, and_(File.size <= largest, File.time > after)))
    return list(session.exec(fresh.order_by(col(File.time), col(File.id)).limit(_AT_ONCE)).all())


def wanted(session: Session) -> list[Known]:
    """What is to be fetched now, the longest waiting first; one for each content, or for each claim about it."""
    hopeless = (NOT_WHOLE, TOO_LARGE)
    rows = session.exec(
        select(Copy)
        .where(col(Copy.wanted).is_not(None), col(Copy.complete).is_(None), col(Copy.trouble).not_in(hopeless))
        .order_by(col(Copy.wanted), col(Copy.blob))
        .limit(_AT_ONCE)
    )
    return [known for blob in [row.blob for row in rows] for known in claims(session, blob)]


def lost(session: Session, own: str) -> list[str]:
    """The names of files that this section attached, did not take back, and does not have."""
    here = select(Copy.blob).where(col(Copy.complete).is_not(None))
    taken_back = select(Removal.target)
    rows = select(File.name).where(File.section == own, col(File.blob).not_in(here), col(File.event).not_in(taken_back))
    return list(session.exec(rows.order_by(col(File.time), col(File.id)).limit(_AT_ONCE)).all())


def withdrawn(session: Session) -> list[Copy]:
    """Contents that something is kept of although every section that attached them took them back."""
    living = select(File.blob).outerjoin(Removal, col(Removal.target) == col(File.event)).where(col(Removal.event).is_(None))
    here = select(Copy).where(col(Copy.dropped).is_(None), col(Copy.blob).not_in(living))
    return list(session.exec(here).all())


def expired(session: Session, before: datetime) -> list[Copy]:
    """Contents that are here, not pinned, and that nobody has taken since a moment."""
    last = func.coalesce(Copy.used, Copy.complete)
    rows = session.exec(select(Copy).where(col(Copy.complete).is_not(None), col(Copy.pinned).is_(False), last < before))
    return list(rows.all())


def chunks_of(session: Session, blobs: Collection[str]) -> set[str]:
    """The hashes of the chunks of these contents."""
    rows = session.exec(select(File).where(col(File.blob).in_(list(blobs))))
    return {name for row in rows for name in content(row).chunks}


def needed(session: Session, *, blobs: Collection[str] = (), uploads: Collection[str] = ()) -> set[str]:
    """The hashes of all chunks that something here still speaks of, not counting these contents and uploads."""
    found = {name for row in session.exec(select(Upload)) if row.id not in uploads for name in content(row).chunks}
    kept = select(File).join(Copy, col(Copy.blob) == col(File.blob)).where(col(Copy.dropped).is_(None))
    for file in session.exec(kept):
        if file.blob not in blobs:
            found.update(content(file).chunks)
    return found
