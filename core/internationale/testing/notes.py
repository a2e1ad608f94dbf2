"""A plugin as small as can be, for tests of what is below the plugins: notes, long notes with parts, and answers to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from internationale.events.envelope import Envelope
from internationale.kit import Capability, Event, EventType, Payload, Projection, Role, hookimpl, marker, naming, new_row

_ = marker("core")


class Written(Payload):
    """A note."""

    text: str


class Answered(Payload):
    """An answer to the note that is its first cause. Only who wrote a note of their own may answer (their first cause's log)."""

    text: str


class Later(Payload):
    """Something that not every build knows."""

    text: str


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """Base of the tables."""


class NoteRow(Row, table=True):
    """One note or answer, with the number of answers it has got."""

    __tablename__ = "notes_note"

    section: str = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    text: str
    at: datetime
    answers: str = ""
    size: int = 0
    epoch: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})


class LaterRow(Row, table=True):
    """One of the later things."""

    __tablename__ = "notes_later"

    id: str = Field(primary_key=True)
    text: str


def _add(session: Session, envelope: Envelope, text: str, size: int = 0) -> None:
    where = {"section": envelope.section, "epoch": envelope.epoch, "sequence": envelope.sequence}
    new_row(session, NoteRow, **where, text=text, at=envelope.time, size=size)


def _write(session: Session, event: Event[Written]) -> None:
    envelope = event.envelope
    size = sum(map(len, event.parts.values()))
    _add(session, envelope, event.payload.text, size)


def _answer(session: Session, event: Event[Answered]) -> None:
    envelope = event.envelope
    for cause in event.causes:
        cited = cause.envelope
        if note := session.get(NoteRow, {"section": cited.section, "epoch": cited.epoch, "sequence": cited.sequence}):
            note.answers = " ".join(sorted({*note.answers.split(), f"{envelope.section}:{envelope.sequence}"}))
            session.add(note)
    _add(session, envelope, event.payload.text)


def _later(session: Session, event: Event[Later]) -> None:
    new_row(session, LaterRow, id=event.envelope.id, text=event.payload.text)


def stands_on_something(event: Event[Any]) -> str | None:
    """The authority of an answer: there must be something that it answers."""
    return None if event.envelope.refs else "answers_nothing"


@hookimpl
def event_types() -> Sequence[EventType]:
    return [
        EventType(name="notes.written", payload=Written, parts=True),
        EventType(name="notes.answered", payload=Answered, authority=stands_on_something, parts=True),
        EventType(name="notes.later", payload=Later),
    ]


@hookimpl
def projections() -> Sequence[Projection]:
    return [
        Projection("notes.notes", 2, (NoteRow,), {Written: _write, Answered: _answer}),
        Projection("notes.later", 1, (LaterRow,), {Later: _later}),
    ]


@hookimpl
def capabilities() -> Sequence[Capability]:
    everybody = frozenset({Role.MEMBER})
    return [Capability(kind.name, _("write notes"), everybody) for kind in event_types()]
