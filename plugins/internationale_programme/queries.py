"""The drafts, as lists show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from internationale.kit import PUBLIC, Need, Reader, Section, called, documents, marker, paging
from internationale_programme.rules import KIND, READ, is_recent

_ = marker("programme")

MOST = 3
"""At most so many drafts are pointed out on the home page."""


@dataclass(frozen=True)
class Draft:
    """One draft in a list: its title in the reader's language where there is one, and how far each language is.

    ``translated_by``: the section that put the title into that language; None: it is as it was written.
    """

    document: documents.Summary
    title: str
    language: str
    translated_by: str | None
    progress: Sequence[documents.Progress]


@dataclass(frozen=True)
class DraftPage:
    """Drafts of one page."""

    drafts: Sequence[Draft]
    total: int
    page: int
    pages: int


def drafts(section: Section, session: Session, reader: Reader, page: int) -> DraftPage:
    """A page of the drafts that the reader may see, latest change first."""
    inside = section.may(reader, READ)
    listed = [each for each in section.documents.list(session, KIND) if inside or each.audience == PUBLIC]
    found = paging.part(listed, page)
    return DraftPage(_drafts(section, session, found.things, reader.language), found.total, found.page, found.pages)


def public(section: Section, session: Session, language: str) -> list[Draft]:
    """The drafts that are for the world."""
    found = section.documents.list(session, KIND)
    return _drafts(section, session, [document for document in found if document.audience == PUBLIC], language)


def to_read(section: Section, session: Session, reader: Reader) -> list[Need]:
    """Drafts of other sections that are new, or have a new revision."""
    if not section.may(reader, READ):
        return []
    found = section.documents.list(session, KIND)
    recent = [each for each in found if each.home != section.code and is_recent(each.changed, section.now())]
    new = recent[:MOST]
    titles = section.documents.titles(session, [document.id for document in new], reader.language)
    names = {card.code: called(card) for card in section.sections(session)}
    return [_need(document, titles[document.id].text, names.get(document.home, document.home)) for document in new]


def _need(document: documents.Summary, title: str, home: str) -> Need:
    said = {"title": title, "number": document.revision, "section": home}
    return Need(
        title=_("“%(title)s”: a new draft to read") % said
        if document.revision == 1
        else _("“%(title)s”: revision %(number)s to read") % said,
        detail=_("Circulated by: %(section)s") % said,
        path=f"/documents/{document.id}",
        action=_("Read"),
        weight=10,
    )


def _drafts(section: Section, session: Session, found: Sequence[documents.Summary], language: str) -> list[Draft]:
    ids = [document.id for document in found]
    titles, progress = section.documents.titles(session, ids, language), section.documents.progress_of(session, ids)
    shown = ((each, titles[each.id], progress[each.id]) for each in found)
    return [Draft(document, title.text, title.language, title.by, line) for document, title, line in shown]
