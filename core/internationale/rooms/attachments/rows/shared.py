"""The tables of attachments, made from events alone, and how they are made. Dropped and replayed by the ledger."""

from datetime import datetime

from sqlalchemy import BigInteger, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from internationale.events.types import Event
from internationale.kit.audiences import OPEN
from internationale.kit.projecting import new_row
from internationale.kit.vocabulary import Projection, naming
from internationale.rooms.attachments.events import Attached, Withdrawn
from internationale.rooms.attachments.rows.private import Trace
from internationale.rooms.attachments.rules.authority import manifest


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """The base of the room's projected tables."""


class File(Row, table=True):
    """An attached file. ``chunks``: the hashes in order, ``upon``: the refs of the events on which it stands; both separated by
    spaces.
    """

    __tablename__ = "attachments_file"

    id: str = Field(primary_key=True)
    event: str
    ref: str
    upon: str
    epoch: int
    sequence: int = Field(sa_type=BigInteger)
    subject: str = Field(index=True)
    owner: str
    """Whose event it stands on (``documents``, ``actions`` …): there its page is found."""
    section: str
    author: str | None
    name: str
    media: str
    size: int = Field(sa_type=BigInteger)
    digest: str
    blob: str = Field(index=True)
    chunk: int
    chunks: str
    key: str
    note: str
    audience: str
    time: datetime


class Removal(Row, table=True):
    """An attachment that was taken back; ``target`` is the event that attached it."""

    __tablename__ = "attachments_removal"

    event: str = Field(primary_key=True)
    target: str = Field(index=True)
    reason: str
    time: datetime


def on_attached(session: Session, event: Event[Attached]) -> None:
    """A file was attached. Should a section use an id twice, the one that its log has first has it: of the open ones, if there
    are any, or it would be another file for whoever can read the sealed one.

    What its content is called is noted for good, whatever becomes of the event (``Trace``).
    """
    said, envelope, listed = event.payload, event.envelope, manifest(event)
    if listed is None:
        raise ValueError("an attachment without its list of chunks was applied")
    row = File(
        id=said.attachment,
        event=envelope.id,
        ref=str(envelope.ref),
        upon=" ".join(map(str, envelope.refs)),
        epoch=envelope.epoch,
        sequence=envelope.sequence,
        subject=said.subject,
        owner=next(iter(event.causes)).envelope.type.split(".")[2],
        section=envelope.section,
        author=envelope.author,
        name=said.name,
        media=said.media,
        size=said.size,
        digest=listed.digest,
        blob=listed.blob,
        chunk=said.chunk,
        chunks=" ".join(listed.chunks),
        key=said.key or "",
        note=said.note,
        audience=envelope.audience,
        time=envelope.time,
    )
    session.merge(Trace.of(envelope, row.blob, row.chunks))
    known = session.get(File, said.attachment)
    if known is None or _goes_before(row, known):
        session.merge(row)


def _goes_before(row: File, other: File) -> bool:
    """Whether it has the id of both."""
    places = ((each.audience not in OPEN, each.epoch, each.sequence) for each in (row, other))
    return next(places) < next(places)


def on_withdrawn(session: Session, event: Event[Withdrawn]) -> None:
    """An attachment was taken back."""
    envelope = event.envelope
    target = envelope.refs[0].event_id
    new_row(session, Removal, event=envelope.id, target=target, reason=event.payload.reason, time=envelope.time)


projection = Projection(
    name="attachments",
    version=3,
    tables=(File, Removal),
    on={Attached: on_attached, Withdrawn: on_withdrawn},
)
