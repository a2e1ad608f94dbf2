"""What lies on the desk."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session as Database
from sqlmodel import col, select

from internationale.kit import NotFound, Reader, Ref, Section, marker
from internationale.kit.documents import Progress, Reading, Summary, Unit, UnitState
from internationale_translation.queries.waiting import READ
from internationale_translation.rows import DraftRow
from internationale_translation.rules.desk import Draft, Line, translatable
from internationale_translation.rules.memory import Memory, Suggestion

_ = marker("translation")

PATIENCE = 100_000
"""How many comparisons with the memory one page may cost (well under a second); beyond, one unit is looked up at a time."""


@dataclass(frozen=True)
class Bench:
    """Who translates which document into which language, in one transaction."""

    section: Section
    session: Database
    document: str
    language: str
    reader: Reader


@dataclass(frozen=True)
class Desk:
    """A document before its translator. ``progress`` counts what everybody can read, drafts left out."""

    document: Summary
    language: str
    lines: tuple[Line, ...]
    progress: Progress

    @property
    def drafts(self) -> int:
        return sum(line.draft is not None for line in self.lines)

    @property
    def sharable(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.sharable)

    @property
    def stale(self) -> tuple[Line, ...]:
        """Drafts whose source has changed since they were written."""
        return tuple(line for line in self.lines if line.draft is not None and line.made_from is not None)


def desk(bench: Bench) -> Desk:
    """The whole desk, without suggestions."""
    reading = translating(bench)
    own = drafts(bench)
    lines = tuple(Line(unit, own.get(unit.block.id)) for unit in reading.units if translatable(unit))
    return Desk(reading.document, bench.language, lines, _count(bench.language, lines))


def with_suggestions(bench: Bench, desk: Desk, lines: Sequence[Line], ask: str = "") -> tuple[Line, ...]:
    """These lines with what the memory says about those that are not current, and about the block ``ask``."""
    memory = _memory(bench, desk.document.language)
    wanted = {line.unit.block.id for line in lines if line.unit.state is not UnitState.CURRENT}
    thorough = wanted if len(wanted) * len(memory) <= PATIENCE else set[str]()
    return tuple(
        replace(line, suggestions=_suggestions(memory, line.unit, thorough=line.unit.block.id in {*thorough, ask}))
        if line.unit.block.id in {*wanted, ask}
        else line
        for line in lines
    )


def suggestions(bench: Bench, block: str) -> tuple[Suggestion, ...]:
    """What the memory says about one unit. Raises ``NotFound`` for an unknown one."""
    reading = translating(bench)
    unit = next((unit for unit in reading.units if unit.block.id == block), None)
    if unit is None:
        raise NotFound(_("This paragraph is not in the text."), place="block")
    return _memory(bench, reading.document.language).like(unit.block.source, but=unit.text or "")


def translating(bench: Bench, revision: int | Ref | None = None) -> Reading:
    """A document read in a language that it can be translated into: one of this section's, or of any other's.

    Raises ``Refused`` for who may not read the document, ``NotFound`` for any other language and for the document's own.
    """
    section = bench.section
    section.require(bench.reader, READ, bench.document)
    summary = section.documents.get(bench.session, bench.document)
    languages = {*section.languages, *section.federation_languages(bench.session)} - {summary.language}
    if bench.language not in languages:
        raise NotFound(_("This document is not translated into that language here."), place="language")
    return section.documents.read(bench.session, bench.document, bench.language, revision=revision)


def drafts(bench: Bench) -> dict[str, Draft]:
    """The reader's own drafts, by block."""
    chosen = select(DraftRow).where(
        DraftRow.account == bench.reader.id, DraftRow.document == bench.document, DraftRow.language == bench.language
    )
    return {row.block: Draft(row.block, row.source, row.source_hash, row.text, row.changed) for row in bench.session.exec(chosen)}


def kept(session: Database, account: str) -> dict[str, Any] | None:
    """All drafts of one person as plain JSON values; None: there is none."""
    order = col(DraftRow.document), col(DraftRow.language), col(DraftRow.block)
    rows = session.exec(select(DraftRow).where(DraftRow.account == account).order_by(*order))
    drafts = [row.model_dump(exclude={"account"}) | {"changed": row.changed.isoformat()} for row in rows]
    return {"drafts": drafts} if drafts else None


def _memory(bench: Bench, source: str) -> Memory:
    return Memory(bench.section.documents.renderings(bench.session, source, bench.language, bench.reader))


def _suggestions(memory: Memory, unit: Unit, *, thorough: bool) -> tuple[Suggestion, ...] | None:
    if thorough:
        return memory.like(unit.block.source, but=unit.text or "")
    return memory.exact(unit.block.source, but=unit.text or "") or None


def _count(language: str, lines: Sequence[Line]) -> Progress:
    counts = {state: sum(line.unit.state is state for line in lines) for state in UnitState}
    return Progress(language, counts[UnitState.CURRENT], counts[UnitState.OUTDATED], counts[UnitState.MISSING])
