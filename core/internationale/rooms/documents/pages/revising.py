"""The next revision: the whole text in an editor, with accepted amendments in it, compared before it is published."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit.entered import PAGE, Entered
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.documents.forms import RevisionForm
from internationale.rooms.documents.port import revising
from internationale.rooms.documents.queries import documents
from internationale.rooms.documents.rules.writing import as_kept
from internationale.text.blocks import join


def routes() -> list[Any]:
    @get("/documents/{document:str}/revise", sync_to_thread=True)
    def editor(
        document: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        take: FromQuery[list[str] | None] = None,
    ) -> Template:
        return _page(section, reader, document, take or ())

    @post("/documents/{document:str}/revise", status_code=200, sync_to_thread=True, opt={PAGE: _again})
    def publish(
        document: FromPath[str],
        data: URLEncodedBody[RevisionForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect | Template:
        with section.writing() as session:
            summary = revising.ours(section, session, document, reader)
            revising.onto(summary, data.base)
            text = as_kept(join(documents.text(session, document).blocks), data.text)
            if data.confirmed:
                taking = data.amendments.split()
                number = revising.revise(
                    section,
                    session,
                    document,
                    base=data.base,
                    title=data.title,
                    text=text,
                    note=data.note,
                    by=reader,
                    taking=taking,
                )
                return Redirect(f"/documents/{document}/revisions/{number}", status_code=303)
            lines = revising.preview(section, session, document, text=text, by=reader)
            sections = section.sections(session)
        context = {"document": summary, "form": data, "lines": lines, "sections": sections}
        return Template("documents/revise_preview.html", context=context)

    @post("/documents/{document:str}/revise/change", status_code=200, sync_to_thread=True, opt={PAGE: _again})
    def change(
        document: FromPath[str],
        data: URLEncodedBody[RevisionForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Template:
        return _page(section, reader, document, data.amendments.split(), data.model_dump())

    return [editor, publish, change]


def _page(
    section: Section,
    reader: Reader,
    document: str,
    take: Sequence[str],
    values: Mapping[str, Any] = MappingProxyType({}),
) -> Template:
    """The editor. ``take``: the amendments that it begins with; ``values``: what was entered in it before, by field."""
    with section.reading() as session:
        summary = revising.ours(section, session, document, reader)
        waiting = revising.waiting(session, document)
        draft = revising.draft(session, document, take)
    context = {"document": summary, "waiting": waiting, "draft": draft, "values": values}
    return Template("documents/revise.html", context=context)


def _again(entered: Entered) -> Template:
    values = entered.values
    return _page(entered.section, entered.reader, entered.place["document"], values["amendments"].split(), values)
