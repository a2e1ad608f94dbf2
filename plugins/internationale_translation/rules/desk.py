"""A unit on the translator's desk, and what becomes of what they write."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from internationale.kit.documents import Unit, UnitState
from internationale.kit.texts import Piece, words

from .memory import Suggestion


@dataclass(frozen=True)
class Draft:
    """What somebody has written for one unit and not shared yet; ``source`` is the wording they had before them."""

    block: str
    source: str
    source_hash: str
    text: str
    changed: datetime


@dataclass(frozen=True)
class Line:
    """One unit on the desk. ``suggestions`` None: not looked up yet, because the text is long and the memory large."""

    unit: Unit
    draft: Draft | None
    suggestions: tuple[Suggestion, ...] | None = ()

    @property
    def text(self) -> str:
        """What stands in the field: the draft, else what is offered already."""
        return self.draft.text if self.draft else self.unit.text or ""

    @property
    def made_from(self) -> str | None:
        """The earlier wording that the text in the field was made from; None when it was made from today's."""
        if self.draft:
            return None if self.draft.source_hash == self.unit.block.hash else self.draft.source
        return self.unit.made_from if self.unit.state is UnitState.OUTDATED else None

    @property
    def source_pieces(self) -> tuple[Piece, ...]:
        """How the source changed since; empty when it did not."""
        return () if self.made_from is None else words(self.made_from, self.unit.block.source)

    @property
    def changed_pieces(self) -> tuple[Piece, ...]:
        """How the draft differs from what is offered already; empty without either."""
        return words(self.unit.text, self.draft.text) if self.draft and self.unit.text else ()

    @property
    def sharable(self) -> bool:
        """Whether there is a draft, made from today's wording, that says something new."""
        if self.draft is None or self.made_from is not None:
            return False
        return self.unit.state is not UnitState.CURRENT or self.draft.text != self.unit.text

    @property
    def open(self) -> bool:
        """Whether there is something left to do here."""
        return self.unit.state is not UnitState.CURRENT or self.draft is not None


def translatable(unit: Unit) -> bool:
    """Whether a unit has anything to translate: a rule between paragraphs is current without anybody having offered it."""
    return unit.by is not None or unit.state is not UnitState.CURRENT


def written(unit: Unit, draft: Draft | None, text: str, now: datetime) -> Draft | None:
    """The draft after ``text`` was left in the field: None when nothing is to be kept.

    What stands offered already, left as it is, is no draft: an outdated translation becomes one by being changed, or by being
    said to be still right. An unchanged draft keeps the wording that it was made from.
    """
    if draft is not None and text == draft.text:
        return draft
    if not text or text == unit.text:
        return None
    return Draft(unit.block.id, unit.block.source, unit.block.hash, text, now)


def still_right(line: Line, now: datetime) -> Draft:
    """The draft that says again, of today's wording, what stands in the field."""
    block = line.unit.block
    return Draft(block.id, block.source, block.hash, line.text, now)


def open_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Those with something left to do."""
    return tuple(line for line in lines if line.open)
