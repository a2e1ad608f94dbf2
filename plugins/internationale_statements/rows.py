"""What was said about statements, as rows: one for each event, under its address, never changed.

What holds now is worked out when it is read, by address; so no row can depend on the order in which events came.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from internationale.kit import Event, Projection, naming, new_row

from .events import CosignatureWithdrawn, Cosigned, Issued
from .rules import pinned


class Said(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """What every row knows of its event."""

    section: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    ref: str
    author: str | None
    said: datetime
    document: str = Field(index=True)


class Signing(Said):
    """What is said of a signature. ``readers``: the sections that it was sealed for, separated by spaces; ``""``: said openly.

    It was said to those who read the text that it is about. A home section may open one id for some and for all: what was signed,
    or taken back, of the one is not of the other.
    """

    readers: str


class Cosignature(Signing, table=True):
    __tablename__ = "statements_cosignature"

    revision: int = Field(sa_type=BigInteger)
    pinned: str
    """The ref of the revision: the number alone says nothing, because its home section may write two of one number."""


class Withdrawal(Signing, table=True):
    __tablename__ = "statements_withdrawal"

    language: str
    reason: str


class Issue(Said, table=True):
    __tablename__ = "statements_issue"

    revision: int = Field(sa_type=BigInteger)
    pinned: str
    """As of a co-signature."""
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


def _signing(event: Event[Any]) -> dict[str, Any]:
    return {**_said(event), "readers": event.envelope.readers or ""}


def add_cosignature(session: Session, event: Event[Cosigned]) -> None:
    new_row(session, Cosignature, **_signing(event), pinned=str(pinned(event).ref))


def add_withdrawal(session: Session, event: Event[CosignatureWithdrawn]) -> None:
    new_row(session, Withdrawal, **_signing(event))


def add_issue(session: Session, event: Event[Issued]) -> None:
    new_row(session, Issue, **_said(event), pinned=str(pinned(event).ref))


projection = Projection(
    name="statements",
    version=3,
    tables=(Cosignature, Withdrawal, Issue),
    on={Cosigned: add_cosignature, CosignatureWithdrawn: add_withdrawal, Issued: add_issue},
)
