"""Attached files, as the log has them, with what is kept of each."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func
from sqlalchemy import select as fields
from sqlmodel import Session, col, select

from internationale.errors import NotFound
from internationale.ledger import tables
from internationale.ledger.records import chunks
from internationale.messages import marker
from internationale.rooms.attachments.queries import traces
from internationale.rooms.attachments.rows.private import Copy, Upload
from internationale.rooms.attachments.rows.shared import File, Removal
from internationale.rooms.attachments.rules.chunking import Content

_ = marker("core")


@dataclass(frozen=True)
class Known:
    """An attachment; what is kept of it here; the event that took it back, if one did."""

    file: File
    copy: Copy | None
    removal: Removal | None

    @property
    def content(self) -> Content:
        """How the file travels."""
        return content(self.file)


class Shown(NamedTuple):
    """As much of an attachment as tells who may see it, in the order in which they are listed."""

    time: datetime
    id: str
    ref: str
    audience: str
    subject: str


def content(row: File | Upload) -> Content:
    """How a file travels."""
    return Content(row.size, row.digest, row.blob, row.chunk, tuple(row.chunks.split()), bytes.fromhex(row.key))


def of_subject(session: Session, subject: str) -> list[Known]:
    """What is attached to a thing, the oldest first."""
    rows = session.exec(select(File).where(File.subject == subject).order_by(col(File.time), col(File.id)))
    return _with_rest(session, rows.all())


def newest(session: Session, limit: int, offset: int = 0) -> list[Known]:
    """All attachments, the newest first."""
    rows = session.exec(select(File).order_by(col(File.time).desc(), col(File.id)).limit(limit).offset(offset))
    return _with_rest(session, rows.all())


def standing(session: Session, since: int = 0) -> dict[str, str]:
    """The refs of all attachments that were not taken back, and of what each stands on (``File.upon``). ``since``: of those that
    were decided at or after a place in that order.
    """
    query = select(File.ref, File.upon).where(col(File.event).not_in(select(Removal.target)))
    if since:
        event = tables.event.c
        here = (event.section == col(File.section), event.epoch == col(File.epoch), event.sequence == col(File.sequence))
        query = query.join(tables.event, and_(*here)).where(event.position >= since)
    return dict(session.exec(query).all())


def count(session: Session) -> int:
    """How many attachments are known."""
    return session.exec(select(func.count()).select_from(File)).one()


def find(session: Session, id: str) -> Known:
    """One attachment; raises ``NotFound``."""
    row = session.get(File, id)
    if row is None:
        raise unknown()
    return _with_rest(session, [row])[0]


def travelling(session: Session, section: str, blob: str, most: int | None = None) -> Sequence[File]:
    """Up to so many attachments of a content by a section that it did not take back. What another section calls by the same hash
    may be cut otherwise, or a lie.
    """
    named = select(File).where(File.section == section, File.blob == blob, col(File.event).not_in(select(Removal.target)))
    return session.exec(named.order_by(col(File.id)).limit(most)).all()


def gone(session: Session, fallen: Collection[str] = ()) -> Sequence[tuple[str, str]]:
    """Sections, and the contents (``blob``) of files that they attached and took back, the newest first, then those of files that
    went with what they stood on; but for what another file of the same section still needs, here or where more is understood.
    ``fallen``: the refs of those
    that go so, and are still in the rows.
    """
    rows = session.exec(
        select(File.section, File.blob, Removal.time)
        .join(Removal, col(Removal.target) == col(File.event))
        .order_by(col(Removal.time).desc(), col(File.section), col(File.blob))
    ).all()
    kept, going = select(File.section, File.blob, File.ref).where(col(File.event).not_in(select(Removal.target))), set(fallen)
    there = session.exec(kept).all()
    living = {(section, blob) for section, blob, ref in there if ref not in going} | set(traces.undecided(session))
    with_text = sorted((section, blob) for section, blob, ref in there if ref in going)
    found = [*((section, blob) for section, blob, _time in rows), *traces.gone(session), *with_text]
    return [each for each in dict.fromkeys(found) if each not in living]


def by_ref(session: Session, refs: Collection[str]) -> list[Known]:
    """These attachments, sorted."""
    some = (session.exec(select(File).where(col(File.ref).in_(chunk))).all() for chunk in chunks(refs))
    return _with_rest(session, sorted((file for each in some for file in each), key=lambda file: file.ref))


def shown(session: Session, refs: Collection[str]) -> list[Shown]:
    """These attachments, the oldest first, by what decides who may see them."""
    query = fields(col(File.time), col(File.id), col(File.ref), col(File.audience), col(File.subject))
    found = (session.connection().execute(query.where(col(File.ref).in_(chunk))).all() for chunk in chunks(refs))
    return sorted(Shown(*row) for some in found for row in some)


def since(session: Session, moment: datetime) -> list[str]:
    """The attachments (by ``ref``) of after a moment, by their senders' word, that are whole here."""
    here = select(File.ref).join(Copy, col(Copy.ref) == col(File.ref)).where(col(Copy.complete).is_not(None), File.time > moment)
    return list(session.exec(here).all())


def upload(session: Session, id: str, account: str | None) -> Upload:
    """A file that this person brought here; raises ``NotFound``, also for somebody else's."""
    row = any_upload(session, id)
    if row.account != account:
        raise _gone()
    return row


def any_upload(session: Session, id: str) -> Upload:
    """A file that somebody brought here; raises ``NotFound``."""
    row = session.get(Upload, id)
    if row is None:
        raise _gone()
    return row


def uploads(session: Session, ids: Collection[str]) -> Sequence[Upload]:
    """Those of these files that are still here, sorted."""
    return session.exec(select(Upload).where(col(Upload.id).in_(ids)).order_by(col(Upload.id))).all()


def uploads_of(session: Session, account: str) -> Sequence[Upload]:
    """What a person has brought here, the oldest first."""
    return session.exec(select(Upload).where(Upload.account == account).order_by(col(Upload.made), col(Upload.id))).all()


def uploads_before(session: Session, moment: datetime) -> Sequence[Upload]:
    """What was brought here before a moment and is still not attached."""
    return session.exec(select(Upload).where(Upload.made < moment)).all()


def _gone() -> NotFound:
    return NotFound(_("This file is not waiting here any more. Choose it again."))


def unknown() -> NotFound:
    """The answer to whoever asks for an attachment that is not known here, or not for them."""
    return NotFound(_("There is no such attachment here."))


def _with_rest(session: Session, files: Sequence[File]) -> list[Known]:
    if not files:  # as with most things
        return []
    return [each for chunk in chunks(files) for each in _chunk_with_rest(session, chunk)]


def _chunk_with_rest(session: Session, files: Sequence[File]) -> list[Known]:
    copies = {row.ref: row for row in session.exec(select(Copy).where(col(Copy.ref).in_({file.ref for file in files})))}
    removals = _removals(session, (file.event for file in files))
    return [Known(file, copies.get(file.ref), removals.get(file.event)) for file in files]


def _removals(session: Session, events: Iterable[str]) -> dict[str, Removal]:
    rows = session.exec(select(Removal).where(col(Removal.target).in_(list(events))).order_by(col(Removal.event).desc()))
    return {row.target: row for row in rows}
