"""The next revision: the whole text in an editor, with accepted amendments in it, compared before it is published."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

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
        with section.reading() as session:
            summary = revising.ours(section, session, document, reader)
            waiting = revising.waiting(session, document)
            draft = revising.draft(session, document, take or ())
        return Template("documents/revise.html", context={"document": summary, "waiting": waiting, "draft": draft})

    @post("/documents/{document:str}/revise", status_code=200, sync_to_thread=True)
    def publish(
        document: FromPath[str],
        data: URLEncodedBody[RevisionForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect | Template:
        with section.writing() as session:
            summary = revising.ours(section, session, document, reader)
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

    return [editor, publish]
