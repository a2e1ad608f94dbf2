"""What never leaves the section: files that somebody is about to attach, and of which attachments the content is kept here.

Lasting tables with migrations of their own; an upload holds the id of an account until it is attached or given up.
"""

from datetime import datetime
from typing import Self

from sqlalchemy import BigInteger, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from internationale.events.envelope import Envelope
from internationale.kit.vocabulary import naming


class Private(SQLModel, registry=registry(metadata=MetaData(naming_convention=naming))):
    """The base of the room's private tables."""


class Upload(Private, table=True):
    """A file that was brought here and is not attached yet. ``base``: the ref of the event that names the subject."""

    __tablename__ = "attachments_upload"

    id: str = Field(primary_key=True)
    account: str = Field(index=True)
    subject: str
    base: str
    audience: str
    name: str
    media: str
    hidden: str
    size: int = Field(sa_type=BigInteger)
    digest: str
    blob: str
    chunk: int
    chunks: str
    key: str
    made: datetime


class Copy(Private, table=True):
    """The content of an attachment on this machine, by the ``ref`` of the event that attached it.

    Never by what is in it: what one section says of a content, true or not, would count for another's. The chunks are shared,
    for each is what its name says.

    ``wanted``: since when it is to be fetched; ``complete``: since when it is here, whole and verified; ``dropped``: when it was
    deleted to make room (it is then not fetched again by itself); ``used``: when somebody last took it; ``untaken``: since when
    tidying has seen that nobody did, in ``Watch.seconds`` (None: it has not looked since somebody did, or it came); ``pinned``:
    kept for good; ``trouble``: the code of why it does not come.
    """

    __tablename__ = "attachments_copy"

    ref: str = Field(primary_key=True)
    wanted: datetime | None = None
    complete: datetime | None = None
    dropped: datetime | None = None
    used: datetime | None = None
    untaken: int | None = None
    pinned: bool = False
    trouble: str = ""


class Trace(Private, table=True):
    """What the content of an attachment is called, noted when its event first counted, by the place and hash of that event.

    An event may cease to count (the text on which it stands is taken back) and leaves no row of the projection then; its content
    stays on disks and at hubs, which are told by this to let go of it. ``chunks``: as in ``File``. ``blob`` is empty where the
    list of chunks cannot be read.
    """

    __tablename__ = "attachments_trace"

    section: str = Field(primary_key=True)
    epoch: int = Field(primary_key=True)
    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    hash16: str = Field(primary_key=True)
    blob: str
    chunks: str

    @classmethod
    def of(cls, envelope: Envelope, blob: str, chunks: str) -> Self:
        """That of the content which an event attaches."""
        ref = envelope.ref
        return cls(section=ref.section, epoch=ref.epoch, sequence=ref.sequence, hash16=ref.hash16, blob=blob, chunks=chunks)


class Watch(Private, table=True):
    """How long tidying has watched the folder and the database side by side; one row, or none.

    ``mark``: random and new each time, and in the folder too: where they differ, one of the two was put back or lost. ``at``: the
    last time; ``seconds``: how long in all, as tidying itself has seen it pass.
    """

    __tablename__ = "attachments_watch"

    mark: str = Field(primary_key=True)
    at: datetime
    seconds: int


class Unnamed(Private, table=True):
    """A piece in the folder of which nothing here speaks. ``since``: when tidying first saw it so, in ``Watch.seconds``."""

    __tablename__ = "attachments_unnamed"

    name: str = Field(primary_key=True)
    since: int
