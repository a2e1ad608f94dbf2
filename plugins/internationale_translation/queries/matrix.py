"""How far the whole is: every document in every language of the section."""

from dataclasses import dataclass

from sqlmodel import Session as Database

from internationale.kit import Section
from internationale.kit.documents import Progress, Summary


@dataclass(frozen=True)
class Row:
    """A document and how far it is in each language of the section; no progress in its own."""

    document: Summary
    cells: tuple[Progress | None, ...]


def matrix(section: Section, session: Database) -> tuple[Row, ...]:
    """Every shared document, latest change first, with the section's languages in its own order."""
    return tuple(_row(section, session, document) for document in section.documents.list(session))


def _row(section: Section, session: Database, document: Summary) -> Row:
    found = {progress.language: progress for progress in section.documents.progress(session, document.id)}
    return Row(document, tuple(found.get(language) for language in section.languages))
