"""The tables of shared documents. Made from events alone; the ledger creates, drops and replays them.

Every row is the same whatever the order in which unrelated events came: keys come from the events, and where two events
claim one place the one that stands first in its section's log has it.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from internationale.kit.vocabulary import naming


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """The base of the room's projected tables."""


class Document(Row, table=True):
    """A document at its latest revision."""

    __tablename__ = "documents_document"

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    home: str
    language: str
    audience: str
    opened: datetime
    number: int
    title: str
    event: str
    """The id of the event of the latest revision."""
    ref: str
    changed: datetime


class Revision(Row, table=True):
    """A revision as its event says. ``base`` is the id of the event that it changes, ``""`` for the opening.

    ``counts``: whether it is the one of its number (``rows.chain``); of all columns the only one that other events change.
    """

    __tablename__ = "documents_revision"
    __table_args__ = (Index("ix_documents_revision_document_number", "document", "number"),)

    event: str = Field(primary_key=True)
    document: str
    counts: bool
    ref: str
    base: str
    epoch: int
    sequence: int = Field(sa_type=BigInteger)
    number: int
    kind: str
    language: str
    audience: str
    sealed: bool
    title: str
    note: str
    author: str | None
    amendments: str
    """The ids of the amendments taken in, separated by spaces."""
    taken: str
    """The events of the same, in the same order: a section may write two amendments under one id."""
    digest: str
    time: datetime


class Content(Row, table=True):
    """The blocks of one revision as JSON (``rows.contents``): whole, or as what it changes in another."""

    __tablename__ = "documents_content"

    event: str = Field(primary_key=True)
    base: str = ""
    """The event of the revision that it changes; ``""``: this is the whole text."""
    depth: int = 0
    """How many changes have to be applied to a whole text for this one."""
    weight: int = 0
    """How many characters these are."""
    blocks: str
    """``[[id, kind, level, raw, number], …]``; of changes what they do not say:
    ``[[[kind, level, how many in turn], …], [number, …]]``."""
    operations: str = ""
    """The changes, as ``internationale.text.operations`` has them."""


class Amendment(Row, table=True):
    """An amendment as proposed. ``base`` is the event id of the revision it was made on."""

    __tablename__ = "documents_amendment"

    id: str = Field(primary_key=True)
    event: str
    ref: str
    epoch: int
    sequence: int = Field(sa_type=BigInteger)
    document: str = Field(index=True)
    section: str
    author: str | None
    base: str
    number: int
    language: str
    title: str
    reason: str
    hint: str
    wording: str
    operations: str
    blocks: str
    """The ids of the blocks of the base that it touches, separated by spaces; an insertion touches the block before it."""
    audience: str
    time: datetime


class Verdict(Row, table=True):
    """What became of an amendment: ``withdrawn``, ``accepted`` or ``rejected``. ``target`` is the amendment's event id."""

    __tablename__ = "documents_verdict"

    event: str = Field(primary_key=True)
    document: str = Field(index=True)
    target: str = Field(index=True)
    section: str
    author: str | None
    epoch: int
    sequence: int = Field(sa_type=BigInteger)
    verdict: str
    reason: str
    time: datetime


class Translation(Row, table=True):
    """A section's latest offer for one unit made from one source, among the offers for one audience.

    That is the audience of the revisions that it is of: a document's home may open one id for several, and what was said of the
    text for some is not to be read with the text for all.
    """

    __tablename__ = "documents_translation"

    document: str = Field(primary_key=True)
    audience: str = Field(primary_key=True)
    """``audiences.key`` of it."""
    language: str = Field(primary_key=True)
    block: str = Field(primary_key=True)
    section: str = Field(primary_key=True)
    source_hash: str = Field(primary_key=True)
    quote: str
    text: str
    author: str | None
    event: str
    epoch: int
    sequence: int = Field(sa_type=BigInteger)
    time: datetime
