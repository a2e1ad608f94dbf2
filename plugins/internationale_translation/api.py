"""The same over JSON."""

from dataclasses import dataclass
from typing import Any

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from internationale.kit import Reader, Section
from internationale.kit.documents import Progress
from internationale.kit.texts import Piece

from . import port, queries
from .forms import Confirmation, Drafts, Offer
from .queries import Bench
from .rules.desk import Line
from .rules.memory import Suggestion

PATH = "/api/v1/translation"


@dataclass(frozen=True)
class DocumentLine:
    """One document and how far it is in each of the section's languages but its own."""

    document: str
    title: str
    kind: str
    language: str
    revision: int
    progress: list[Progress]


@dataclass(frozen=True)
class Matrix:
    """One page of the shared documents."""

    documents: list[DocumentLine]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class UnitLine:
    """One unit on the desk. ``made_from`` and ``source_changes`` are set when ``text`` was made from an earlier wording."""

    block: str
    kind: str
    number: str
    source: str
    state: str
    offered: str | None
    by: str | None
    draft: str | None
    made_from: str | None
    source_changes: list[Piece]


@dataclass(frozen=True)
class DeskView:
    """A document on the desk; ``revision`` and ``event``, which pins it, are to be named when writing."""

    document: str
    title: str
    language: str
    into: str
    revision: int
    event: str
    progress: Progress
    units: list[UnitLine]


@dataclass(frozen=True)
class Done:
    """How many units a deed was about."""

    units: int


def routes() -> list[Any]:
    """All handlers, new for each application."""
    return [*_reading(), *_writing()]


def _reading() -> list[Any]:
    @get(PATH, sync_to_thread=True)
    def matrix(section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> Matrix:
        section.require(reader, queries.DRAFT)
        section.require(reader, queries.READ)
        with section.reading() as session:
            found = queries.page_of_matrix(section, session, page)
        return Matrix([_document(row) for row in found.things], found.total, found.page, found.pages)

    @get(PATH + "/{document:str}/{language:str}", sync_to_thread=True)
    def desk(
        document: FromPath[str], language: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> DeskView:
        section.require(reader, queries.DRAFT, language)
        with section.reading() as session:
            return _view(queries.desk(Bench(section, session, document, language, reader)))

    @get(PATH + "/{document:str}/{language:str}/suggestions/{block:str}", sync_to_thread=True)
    def suggestions(
        document: FromPath[str],
        language: FromPath[str],
        block: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> list[Suggestion]:
        section.require(reader, queries.DRAFT, language)
        with section.reading() as session:
            return list(queries.suggestions(Bench(section, session, document, language, reader), block))

    return [matrix, desk, suggestions]


def _writing() -> list[Any]:
    @put(PATH + "/{document:str}/{language:str}/drafts", sync_to_thread=True)
    def save(
        document: FromPath[str],
        language: FromPath[str],
        data: JSONBody[Drafts],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Done:
        with section.writing() as session:
            return Done(port.save(Bench(section, session, document, language, reader), data.texts, revision=data.read))

    @post(PATH + "/{document:str}/{language:str}/confirmations", status_code=200, sync_to_thread=True)
    def confirm(
        document: FromPath[str],
        language: FromPath[str],
        data: JSONBody[Confirmation],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Done:
        with section.writing() as session:
            return Done(port.confirm(Bench(section, session, document, language, reader), data.blocks, event=data.event))

    @post(PATH + "/{document:str}/{language:str}/offers", sync_to_thread=True)
    def share(
        document: FromPath[str],
        language: FromPath[str],
        data: JSONBody[Offer],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Done:
        with section.writing() as session:
            return Done(port.share(Bench(section, session, document, language, reader), data.texts, revision=data.read))

    return [save, confirm, share]


def _document(row: queries.Row) -> DocumentLine:
    document = row.document
    progress = [cell for cell in row.cells if cell is not None]
    return DocumentLine(document.id, document.title, document.kind, document.language, document.revision, progress)


def _view(desk: queries.Desk) -> DeskView:
    document = desk.document
    units = [_unit(line) for line in desk.lines]
    return DeskView(
        document.id, document.title, document.language, desk.language, document.revision, str(document.ref), desk.progress, units
    )


def _unit(line: Line) -> UnitLine:
    unit, block = line.unit, line.unit.block
    return UnitLine(
        block=block.id,
        kind=block.kind,
        number=block.number,
        source=block.source,
        state=unit.state,
        offered=unit.text,
        by=unit.by,
        draft=line.draft.text if line.draft else None,
        made_from=line.made_from,
        source_changes=list(line.source_pieces),
    )
