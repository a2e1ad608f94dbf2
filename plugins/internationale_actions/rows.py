"""What was said about actions, as rows: one for each event, under its address, never changed.

What holds now (the latest commitment of a section, what corrects what) is worked out when it is read, by address; so no
row can depend on the order in which events came.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from internationale.kit import Event, Projection, naming, new_row

from .events import Called, Closed, Committed, Reported, Withdrew
from .rules import appeal, called, reported_on


class Said(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """What every row knows of its event."""

    section: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    ref: str
    author: str | None
    said: datetime
    action: str = Field(index=True)
    language: str


class Call(Said, table=True):
    __tablename__ = "actions_call"

    document: str
    pinned: str
    """The ref of the appeal's revision that it calls with."""
    first: date
    last: date = Field(index=True)
    sealed: bool
    """Whether it was said to some sections only: it takes no open call's place."""
    assessment: dict[str, str] = Field(sa_type=JSON)


class Answering(Said):
    """What stands on a call. ``call``: its ref, because a caller may write two calls under one id."""

    call: str = Field(index=True)


class Commitment(Answering, table=True):
    __tablename__ = "actions_commitment"

    plan: str
    figures: list[dict[str, Any]] = Field(sa_type=JSON)


class Withdrawal(Answering, table=True):
    __tablename__ = "actions_withdrawal"

    reason: str


class Report(Answering, table=True):
    __tablename__ = "actions_report"

    commitment: str
    """The ref of the commitment that it reports on."""
    done: str
    assessment: str
    lessons: str
    figures: list[dict[str, Any]] = Field(sa_type=JSON)
    correction_of: str | None


class Closing(Answering, table=True):
    __tablename__ = "actions_closing"

    conclusions: str
    counted: dict[str, int] = Field(sa_type=JSON)
    epochs: dict[str, int] = Field(sa_type=JSON)


def _said(event: Event[Any]) -> dict[str, Any]:
    envelope = event.envelope
    return {
        "section": envelope.section,
        "epoch": envelope.epoch,
        "sequence": envelope.sequence,
        "ref": str(envelope.ref),
        "author": envelope.author,
        "said": envelope.time,
        **event.payload.model_dump(),
    }


def _answering(event: Event[Any]) -> dict[str, Any]:
    return {**_said(event), "call": str(called(event).envelope.ref)}


def add_call(session: Session, event: Event[Called]) -> None:
    days = {"first": date.fromisoformat(event.payload.first), "last": date.fromisoformat(event.payload.last)}
    new_row(session, Call, **{**_said(event), **days}, pinned=str(appeal(event).ref), sealed=event.envelope.sealed)


def add_commitment(session: Session, event: Event[Committed]) -> None:
    new_row(session, Commitment, **_answering(event))


def add_withdrawal(session: Session, event: Event[Withdrew]) -> None:
    new_row(session, Withdrawal, **_answering(event))


def add_report(session: Session, event: Event[Reported]) -> None:
    new_row(session, Report, **_answering(event), commitment=str(reported_on(event).envelope.ref))


def add_closing(session: Session, event: Event[Closed]) -> None:
    new_row(session, Closing, **_answering(event))


projection = Projection(
    name="actions",
    version=3,
    tables=(Call, Commitment, Withdrawal, Report, Closing),
    on={
        Called: add_call,
        Committed: add_commitment,
        Withdrew: add_withdrawal,
        Reported: add_report,
        Closed: add_closing,
    },
)
