"""How far the whole is: every document in every language of the section."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session as Database

from internationale.kit import Section, paging
from internationale.kit.documents import Progress, Summary


@dataclass(frozen=True)
class Row:
    """A document and how far it is in each language of the section; no progress in its own."""

    document: Summary
    cells: tuple[Progress | None, ...]


def matrix(section: Section, session: Database) -> list[Row]:
    """Every shared document, latest change first, with the section's languages in its own order."""
    return _rows(section, session, section.documents.list(session))


def page_of_matrix(section: Section, session: Database, page: int) -> paging.Part[Row]:
    """One page of them."""
    found = paging.part(section.documents.list(session), page)
    return paging.Part(_rows(section, session, found.things), found.total, found.page, found.pages)


def _rows(section: Section, session: Database, documents: Sequence[Summary]) -> list[Row]:
    progress = section.documents.progress_of(session, [document.id for document in documents])
    return [_row(section, document, progress[document.id]) for document in documents]


def _row(section: Section, document: Summary, progress: Sequence[Progress]) -> Row:
    found = {each.language: each for each in progress}
    return Row(document, tuple(found.get(language) for language in section.languages))
