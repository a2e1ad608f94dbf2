"""The pages on which statements are read: issued ones by everybody, proposed ones by members."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlmodel import Session as Database

from internationale.kit import NotFound, Reader, Ref, Section, marker, undecided
from internationale_statements import port
from internationale_statements.port import Statement
from internationale_statements.queries import showing

_ = marker("statements")


class Statements(Controller):
    path = "/statements"
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def all(
        self,
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        page: FromQuery[int] = 1,
        proposed: FromQuery[int] = 1,
    ) -> Template:
        """``page`` of the issued ones, ``proposed``: of those that wait."""
        reads = port.reads(section, reader)
        with section.reading() as session:
            context = {
                "issued": showing.public(section, session, reader.language, page),
                "proposed": showing.proposed(section, session, reader.language, proposed) if reads else None,
                "reads": reads,
                "may_propose": section.may(reader, "documents.opened"),
            }
        return Template("statements/list.html", context=context)

    @get("/{id:str}", sync_to_thread=True)
    def one(self, id: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        with section.reading() as session:
            known = port.statement(section, session, id, reader)
            if known.signing.issued is None:
                return _proposed(section, session, known, reader)
            return _issued(section, session, known, reader, reader.language)

    @get("/{id:str}/in/{language:str}", sync_to_thread=True)
    def one_in(
        self,
        id: FromPath[str],
        language: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Template:
        with section.reading() as session:
            known = port.statement(section, session, id, reader)
            issue = known.signing.issued
            if issue is None or language not in showing.complete_languages(section, session, id, Ref.parse(issue.pinned)):
                raise NotFound(_("This statement is not complete in this language."))
            return _issued(section, session, known, reader, language)


def _issued(section: Section, session: Database, known: Statement, reader: Reader, language: str) -> Template:
    issue, id = known.signing.issues[-1], known.document.id
    context = {
        "document": known.document,
        "issues": known.signing.issues,
        "signing": known.signing,
        "reading": showing.shown(section, session, id, language, Ref.parse(issue.pinned)),
        "languages": showing.complete_languages(section, session, id, Ref.parse(issue.pinned)),
        "signatories": showing.signatories(known.signing, issue),
        "offers": port.offers(section, known, reader),
        "reads": port.reads(section, reader),
        "undecided": undecided.obstacle(known.signing.undecided),
        "files": section.attachments.panel(session, id, Ref.parse(issue.ref), reader, signed=Ref.parse(issue.ref)),
        "receipts": section.receipts(session, Ref.parse(issue.ref)) if reader.signed_in else (),
    }
    return Template("statements/issued.html", context=context)


def _proposed(section: Section, session: Database, known: Statement, reader: Reader) -> Template:
    context = {
        "document": known.document,
        "signing": known.signing,
        "reading": section.documents.read(session, known.document.id, reader.language),
        "progress": section.documents.progress(session, known.document.id),
        "offers": port.offers(section, known, reader),
        "receipts": section.receipts(session, known.document.ref),
        "undecided": undecided.obstacle(known.signing.undecided),
        "files": section.attachments.panel(session, known.document.id, known.document.ref, reader),
    }
    return Template("statements/proposed.html", context=context)
