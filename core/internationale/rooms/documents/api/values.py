"""What the API answers: plain values with JSON in mind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from internationale.kit.documents import Progress, Reading, Summary
from internationale.kit.vocabulary import Receipt
from internationale.rooms.documents.queries.values import (
    AmendmentCard,
    Comment,
    Line,
    MotionCard,
    RevisionCard,
    VerdictCard,
)


@dataclass(frozen=True)
class DocumentOut:
    """One document. ``event`` pins its latest revision."""

    id: str
    kind: str
    home: str
    language: str
    title: str
    revision: int
    audience: str
    changed: datetime
    open_amendments: int
    event: str

    @classmethod
    def of(cls, document: Summary) -> "DocumentOut":
        fields = {name: value for name, value in vars(document).items() if name != "ref"}
        return cls(**fields, event=str(document.ref))


@dataclass(frozen=True)
class DocumentsOut:
    """One page of documents."""

    documents: list[DocumentOut]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class UnitOut:
    """One block, or the title (``id`` is ``title``), in the language asked for."""

    id: str
    kind: str
    level: int
    number: str
    source: str
    source_hash: str
    state: str
    text: str | None
    made_from: str | None
    by: str | None


@dataclass(frozen=True)
class ProgressOut:
    """How many units are in which state, in one language."""

    language: str
    current: int
    outdated: int
    missing: int
    complete: bool

    @classmethod
    def of(cls, progress: Progress) -> "ProgressOut":
        return cls(progress.language, progress.current, progress.outdated, progress.missing, progress.complete)


@dataclass(frozen=True)
class ReadingOut:
    """A revision in one language."""

    document: DocumentOut
    language: str
    revision: int
    event: str
    """The event of the revision that is read."""
    translators: list[str]
    """The sections of whose words it is made in this language; none in the document's own."""
    units: list[UnitOut]

    @classmethod
    def of(cls, reading: Reading) -> "ReadingOut":
        units = [
            UnitOut(
                id=unit.block.id,
                kind=unit.block.kind,
                level=unit.block.level,
                number=unit.block.number,
                source=unit.block.source,
                source_hash=unit.block.hash,
                state=str(unit.state),
                text=unit.text,
                made_from=unit.made_from,
                by=unit.by,
            )
            for unit in reading.units
        ]
        return cls(
            DocumentOut.of(reading.document),
            reading.language,
            reading.revision,
            str(reading.ref),
            list(reading.translators),
            units,
        )


@dataclass(frozen=True)
class RevisionOut:
    """One revision in the history."""

    number: int
    title: str
    note: str
    author: str | None
    amendments: list[str]
    time: datetime
    event: str

    @classmethod
    def of(cls, card: RevisionCard) -> "RevisionOut":
        return cls(card.number, card.title, card.note, card.author, list(card.amendments), card.time, str(card.ref))


@dataclass(frozen=True)
class ReceiptOut:
    """Whether a section is known to hold it."""

    section: str
    holds: bool
    since: datetime | None

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        return cls(receipt.section, receipt.holds, receipt.since)


@dataclass(frozen=True)
class PieceOut:
    """A run of text: ``equal``, ``insert`` or ``delete``."""

    op: str
    text: str


@dataclass(frozen=True)
class LineOut:
    """One block in a comparison."""

    block: str
    number: str
    kind: str
    state: str
    pieces: list[PieceOut]

    @classmethod
    def of(cls, line: Line) -> "LineOut":
        return cls(line.block, line.number, line.kind, line.state, [PieceOut(*piece) for piece in line.pieces])


@dataclass(frozen=True)
class AmendmentOut:
    """An amendment, with what was said about it."""

    id: str
    document: str
    section: str
    author: str | None
    revision: int
    language: str
    title: str
    reason: str
    hint: str
    wording: str
    blocks: list[str]
    time: datetime
    state: str
    verdicts: list[VerdictCard]
    event: str

    @classmethod
    def of(cls, card: AmendmentCard) -> "AmendmentOut":
        return cls(
            id=card.id,
            document=card.document,
            section=card.section,
            author=card.author,
            revision=card.number,
            language=card.language,
            title=card.title,
            reason=card.reason,
            hint=card.hint,
            wording=card.wording,
            blocks=list(card.blocks),
            time=card.time,
            state=card.state,
            verdicts=list(card.verdicts),
            event=str(card.ref),
        )


@dataclass(frozen=True)
class AmendmentsOut:
    """One page of the amendments to a document, the earliest first."""

    amendments: list[AmendmentOut]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class CommentsOut:
    """One page of a debate, the earliest contribution first."""

    comments: Sequence[Comment]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class MotionsOut:
    """One page of the proposals at home, the earliest first."""

    motions: Sequence[MotionCard]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class AmendmentDetail:
    """An amendment with its comparison and who has it."""

    amendment: AmendmentOut
    changes: list[LineOut]
    overlapping: list[str]
    """The ids of other amendments that do not go together with this one."""
    receipts: list[ReceiptOut]


@dataclass(frozen=True)
class Made:
    """The id of what was made."""

    id: str


@dataclass(frozen=True)
class Revised:
    """The number of the new revision."""

    revision: int


@dataclass(frozen=True)
class DraftOut:
    """The latest text with accepted amendments in it; ``colliding`` were left out."""

    base: int
    text: str
    taken: list[str]
    colliding: list[str]
