"""What plugins may do with shared documents: the port of the documents room, and the values that it hands out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlmodel import Session

from internationale.events.refs import Ref
from internationale.events.types import Causes, Event
from internationale.kit.undecided import Undecided
from internationale.kit.vocabulary import Reader

TITLE = "title"
"""The unit id of a document's title, which is translated like a block."""


class UnitState(StrEnum):
    """The state of one translation unit, derived from hashes, never stored."""

    MISSING = "missing"
    CURRENT = "current"
    OUTDATED = "outdated"


@dataclass(frozen=True)
class Block:
    """One block of a revision: its permanent id, kind (heading, paragraph, list_item, quotation, table, code, rule),
    Markdown source without the white space around it, frozen number (``""`` when the kind is not numbered) and hash.
    """

    id: str
    kind: str
    level: int
    source: str
    number: str
    hash: str


@dataclass(frozen=True)
class Summary:
    """One document in a list."""

    id: str
    kind: str
    home: str
    language: str
    title: str
    revision: int
    audience: str
    changed: datetime
    ref: Ref
    """The event of the latest revision: what co-signing, committing, translating stand on."""
    open_amendments: int = 0


@dataclass(frozen=True)
class Unit:
    """A block with its translation into one language, as the desk and the reading page need it.

    ``text`` is the translation (None: missing); ``made_from`` the source it was made from, when that is no longer today's;
    ``by`` the section that offered it. ``made_from`` and ``text`` are plain Markdown source. A block without words (a rule, a
    link definition) is CURRENT in every language.
    """

    block: Block
    state: UnitState
    text: str | None = None
    made_from: str | None = None
    by: str | None = None


@dataclass(frozen=True)
class Reading:
    """A revision of a document in one language. In its own language every unit is CURRENT with the source as text."""

    document: Summary
    """As it stands at its latest revision; its kind, language and audience are those of the revision that is read."""
    language: str
    """The language read in; may differ from ``document.language``."""
    units: Sequence[Unit]
    """The first unit is the title's (block id ``TITLE``)."""
    revision: int
    ref: Ref
    """The event of the revision that is read."""

    @property
    def complete(self) -> bool:
        """Whether every unit is current."""
        return all(unit.state is UnitState.CURRENT for unit in self.units)

    @property
    def translators(self) -> Sequence[str]:
        """The sections whose words are read here instead of the home section's, by code."""
        return sorted({unit.by for unit in self.units if unit.by is not None})

    @property
    def title(self) -> str:
        """The revision's title in this language, or in the document's own while this very title is not translated."""
        first = self.units[0]
        return first.text if first.text is not None and first.state is UnitState.CURRENT else first.block.source

    @property
    def title_language(self) -> str:
        """The language that ``title`` is really in."""
        return self.language if self.units[0].state is UnitState.CURRENT else self.document.language

    @property
    def title_by(self) -> str | None:
        """The section that translated ``title``; None: it is as it was written."""
        return self.units[0].by if self.units[0].state is UnitState.CURRENT else None


@dataclass(frozen=True)
class Title:
    """A document's title as a list shows it. ``language``: the one that ``text`` is really in; ``by``: who translated it."""

    text: str
    language: str
    by: str | None = None


@dataclass(frozen=True)
class Rendering:
    """How ``section`` once put one ``source`` into another language: what a translation memory is made of."""

    source: str
    text: str
    section: str


@dataclass(frozen=True)
class Progress:
    """How far a document is in one language: numbers of units."""

    language: str
    current: int
    outdated: int
    missing: int

    @property
    def total(self) -> int:
        return self.current + self.outdated + self.missing

    @property
    def complete(self) -> bool:
        return self.current == self.total


@dataclass(frozen=True)
class Pinned:
    """A revision as another event names it among its causes: whose document it is, of what kind, which revision.

    ``readers``: the sections for which it is sealed; None: it was said openly.
    """

    document: str
    kind: str
    home: str
    number: int
    ref: Ref
    readers: str | None


def pinned_among(causes: Causes, document: str) -> Pinned | None:
    """The revision of the document that an event stands on, for the rules of what stands on documents; None without one."""
    for cause in causes:
        if _is(cause, "opened", "revised") and cause.payload.document == document:
            number = cause.payload.number if _is(cause, "revised") else 1
            return Pinned(document, _kind(cause), cause.envelope.section, number, cause.envelope.ref, cause.envelope.readers)
    return None


def _kind(revision: Event[Any]) -> str:
    """The kind of document that an applied revision is of, as the rows keep it; otherwise as its opening says."""
    while _is(revision, "revised"):
        if (kept := revision.recall()) is not None:
            return str(kept.kind)
        revision = next(iter(revision.causes))  # a revision's first ref pins the one before it
    return str(revision.payload.kind)


def _is(event: Event[Any], *names: str) -> bool:
    return event.envelope.type.startswith(tuple(f"org.intl.documents.{name}.v" for name in names))


class Documents(Protocol):
    """The documents room, as plugins see it. All calls run in the caller's session (and transaction).

    Raises ``NotFound`` for an unknown document, ``Refused`` when the reader may not, ``Invalid`` for wrong input,
    ``Conflict`` when the base changed meanwhile.
    """

    def list(self, session: Session, kind: str | None = None) -> Sequence[Summary]:
        """Documents (of one kind), latest change first."""
        ...

    def get(self, session: Session, document: str) -> Summary: ...

    def titles(self, session: Session, documents: Sequence[str], language: str) -> Mapping[str, Title]:
        """The latest titles of some documents by id, in a language where they are translated into it: for lists."""
        ...

    def titles_pinned(self, session: Session, revisions: Sequence[Ref], language: str) -> Mapping[Ref, Title]:
        """The titles of these very revisions, in a language where these very titles are translated into it: for lists of what was
        said about a text.
        """
        ...

    def read(self, session: Session, document: str, language: str, *, revision: int | Ref | None = None) -> Reading:
        """The latest (or a given) revision in one language.

        A number gives the revision that counts under it. A ref gives the very revision that was signed, whether it counts or not:
        whoever shows what was said about a text asks by ref, because a home section may write two of one number.
        """
        ...

    def counting(self, session: Session, refs: Collection[Ref]) -> frozenset[Ref]:
        """Which of these revisions count, of whatever documents: what pins another one pins a rival of a text, and is not said
        of the text that is shown under that number.
        """
        ...

    def undecided(self, session: Session, document: str, ref: Ref) -> Sequence[Undecided]:
        """What its home said about a document before the revision ``ref`` and is not decided here: another text that may take its
        number, a file. See ``Section.undecided``.
        """
        ...

    def progress(self, session: Session, document: str) -> Sequence[Progress]:
        """One line for each language of the federation but the document's own, in code order."""
        ...

    def progress_of(self, session: Session, documents: Sequence[str]) -> Mapping[str, Sequence[Progress]]:
        """The same for several documents, by id, for lists; without those that are not here."""
        ...

    def open(self, session: Session, *, kind: str, language: str, title: str, text: str, audience: str, by: Reader) -> str:
        """Publish a new shared document with its first revision; returns its id.

        ``audience``: see ``kit.audiences``. Everything that is said about a sealed document is sealed for the same sections.
        Raises ``Refused``, and ``Invalid`` at ``kind``, at ``language``, or at ``audience``: for ``public`` when the kind is not
        (``DocumentKind.public``), or for sections that cannot be chosen.
        """
        ...

    def revise(self, session: Session, document: str, *, base: int, title: str, text: str, note: str, by: Reader) -> int:
        """Publish the next revision, made on revision ``base``; returns its number. Only the home section may."""
        ...

    def renderings(self, session: Session, source: str, target: str, reader: Reader) -> Sequence[Rendering]:
        """All that was ever offered from documents in language ``source`` into ``target``, also of earlier wordings: of those
        documents that this reader may read.
        """
        ...

    def offer(
        self, session: Session, document: str, language: str, texts: Mapping[str, str], *, revision: int | Ref, by: Reader
    ) -> None:
        """Share translations ``{block id: text}`` made from the blocks of ``revision`` (see ``read``)."""
        ...
