"""Reading: a document, its history, two revisions compared, one paragraph's change, the exact text."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlmodel import Session as Database

from internationale.errors import NotFound
from internationale.kit.documents import TITLE, Summary, UnitState
from internationale.kit.ports import Section
from internationale.kit.undecided import obstacle
from internationale.kit.vocabulary import Place, Reader
from internationale.messages import marker
from internationale.rooms.documents.pages import views
from internationale.rooms.documents.port import amending, home, revising
from internationale.rooms.documents.port.access import READ, readable, undecided
from internationale.rooms.documents.queries import amendments, documents, translations
from internationale.rooms.documents.queries.values import AmendmentCard, Beside, Text
from internationale.text import compare
from internationale.text.blocks import join

_ = marker("core")


def routes() -> list[Any]:
    return [*_texts(), *_histories(), *_comparisons()]


def _texts() -> list[Any]:
    @get("/documents/{document:str}", sync_to_thread=True)
    def show(
        document: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader], read: FromQuery[str] = ""
    ) -> Template:
        with section.reading() as session:
            summary = readable(section, session, document, reader)
            text = documents.text(session, document)
            context = _page(session, section, summary, text, reader=reader, wanted=read)
            context["receipts"] = section.receipts(session, summary.ref)
            context["undecided"] = obstacle(undecided(section, session, document, summary.ref)) if context["inside"] else None
            context["panels"] = section.panels(Place.DOCUMENT, context["reading"], reader)
        return Template("documents/reading.html", context=context)

    @get("/documents/{document:str}/revisions/{number:int}", sync_to_thread=True)
    def revision(
        document: FromPath[str],
        number: FromPath[int],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        read: FromQuery[str] = "",
    ) -> Template:
        with section.reading() as session:
            summary = readable(section, session, document, reader)
            text = documents.text(session, document, number)
            context = _page(session, section, summary, text, reader=reader, wanted=read)
            context["receipts"] = section.receipts(session, text.revision.ref)
            context["panels"] = ()
        return Template("documents/reading.html", context=context)

    return [show, revision]


def _histories() -> list[Any]:
    @get("/documents/{document:str}/revisions", sync_to_thread=True)
    def history(
        document: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        before: FromQuery[int] = documents.LARGEST,
    ) -> Template:
        with section.reading() as session:
            summary = readable(section, session, document, reader)
            cards = documents.history(session, document, before)
            inside = section.may(reader, READ, document)
            known = amendments.of_document(session, document) if inside else []
            rivals = documents.rivals(session, document, public=not inside)
        titles = {card.ref.event_id: card.title for card in known}
        context = {"document": summary, "revisions": cards, "rivals": rivals, "titles": titles}
        return Template("documents/history.html", context=context)

    @get("/documents/{document:str}/text.md", sync_to_thread=True)
    def source(
        document: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        revision: FromQuery[int] = 0,
    ) -> Response[bytes]:
        with section.reading() as session:
            readable(section, session, document, reader)
            text = documents.text(session, document, revision or None)
        name = f"{document}-{text.revision.number}.md"
        return Response(
            join(text.blocks).encode(),
            media_type="text/markdown",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return [history, source]


def _comparisons() -> list[Any]:
    @get("/documents/{document:str}/compare/{first:int}/{second:int}", sync_to_thread=True)
    def comparison(
        document: FromPath[str],
        first: FromPath[int],
        second: FromPath[int],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Template:
        with section.reading() as session:
            summary = readable(section, session, document, reader)
            old, new = documents.text(session, document, first), documents.text(session, document, second)
        lines = amendments.compared(old, new.blocks, new.numbers)
        context = {"document": summary, "old": old.revision, "new": new.revision, "lines": lines}
        return Template("documents/comparison.html", context=context)

    @get("/documents/{document:str}/change/{block:str}", sync_to_thread=True)
    def change(
        document: FromPath[str],
        block: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        read: FromQuery[str] = "",
    ) -> Template:
        """What changed in the source since a translation of it was made."""
        with section.reading() as session:
            summary = readable(section, session, document, reader)
            text = documents.text(session, document)
            language = views.chosen(read, views.choices(session, section, summary, text))
            whole = translations.reading(section, session, summary, text, language)
        unit = next((unit for unit in whole.units if unit.block.id == block and unit.state is UnitState.OUTDATED), None)
        if unit is None:
            raise NotFound(_("This translation is not outdated."))
        pieces = compare.words(unit.made_from or "", unit.block.source)
        return Template("documents/change.html", context={"reading": whole, "unit": unit, "pieces": pieces})

    return [comparison, change]


def _open(text: Text, beside: Mapping[str, Beside]) -> list[tuple[AmendmentCard, str]]:
    """The open amendments in the order of the text, each with the number of the first paragraph that it touches."""
    found: dict[str, tuple[AmendmentCard, str]] = {}
    for block, number in ((TITLE, ""), *((block.id, number) for block, number in zip(text.blocks, text.numbers, strict=True))):
        for card in beside[block].amendments if block in beside else ():
            if card.state == "open":
                found.setdefault(card.id, (card, number))
    return list(found.values())


def _page(session: Database, section: Section, summary: Summary, text: Text, *, reader: Reader, wanted: str) -> dict[str, Any]:
    """What every page of a text needs. Beside an older revision stands nothing: the debate is on the latest."""
    offered = views.choices(session, section, summary, text)
    language = views.chosen(wanted, offered)
    whole = translations.reading(section, session, summary, text, language)
    latest = text.revision.number == summary.revision
    beside = views.besides(session, section, summary.id, reader) if latest else {}
    kind = section.kinds.get(summary.kind)
    return {
        "reading": whole,
        "document": summary,
        "kind": kind,
        "revision": text.revision,
        "latest": latest,
        "undecided": None,
        "choices": offered,
        "progress": next((choice.progress for choice in offered if choice.language == language), None),
        "paragraphs": views.paragraphs(whole, beside),
        "amendments": _open(text, beside),
        "inside": section.may(reader, READ, summary.id),
        "may": {
            "discuss": section.may(reader, home.DISCUSS, summary.id),
            "amend": kind is not None and kind.amendable and section.may(reader, home.DISCUSS, summary.id),
            "revise": summary.home == section.code and section.may(reader, revising.REVISE, summary.id),
            "decide": summary.home == section.code and section.may(reader, amending.DECIDE, summary.id),
        },
    }
