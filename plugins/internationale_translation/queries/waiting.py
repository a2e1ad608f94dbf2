"""What waits for a translator, for the home page."""

from collections.abc import Iterator
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from sqlmodel import Session as Database
from sqlmodel import col, func, select

from internationale.kit import Message, Need, NotFound, Reader, Section, marker, plural_marker
from internationale.kit.documents import Progress, Summary
from internationale_translation.rows import DraftRow

_ = marker("translation")
ngettext = plural_marker("translation")

DRAFT = "translation.draft"
"""Translate shared documents, and keep private drafts of it; may be held for one language."""
READ = "documents.read"
"""To translate a text is to read it: a right for a language alone opens none."""
MOST = 6
"""How many needs are shown; the matrix has the rest."""
CHANGED, BEGUN, UNSHARED, UNTOUCHED = 60, 40, 30, 20
"""How urgent each is: a text that says what no longer holds comes first."""


@dataclass(frozen=True)
class _Work:
    """One document in one language, for somebody who reads ``spoken``."""

    document: Summary
    language: str
    spoken: str

    def need(self, title: Message, action: Message, weight: int, show: str = "open") -> Need:
        detail = _("Into %(language)s.") % {"language": language_name(self.language, self.spoken)}
        path = f"/translation/{self.document.id}/{self.language}?show={show}"
        return Need(title % {"title": self.document.title, "n": title.count}, detail, path, action, weight)


def needs(section: Section, session: Database, reader: Reader) -> list[Need]:
    """Changed paragraphs first, then what is missing in a document that was begun, own drafts, and what was never begun."""
    if not section.may(reader, READ):
        return []
    found = [*_unshared(section, session, reader)]
    languages = {language for language in section.languages if section.may(reader, DRAFT, language)}
    documents = [each for each in section.documents.list(session) if languages - {each.language}] if languages else []
    progress = section.documents.progress_of(session, [document.id for document in documents])
    for document in documents:
        for each in progress[document.id]:
            if each.language in languages:
                found += _open(_Work(document, each.language, reader.language), each)
    return sorted(found, key=lambda need: -need.weight)[:MOST]


def language_name(language: str, spoken: str) -> str:
    """The name of a language in another one; its code where no name is known."""
    try:
        return Locale.parse(language, sep="-").get_display_name(Locale.parse(spoken, sep="-")) or language
    except (ValueError, UnknownLocaleError):
        return language


def _open(work: _Work, progress: Progress) -> Iterator[Need]:
    if progress.outdated:
        changed = ngettext(
            "One paragraph of “%(title)s” has changed since it was translated.",
            "%(n)s paragraphs of “%(title)s” have changed since they were translated.",
            progress.outdated,
        )
        yield work.need(changed, _("Look at the changes"), CHANGED)
    if progress.missing and progress.missing < progress.total:
        missing = ngettext(
            "One paragraph of “%(title)s” is not translated yet.",
            "%(n)s paragraphs of “%(title)s” are not translated yet.",
            progress.missing,
        )
        yield work.need(missing, _("Go on translating"), BEGUN)
    elif progress.missing:
        yield work.need(_("“%(title)s” is not translated yet."), _("Begin to translate"), UNTOUCHED)


def _unshared(section: Section, session: Database, reader: Reader) -> Iterator[Need]:
    place = (col(DraftRow.document), col(DraftRow.language))
    chosen = select(*place, func.count()).where(DraftRow.account == reader.id).group_by(*place).order_by(*place)
    for document, language, count in session.exec(chosen).all():
        try:
            work = _Work(section.documents.get(session, document), language, reader.language)
        except NotFound:  # the document's event was cut from the history since; the draft is kept in case it returns
            continue
        drafts = ngettext(
            "You have one draft for “%(title)s” that nobody else can see yet.",
            "You have %(n)s drafts for “%(title)s” that nobody else can see yet.",
            count,
        )
        yield work.need(drafts, _("Share them or go on"), UNSHARED)
