"""Statements for programs: everything that the pages do, under ``/api/v1/statements``."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from internationale.kit import Reader, Ref, Section

from . import forms, port
from .queries import Signing, showing


@dataclass(frozen=True)
class StatementList:
    """One page of the issued statements, for everybody."""

    issued: Sequence[showing.Card]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class ProposedList:
    """One page of the statements that wait for co-signatures, for members."""

    proposed: Sequence[showing.Card]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class StatementAnswer:
    """One statement: the issued revision, or the proposed one. ``text`` is Markdown in ``language``."""

    id: str
    home: str
    revision: int
    event: str
    """The event of that revision: what is named to sign it."""
    issued: bool
    audience: str
    """``international``, or the sections that alone can read it; an issued statement is public."""
    title: str
    text: str
    language: str
    translators: Sequence[str]
    """The sections that put it into this language, by code; none in its own."""
    languages: Sequence[str]
    """The languages in which this revision is complete."""
    signatories: Sequence[showing.Signatory]
    """Under an issued statement."""
    signing: Signing | None
    """Everything that was said about it, for members."""
    offers: Sequence[str]
    """What the reader may do now: ``cosign``, ``withdraw``, ``issue``."""


class StatementsApi(Controller):
    path = "/api/v1/statements"
    tags = ("statements",)

    @get("/", summary="Issued statements", sync_to_thread=True)
    def all(self, section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> StatementList:
        with section.reading() as session:
            issued = showing.public(section, session, reader.language, page)
        return StatementList(issued.things, issued.total, issued.page, issued.pages)

    @get("/proposed", summary="Statements that wait for co-signatures", sync_to_thread=True)
    def proposed(
        self, section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1
    ) -> ProposedList:
        section.require(reader, "documents.read")
        with section.reading() as session:
            found = showing.proposed(section, session, reader.language, page)
        return ProposedList(found.things, found.total, found.page, found.pages)

    @get("/{id:str}", summary="One statement, in the reader's language where that is complete", sync_to_thread=True)
    def one(self, id: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> StatementAnswer:
        return _answer(section, id, reader)

    @post("/", summary="Propose a statement to all sections, or to some only", sync_to_thread=True)
    def propose(
        self, section: NamedDependency[Section], reader: NamedDependency[Reader], data: JSONBody[forms.ProposeForm]
    ) -> StatementAnswer:
        with section.writing() as session:
            id = port.propose(section, session, **data.addressed(section.code), by=reader)
        return _answer(section, id, reader)

    @post("/{id:str}/cosignature", summary="Co-sign the revision that was read", sync_to_thread=True)
    def cosign(
        self,
        id: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: JSONBody[forms.RevisionForm],
    ) -> StatementAnswer:
        with section.writing() as session:
            port.cosign(section, session, id, ref=data.ref, by=reader)
        return _answer(section, id, reader)

    @post("/{id:str}/withdrawal", summary="Take the section's co-signature back", sync_to_thread=True)
    def withdraw(
        self,
        id: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: JSONBody[forms.WithdrawForm],
    ) -> StatementAnswer:
        with section.writing() as session:
            port.withdraw(section, session, id, language=data.language, reason=data.reason, by=reader)
        return _answer(section, id, reader)

    @post("/{id:str}/issue", summary="Make a revision of the section's own statement public", sync_to_thread=True)
    def issue(
        self,
        id: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: JSONBody[forms.RevisionForm],
    ) -> StatementAnswer:
        with section.writing() as session:
            port.issue(section, session, id, ref=data.ref, by=reader)
        return _answer(section, id, reader)


def _answer(section: Section, id: str, reader: Reader) -> StatementAnswer:
    with section.reading() as session:
        known = port.statement(section, session, id, reader)
        issue = known.signing.issued
        revision = Ref.parse(issue.pinned) if issue else known.document.ref
        reading = showing.shown(section, session, id, reader.language, revision)
        return StatementAnswer(
            id=id,
            home=known.document.home,
            revision=reading.revision,
            event=str(reading.ref),
            issued=issue is not None,
            audience=reading.document.audience,
            title=reading.title,
            text="\n\n".join(unit.text or "" for unit in reading.units[1:]),
            language=reading.language,
            translators=reading.translators,
            languages=showing.complete_languages(section, session, id, revision),
            signatories=showing.signatories(known.signing, issue) if issue else [],
            signing=known.signing if port.reads(section, reader) else None,
            offers=sorted(port.offers(section, known, reader)),
        )


def routes() -> list[type[Controller]]:
    """Litestar copies the handlers of a Controller for each application, so the class itself may be handed out."""
    return [StatementsApi]
