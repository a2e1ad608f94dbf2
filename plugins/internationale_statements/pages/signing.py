"""The pages on which statements are proposed, co-signed and issued: each shows first what will be signed."""

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import Reader, Ref, Section, marker
from internationale.kit.entered import PAGE, Entered
from internationale_statements import port
from internationale_statements.forms import ProposePage, RevisionForm, WithdrawPage
from internationale_statements.queries import showing

_ = marker("statements")


def _proposing_again(entered: Entered) -> Template:
    entered.section.require(entered.reader, "documents.opened")
    return _proposing(entered.section, "new", dict(entered.values))


def _withdrawing_again(entered: Entered) -> Template:
    return _confirming(entered.section, "withdraw", entered.place["id"], entered.reader, {**entered.values, "step": "edit"})


class Proposing(Controller):
    path = "/statements/new"
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def blank(self, section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        section.require(reader, "documents.opened")
        return _proposing(section, "new", {"language": reader.language})

    @post("/", sync_to_thread=True, opt={PAGE: _proposing_again})
    def step(
        self, section: NamedDependency[Section], reader: NamedDependency[Reader], data: URLEncodedBody[ProposePage]
    ) -> Template | Redirect:
        if data.step == "sign":
            with section.writing() as session:
                said = data.addressed(section.code)
                del said["step"]
                id = port.propose(section, session, **said, by=reader)
            return Redirect(f"/statements/{id}", status_code=303)
        section.require(reader, "documents.opened")
        values = data.model_dump() | ({} if data.step == "edit" else {"readers": data.chosen(section.code)})
        return _proposing(section, "new" if data.step == "edit" else "preview", values)


class Signing(Controller):
    path = "/statements/{id:str}"
    include_in_schema = False

    @get("/cosign", sync_to_thread=True)
    def cosign(self, id: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        return _confirming(section, "cosign", id, reader)

    @post("/cosign", sync_to_thread=True)
    def cosign_now(
        self,
        id: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[RevisionForm],
    ) -> Redirect:
        with section.writing() as session:
            port.cosign(section, session, id, ref=data.ref, by=reader)
        return _back(id)

    @get("/issue", sync_to_thread=True)
    def issue(self, id: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        return _confirming(section, "issue", id, reader)

    @post("/issue", sync_to_thread=True)
    def issue_now(
        self,
        id: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[RevisionForm],
    ) -> Redirect:
        with section.writing() as session:
            port.issue(section, session, id, ref=data.ref, by=reader)
        return _back(id)

    @get("/withdraw", sync_to_thread=True)
    def withdraw(self, id: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        return _confirming(section, "withdraw", id, reader, {"language": reader.language})

    @post("/withdraw", sync_to_thread=True, opt={PAGE: _withdrawing_again})
    def withdraw_step(
        self,
        id: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[WithdrawPage],
    ) -> Template | Redirect:
        if data.step != "sign":
            return _confirming(section, "withdraw", id, reader, data.model_dump())
        with section.writing() as session:
            port.withdraw(section, session, id, language=data.language, reason=data.reason, by=reader)
        return _back(id)


def _proposing(section: Section, page: str, values: dict[str, Any]) -> Template:
    with section.reading() as session:
        context = {
            "values": values,
            "languages": section.federation_languages(session),
            "sections": section.sections(session),
        }
    return Template(f"statements/{page}.html", context=context)


def _confirming(section: Section, deed: str, id: str, reader: Reader, values: dict[str, Any] | None = None) -> Template:
    with section.reading() as session:
        known = port.ready(section, session, deed, id, reader)
        ours = known.signing.of(section.code)
        ref = Ref.parse(ours.pinned) if ours and deed == port.WITHDRAW else known.document.ref
        reading = section.documents.read(session, id, reader.language, revision=ref)
        context = {
            "document": known.document,
            "signing": known.signing,
            "reading": reading,
            "original": section.documents.read(session, id, reading.document.language, revision=ref),
            "holding": known.signing.holding(known.document.ref),
            "complete": showing.complete_languages(section, session, id, known.document.ref),
            "languages": section.federation_languages(session),
            "values": values or {},
        }
    return Template(f"statements/{deed}.html", context=context)


def _back(id: str) -> Redirect:
    return Redirect(f"/statements/{id}", status_code=303)
