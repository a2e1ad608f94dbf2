"""The lasting tables of the roster room: the chain of rosters, and what the sections say that they hold."""

from datetime import datetime

from sqlalchemy import BigInteger, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from internationale.kit import naming


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """Base of this room's tables."""


class VersionRow(Row, table=True):
    """One version of the roster, as it travelled. Verified before it is stored."""

    __tablename__ = "roster_version"

    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    hash: str
    body: bytes
    signatures: str
    stored_at: datetime


class HeadsRow(Row, table=True):
    """A section's latest signed heads, as they travelled: the proof, should it contradict itself or others."""

    __tablename__ = "roster_heads"

    witness: str = Field(primary_key=True)
    said_at: datetime
    received_at: datetime
    roster: int = Field(sa_type=BigInteger)
    body: bytes
    signatures: str


class PeerHeadRow(Row, table=True):
    """That a section said it holds a log up to a number, and when its word first reached us. The newest few for each."""

    __tablename__ = "roster_peer_head"

    witness: str = Field(primary_key=True)
    origin: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    hash: str
    received_at: datetime
