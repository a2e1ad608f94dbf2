"""Documents over the API: list, open, read, revise, translate."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from internationale.errors import Invalid
from internationale.events.refs import Ref
from internationale.kit import paging
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.messages import marker
from internationale.rooms.documents.api import values
from internationale.rooms.documents.forms import OfferForm, OpeningForm, RevisionForm
from internationale.rooms.documents.port import revising
from internationale.rooms.documents.port.access import READ, for_all, readable
from internationale.rooms.documents.queries import amendments, documents, translations

_ = marker("core")
ROOT = "/api/v1/documents"
OFFERS = ROOT + "/{document:str}/translations/{language:str}"


def routes() -> list[Any]:
    return [*_read(), *_compared(), *_written()]


def _read() -> list[Any]:
    @get(ROOT, sync_to_thread=True, operation_id="listDocuments")
    def listed(
        section: NamedDependency[Section], reader: NamedDependency[Reader], kind: FromQuery[str] = "", page: FromQuery[int] = 1
    ) -> values.DocumentsOut:
        if kind and kind not in section.kinds:
            raise Invalid(_("This kind of document is not known here."), place="kind")
        with section.reading() as session:
            found = documents.summaries(session, kind or None)
        inside = section.may(reader, READ)
        shown = paging.part([each for each in found if inside or for_all(section, each)], page)
        documented = [values.DocumentOut.of(each) for each in shown.things]
        return values.DocumentsOut(documented, shown.total, shown.page, shown.pages)

    @get(ROOT + "/{document:str}", sync_to_thread=True, operation_id="readDocument")
    def read(
        document: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        language: FromQuery[str] = "",
        revision: FromQuery[int] = 0,
    ) -> values.ReadingOut:
        with section.reading() as session:
            summary = readable(section, session, document, reader)
            text = documents.text(session, document, revision or None)
            known = {summary.language, *section.federation_languages(session), *section.languages}
            if language and language not in known | translations.languages_offered(session, document, summary.audience):
                raise Invalid(_("No section speaks this language."), place="language")
            reading = translations.reading(section, session, summary, text, language or summary.language)
        return values.ReadingOut.of(reading)

    @get(ROOT + "/{document:str}/progress", sync_to_thread=True, operation_id="documentProgress")
    def progress(
        document: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> list[values.ProgressOut]:
        with section.reading() as session:
            readable(section, session, document, reader)
            return [values.ProgressOut.of(each) for each in section.documents.progress(session, document)]

    @get(ROOT + "/{document:str}/receipts", sync_to_thread=True, operation_id="documentReceipts")
    def receipts(
        document: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> list[values.ReceiptOut]:
        with section.reading() as session:
            summary = readable(section, session, document, reader)
            return [values.ReceiptOut.of(each) for each in section.receipts(session, summary.ref)]

    return [listed, read, progress, receipts]


def _compared() -> list[Any]:
    @get(ROOT + "/{document:str}/revisions", sync_to_thread=True, operation_id="listRevisions")
    def revisions(
        document: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> list[values.RevisionOut]:
        with section.reading() as session:
            readable(section, session, document, reader)
            return [values.RevisionOut.of(card) for card in documents.revisions(session, document)]

    @get(ROOT + "/{document:str}/compare/{first:int}/{second:int}", sync_to_thread=True, operation_id="compareRevisions")
    def compare(
        document: FromPath[str],
        first: FromPath[int],
        second: FromPath[int],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> list[values.LineOut]:
        with section.reading() as session:
            readable(section, session, document, reader)
            old, new = documents.text(session, document, first), documents.text(session, document, second)
        return [values.LineOut.of(line) for line in amendments.compared(old, new.blocks, new.numbers)]

    return [revisions, compare]


def _written() -> list[Any]:
    @post(ROOT, sync_to_thread=True, operation_id="openDocument")
    def open(data: JSONBody[OpeningForm], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> values.Made:
        with section.writing() as session:
            return values.Made(section.documents.open(session, **data.addressed(section.code), by=reader))

    @get(ROOT + "/{document:str}/draft", sync_to_thread=True, operation_id="draftRevision")
    def draft(
        document: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        take: FromQuery[list[str] | None] = None,
    ) -> values.DraftOut:
        """The latest text with the accepted amendments ``take`` in it, to begin the next revision from."""
        with section.reading() as session:
            summary = revising.ours(section, session, document, reader)
            made = revising.draft(session, document, take or ())
        taken, colliding = ([card.id for card in cards] for cards in (made.taken, made.colliding))
        return values.DraftOut(summary.revision, made.text, taken, colliding)

    @post(ROOT + "/{document:str}/revisions", sync_to_thread=True, operation_id="reviseDocument")
    def revise(
        document: FromPath[str],
        data: JSONBody[RevisionForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> values.Revised:
        said = data.model_dump(exclude={"amendments", "confirmed"})
        with section.writing() as session:
            number = revising.revise(section, session, document, **said, by=reader, taking=data.amendments.split())
        return values.Revised(number)

    @post(
        OFFERS,
        status_code=204,
        sync_to_thread=True,
        operation_id="offerTranslations",
    )
    def offer(
        document: FromPath[str],
        language: FromPath[str],
        data: JSONBody[OfferForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> None:
        with section.writing() as session:
            read = Ref.parse(data.event) if data.event else data.revision
            section.documents.offer(session, document, language, data.texts, revision=read, by=reader)

    return [open, draft, revise, offer]
