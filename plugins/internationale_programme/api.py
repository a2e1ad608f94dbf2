"""The programme over the API. What happens to a draft after its circulation is under ``/api/v1/documents``."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from internationale.kit import Reader, Section
from internationale_programme import queries
from internationale_programme.forms import DraftForm
from internationale_programme.rules import KIND

ROOT = "/api/v1/programme"


@dataclass(frozen=True)
class LanguageOut:
    """How many units of a draft are in which state, in one language."""

    language: str
    current: int
    outdated: int
    missing: int


@dataclass(frozen=True)
class DraftOut:
    """One draft. ``title`` is in ``title_language``, the reader's where there is a translation."""

    id: str
    home: str
    language: str
    title: str
    title_language: str
    title_by: str | None
    """The section that put it into that language; none where it is as it was written."""
    revision: int
    audience: str
    changed: datetime
    open_amendments: int
    progress: list[LanguageOut]

    @classmethod
    def of(cls, draft: queries.Draft) -> "DraftOut":
        document = draft.document
        progress = [LanguageOut(each.language, each.current, each.outdated, each.missing) for each in draft.progress]
        return cls(
            id=document.id,
            home=document.home,
            language=document.language,
            title=draft.title,
            title_language=draft.language,
            title_by=draft.translated_by,
            revision=document.revision,
            audience=document.audience,
            changed=document.changed,
            open_amendments=document.open_amendments,
            progress=progress,
        )


@dataclass(frozen=True)
class DraftsOut:
    """One page of drafts."""

    drafts: list[DraftOut]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Circulated:
    """The id of the new draft, for ``/api/v1/documents/<id>``."""

    id: str


def routes() -> list[Any]:
    """Fresh handlers for one application."""

    @get(ROOT, sync_to_thread=True, operation_id="listDrafts")
    def drafts(section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> DraftsOut:
        with section.reading() as session:
            found = queries.drafts(section, session, reader, page)
        return DraftsOut([DraftOut.of(draft) for draft in found.drafts], found.total, found.page, found.pages)

    @post(ROOT, sync_to_thread=True, operation_id="circulateDraft")
    def circulate(data: JSONBody[DraftForm], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Circulated:
        with section.writing() as session:
            return Circulated(section.documents.open(session, kind=KIND, **data.addressed(section.code), by=reader))

    return [drafts, circulate]
