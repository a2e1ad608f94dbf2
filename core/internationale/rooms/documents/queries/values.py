"""What the queries hand out: frozen values for pages and API, never rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from internationale.events.refs import Ref
from internationale.text.blocks import Block as TextBlock
from internationale.text.compare import Piece


@dataclass(frozen=True)
class RevisionCard:
    """One revision in a document's history."""

    event: str
    ref: Ref
    document: str
    number: int
    title: str
    note: str
    author: str | None
    amendments: tuple[str, ...]
    taken: tuple[str, ...]
    """The events of these amendments, in the same order."""
    time: datetime
    audience: str


@dataclass(frozen=True)
class Text:
    """A revision with its blocks and their frozen numbers."""

    revision: RevisionCard
    blocks: tuple[TextBlock, ...]
    numbers: tuple[str, ...]

    def number_of(self, block: str) -> str:
        """The frozen number of a block, ``""`` without one."""
        return dict(zip((item.id for item in self.blocks), self.numbers, strict=True)).get(block, "")

    def block(self, id: str) -> TextBlock | None:
        return next((item for item in self.blocks if item.id == id), None)


@dataclass(frozen=True)
class VerdictCard:
    """A word on an amendment: ``withdrawn``, ``accepted`` or ``rejected``, by which section, why."""

    verdict: str
    section: str
    author: str | None
    reason: str
    time: datetime


@dataclass(frozen=True)
class AmendmentCard:
    """An amendment with all that was said about it. ``state``: ``open``, ``withdrawn``, ``accepted`` or ``rejected``."""

    id: str
    ref: Ref
    document: str
    section: str
    author: str | None
    base: str
    """The event id of the revision that it was made on."""
    number: int
    """That revision's number."""
    language: str
    title: str
    reason: str
    hint: str
    wording: str
    operations: str
    blocks: tuple[str, ...]
    time: datetime
    state: str
    verdicts: tuple[VerdictCard, ...] = ()


@dataclass(frozen=True)
class Line:
    """A block in a comparison. ``state``: ``same``, ``changed``, ``inserted``, ``deleted`` or ``moved``."""

    block: str
    number: str
    kind: str
    state: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Comment:
    """A contribution to the debate. ``own``: the reader's, who may then change it. ``handle`` empty: its writer has left."""

    id: str
    block: str
    motion: str
    revision: int
    quote: str
    handle: str
    text: str
    written: datetime
    edited: datetime | None
    deleted: datetime | None
    own: bool


@dataclass(frozen=True)
class MotionCard:
    """A member's proposal at home. ``state``: ``open``, ``carried`` or ``declined``. ``handle`` empty: its mover has left."""

    id: str
    document: str
    block: str
    revision: int
    quote: str
    change: str
    language: str
    title: str
    text: str
    reason: str
    handle: str
    written: datetime
    state: str
    answer: str
    answered_by: str
    answered: datetime | None
    amendment: str
    own: bool


@dataclass(frozen=True)
class Beside:
    """What stands beside one paragraph."""

    amendments: Sequence[AmendmentCard] = field(default_factory=tuple)
    comments: int = 0
    motions: int = 0
