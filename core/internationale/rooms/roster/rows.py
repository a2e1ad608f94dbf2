"""The lasting tables of the roster room: the chain of rosters, and what the sections say that they hold; and the projection of
what they say about the roster, one row for each event, under its address.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel

from internationale.kit import Event, Projection, naming, new_row
from internationale.rooms.roster.events import Declined, KeyAnnounced, Proposed, Signed, Vouched


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


class RivalRow(Row, table=True):
    """A version that contradicts one of ours, as it travelled, signed by enough root keys. ``settled``: the host has said which
    of them counts, or the root keys of today have not signed it.
    """

    __tablename__ = "roster_rival"

    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    hash: str = Field(primary_key=True)
    body: bytes
    signatures: str
    stored_at: datetime
    settled: bool


class HeadsRow(Row, table=True):
    """A section's latest signed heads, as they travelled: the proof, should it contradict itself or others."""

    __tablename__ = "roster_heads"

    witness: str = Field(primary_key=True)
    said_at: datetime
    received_at: datetime
    roster: int = Field(sa_type=BigInteger)
    body: bytes
    signatures: str


class HeldRow(Row, table=True):
    """What a section's latest heads say of one log: the content of its ``HeadsRow``, to be asked by log."""

    __tablename__ = "roster_held"
    __table_args__ = (Index(None, "origin", "epoch", "sequence", "hash"),)

    witness: str = Field(primary_key=True)
    origin: str = Field(primary_key=True)
    epoch: int
    sequence: int = Field(sa_type=BigInteger)
    hash: str


class PeerHeadRow(Row, table=True):
    """That a section said it holds a log up to a number, and when its word first reached us. The newest few for each."""

    __tablename__ = "roster_peer_head"

    witness: str = Field(primary_key=True)
    origin: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    hash: str
    received_at: datetime


class SecretRow(Row, table=True):
    """By what this instance's secret is known again, which is not in the database; one row. Nobody can come to it from this."""

    __tablename__ = "roster_secret"

    check: str = Field(primary_key=True)


class SealedForRow(Row, table=True):
    """For which sections an event of ours was really sealed: one that is named by it and was no member then could not be given
    it. ``readers``: codes, separated by spaces.
    """

    __tablename__ = "roster_sealed_for"

    epoch: int = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    readers: str


class Said(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """What every row of the projection knows of its event."""

    section: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    ref: str
    said: datetime
    hash: str = Field(index=True)


class ProposalRow(Said, table=True):
    """A proposed version. ``body``: its unsigned bytes."""

    __tablename__ = "roster_proposal"

    version: int = Field(sa_type=BigInteger)
    previous: str
    why: str
    body: bytes


class SignatureRow(Said, table=True):
    """A signature on a proposal."""

    __tablename__ = "roster_signature"

    signature: str


class VouchRow(Said, table=True):
    """That a section vouches for a candidate. ``request``: its signed bytes, base64url."""

    __tablename__ = "roster_vouch"

    code: str
    request: str
    signature: str
    why: str


class DeclineRow(Said, table=True):
    """That a candidate is not admitted now."""

    __tablename__ = "roster_decline"

    why: str


class AnnouncementRow(Said, table=True):
    """That a section will sign with another key. ``hash``: the event's."""

    __tablename__ = "roster_announcement"

    key: str
    first: int = Field(sa_type=BigInteger)


def _said(event: Event[Any]) -> dict[str, Any]:
    envelope = event.envelope
    address = {"section": envelope.section, "epoch": envelope.epoch, "sequence": envelope.sequence}
    return {**address, "ref": str(envelope.ref), "said": envelope.time, "hash": envelope.hash, **event.payload.model_dump()}


def _add_proposal(session: Session, event: Event[Proposed]) -> None:
    new_row(session, ProposalRow, **_said(event), body=next(iter(event.parts.values())))


def _add_signature(session: Session, event: Event[Signed]) -> None:
    new_row(session, SignatureRow, **_said(event))


def _add_vouch(session: Session, event: Event[Vouched]) -> None:
    new_row(session, VouchRow, **_said(event))


def _add_decline(session: Session, event: Event[Declined]) -> None:
    new_row(session, DeclineRow, **_said(event))


def _add_announcement(session: Session, event: Event[KeyAnnounced]) -> None:
    values = _said(event)
    del values["proof"]
    new_row(session, AnnouncementRow, **values)


projection = Projection(
    name="roster",
    version=1,
    tables=(ProposalRow, SignatureRow, VouchRow, DeclineRow, AnnouncementRow),
    on={
        Proposed: _add_proposal,
        Signed: _add_signature,
        Vouched: _add_vouch,
        Declined: _add_decline,
        KeyAnnounced: _add_announcement,
    },
)
