"""Which sealed events were shown to whom, as rows: one for each original in each event."""

from datetime import datetime

from sqlalchemy import BigInteger, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from internationale.events.sealed import Reshared
from internationale.events.types import Event
from internationale.kit import Projection, naming, new_row


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """Base of the tables."""


class ResharedRow(Row, table=True):
    """``original`` (a ref) was shown to ``readers`` (codes, separated by spaces) by ``section``."""

    __tablename__ = "sealing_reshared"

    section: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    original: str = Field(primary_key=True)
    subject: str = Field(index=True)
    readers: str
    said: datetime


def add(session: Session, event: Event[Reshared]) -> None:
    envelope = event.envelope
    for original in dict.fromkeys(event.payload.events):
        new_row(
            session,
            ResharedRow,
            section=envelope.section,
            epoch=envelope.epoch,
            sequence=envelope.sequence,
            original=original,
            subject=event.payload.subject,
            readers=envelope.audience,
            said=envelope.time,
        )


projection = Projection(name="sealing", version=1, tables=(ResharedRow,), on={Reshared: add})
