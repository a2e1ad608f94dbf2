"""How much room attachments take, and which are to be fetched."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from internationale.ledger.records import chunks
from internationale.rooms.attachments.queries import traces
from internationale.rooms.attachments.queries.files import Known, by_ref, content
from internationale.rooms.attachments.rows.private import Copy, Upload
from internationale.rooms.attachments.rows.shared import File, Removal
from internationale.rooms.attachments.rules.words import NOT_WHOLE, TOO_LARGE

_AT_ONCE = 50
"""Attachments of one section that are fetched in one round."""


def taken(session: Session) -> Mapping[str, int]:
    """Bytes that attachments take here, by the section that sent them. Each counts in full for whoever signed it, also where its
    chunks lie here already: what a section's files cost must not hang on what another says.

    What is wanted counts as if it were here: room is given before it is filled.
    """
    kept = or_(col(Copy.complete).is_not(None), col(Copy.wanted).is_not(None))
    rows = session.exec(
        select(File.section, func.sum(File.size)).join(Copy, col(Copy.ref) == col(File.ref)).where(kept).group_by(File.section)
    )
    return {section: int(size) for section, size in rows}


def uploaded(session: Session) -> int:
    """Bytes of files that were brought here and are not attached yet."""
    return int(session.exec(select(func.coalesce(func.sum(Upload.size), 0))).one())


def unlooked(session: Session, own: str, largest: int, after: datetime) -> list[File]:
    """Attachments of which nobody has thought here yet and that are fetched by themselves: those of ``own`` section, and the
    others' up to ``largest`` bytes that were sent after a moment.
    """
    absent = select(File).outerjoin(Copy, col(Copy.ref) == col(File.ref)).where(col(Copy.ref).is_(None))
    living = absent.outerjoin(Removal, col(Removal.target) == col(File.event)).where(col(Removal.event).is_(None))
    fresh = living.where(or_(File.section == own, and_(File.size <= largest, File.time > after)))
    return list(session.exec(fresh.order_by(col(File.time), col(File.id)).limit(_AT_ONCE)).all())


def wanted(session: Session) -> list[Known]:
    """What is to be fetched now: of each section what waits longest, so that no section's files wait for another's that nobody
    has.
    """
    hopeless = (NOT_WHOLE, TOO_LARGE)
    place = func.row_number().over(partition_by=col(File.section), order_by=(col(Copy.wanted), col(Copy.ref)))
    waiting = (
        select(Copy.ref, place.label("place"))
        .join(File, col(File.ref) == col(Copy.ref))
        .where(col(Copy.wanted).is_not(None), col(Copy.complete).is_(None), col(Copy.trouble).not_in(hopeless))
        .where(col(File.event).not_in(select(Removal.target)))
        .subquery()
    )
    places = dict(session.exec(select(waiting.c.ref, waiting.c.place).where(waiting.c.place <= _AT_ONCE)).all())
    return sorted(by_ref(session, places), key=lambda known: (places[known.file.ref], known.file.ref))


def lost(session: Session, own: str, fallen: Collection[str] = ()) -> list[str]:
    """The names of files that this section attached, did not take back, and does not have. ``fallen``: the refs of those that are
    not missed.
    """
    here = select(Copy.ref).where(col(Copy.complete).is_not(None))
    taken_back = select(Removal.target)
    rows = select(File.ref, File.name).where(File.section == own, col(File.ref).not_in(here), col(File.event).not_in(taken_back))
    found = session.exec(rows.order_by(col(File.time), col(File.id)).limit(_AT_ONCE + len(fallen))).all()
    return [name for ref, name in found if ref not in fallen][:_AT_ONCE]


def withdrawn(session: Session, fallen: Collection[str] = ()) -> list[Copy]:
    """What something is kept of although it was taken back. ``fallen``: the refs of those that go with what they stood on, and
    are still in the rows.
    """
    living = select(File.ref).outerjoin(Removal, col(Removal.target) == col(File.event)).where(col(Removal.event).is_(None))
    kept = select(Copy).where(col(Copy.dropped).is_(None))
    found = {copy.ref: copy for copy in session.exec(kept.where(col(Copy.ref).not_in(living)))}
    for chunk in chunks(fallen):
        found |= {copy.ref: copy for copy in session.exec(kept.where(col(Copy.ref).in_(chunk)))}
    return list(found.values())


def expired(session: Session, since: int) -> list[Copy]:
    """What is here, not pinned, and of which tidying has seen since then, in ``Watch.seconds``, that nobody took it."""
    return list(session.exec(_passing().where(col(Copy.untaken) <= since)).all())


def unwatched(session: Session, seconds: int) -> list[Copy]:
    """What is here, not pinned, and of which tidying sees for the first time, since somebody took it or it began anew to watch,
    that nobody takes it. ``seconds``: how long it has watched.
    """
    return list(session.exec(_passing().where(or_(col(Copy.untaken).is_(None), col(Copy.untaken) > seconds))).all())


def _passing() -> SelectOfScalar[Copy]:
    return select(Copy).where(col(Copy.complete).is_not(None), col(Copy.pinned).is_(False))


def chunks_of(session: Session, refs: Collection[str]) -> set[str]:
    """The hashes of the chunks of these attachments, also of those that went with what they stood on."""
    here = {name for known in by_ref(session, refs) for name in known.content.chunks}
    return here | traces.chunks_of(session, refs)


def needed(session: Session, *, refs: Collection[str] = (), uploads: Collection[str] = ()) -> set[str]:
    """The hashes of all chunks that something here still speaks of, not counting these attachments and uploads."""
    found = {name for row in session.exec(select(Upload)) if row.id not in uploads for name in content(row).chunks}
    kept = select(File).join(Copy, col(Copy.ref) == col(File.ref)).where(col(Copy.dropped).is_(None))
    for file in session.exec(kept):
        if file.ref not in refs:
            found.update(content(file).chunks)
    return found
