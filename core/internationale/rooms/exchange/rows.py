"""The tables of the room: whose noise is not kept, what waits for a second person; and, from events, what was taken back."""

from datetime import datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from internationale.events.refs import Ref
from internationale.events.types import Event
from internationale.kit import Projection, naming, new_row
from internationale.rooms.exchange.events import PartWithdrawn


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """Base of this room's lasting tables."""


class MutedRow(Row, table=True):
    """A source of which what is not authentic is only counted. ``source`` is a section's code, or ``?`` for all strangers."""

    __tablename__ = "exchange_muted"

    source: str = Field(primary_key=True)
    since: datetime


class HeldRow(Row, table=True):
    """What somebody wrote and a second person has to release. Never leaves the section before that.

    ``state``: ``waiting``, ``released``, ``rejected`` (``reason`` says why), ``doubtful``: the database was put back, and what
    became of it since is not known; or ``void``: what it was about was taken back, and its words are gone. ``said``: the
    messages, in order, as JSON; ``changes``: what belongs to them in private tables; ``required``: the rights that were asked
    for when it was written, each with its object or null. ``account`` is empty when the person has left.
    """

    __tablename__ = "exchange_held"

    id: str = Field(primary_key=True)
    written_at: datetime
    account: str = Field(index=True)
    handle: str
    language: str
    state: str = Field(index=True)
    said: str
    changes: str
    required: str = "[]"
    reason: str = ""
    decider: str | None = None
    decider_handle: str = ""
    decided_at: datetime | None = None


def model_name(model: type[SQLModel]) -> str:
    """What a private table is called in ``HeldRow.changes``."""
    return f"{model.__module__}:{model.__qualname__}"


class HeldPartRow(Row, table=True):
    """A long text of something that waits: of the message at ``place``, its part ``number``."""

    __tablename__ = "exchange_held_part"

    held: str = Field(primary_key=True)
    place: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content: bytes


class Shared(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """Base of this room's projected tables."""


class Withdrawal(Shared, table=True):
    """That a section took the long texts of a message back. ``target``: that message's number; ``reason``: a code."""

    __tablename__ = "exchange_withdrawal"

    event: str = Field(primary_key=True)
    target: str = Field(index=True)
    section: str
    author: str | None
    reason: str
    time: datetime


def on_withdrawn(session: Session, event: Event[PartWithdrawn]) -> None:
    """Somebody took back texts of their own section."""
    envelope = event.envelope
    target = Ref.parse(event.payload.event).event_id
    reason = event.payload.reason
    said = {"section": envelope.section, "author": envelope.author, "reason": reason, "time": envelope.time}
    new_row(session, Withdrawal, event=envelope.id, target=target, **said)


projection = Projection(name="exchange", version=1, tables=(Withdrawal,), on={PartWithdrawn: on_withdrawn})
