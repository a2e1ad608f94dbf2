"""What never leaves the section: the debate on a text, and the amendments that members propose at home.

Lasting tables with migrations of their own; they hold account ids, the shared tables never do. Where ``account`` and ``handle``
are empty, the person has left.
"""

from datetime import datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from internationale.kit.vocabulary import naming


class Private(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """The base of the room's private tables."""


class Debate(Private, table=True):
    """One contribution to the debate on a paragraph, or on a proposal (``motion``). ``quote`` is what the paragraph said."""

    __tablename__ = "documents_debate"

    id: str = Field(primary_key=True)
    document: str = Field(index=True)
    block: str
    motion: str
    """The id of the proposal that it is about; ``""``: the paragraph itself."""
    revision: int
    quote: str
    account: str
    handle: str
    text: str
    written: datetime
    edited: datetime | None = None
    deleted: datetime | None = None
    """When its writer took it back; its text is then empty."""


class Motion(Private, table=True):
    """An amendment that a member proposes at home, until a delegate carries it to the International or declines it.

    ``text`` is the paragraph as it should read, in ``language``; ``change``: ``replace``, ``insert`` (after the paragraph)
    or ``delete``; ``state``: ``open``, ``carried`` or ``declined`` (``answer`` says why). ``amendment``: the id of what becomes
    of it, given with the proposal: where a backup that was put back has it as open, the log still tells that it was carried.
    """

    __tablename__ = "documents_motion"

    id: str = Field(primary_key=True)
    document: str = Field(index=True)
    block: str
    revision: int
    quote: str
    change: str
    language: str
    title: str
    text: str
    reason: str
    account: str
    handle: str
    written: datetime
    state: str
    answer: str
    answered_by: str
    answerer: str | None = None
    """The account of whoever answered."""
    answered: datetime | None = None
    amendment: str
