"""Joint actions for programs: everything that the pages do, under ``/api/v1/actions``."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from internationale.kit import Reader, Receipt, Ref, Section

from . import forms, port, queries
from .queries import Action, listing


@dataclass(frozen=True)
class ActionAnswer:
    """One action with all that was said about it; ``title`` in the reader's language where it is translated."""

    title: str
    title_language: str
    action: Action
    receipts: Sequence[Receipt]
    """Which sections have the call."""
    offers: Sequence[str]
    """What the reader may do now: ``commit``, ``withdraw``, ``report``, ``close``."""


class ActionsApi(Controller):
    path = "/api/v1/actions"
    tags = ("actions",)

    @get("/", summary="All joint actions that are to come, and a page of those past", sync_to_thread=True)
    def all(
        self, section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1
    ) -> listing.Overview:
        section.require(reader, "documents.read")
        with section.reading() as session:
            return listing.overview(section, session, reader, page)

    @get("/{action:str}", summary="One joint action", sync_to_thread=True)
    def one(self, action: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> ActionAnswer:
        section.require(reader, "documents.read")
        return _answer(section, action, reader)

    @post("/", summary="Call a joint action", sync_to_thread=True)
    def call(
        self, section: NamedDependency[Section], reader: NamedDependency[Reader], data: JSONBody[forms.CallForm]
    ) -> ActionAnswer:
        with section.writing() as session:
            action = port.call(section, session, data.calling(section.code), reader)
        return _answer(section, action, reader)

    @post("/{action:str}/commitment", summary="Commit the section, or replace its commitment", sync_to_thread=True)
    def commit(
        self,
        action: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: JSONBody[forms.CommitForm],
    ) -> ActionAnswer:
        with section.writing() as session:
            port.commit(section, session, action, data.promise(), reader)
        return _answer(section, action, reader)

    @post("/{action:str}/withdrawal", summary="Take the section's commitment back", sync_to_thread=True)
    def withdraw(
        self,
        action: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: JSONBody[forms.WithdrawForm],
    ) -> ActionAnswer:
        with section.writing() as session:
            port.withdraw(section, session, action, language=data.language, reason=data.reason, by=reader)
        return _answer(section, action, reader)

    @post("/{action:str}/report", summary="Report on the section's commitment, or correct its report", sync_to_thread=True)
    def report(
        self,
        action: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: JSONBody[forms.ReportForm],
    ) -> ActionAnswer:
        with section.writing() as session:
            port.report(section, session, action, data.outcome(), reader)
        return _answer(section, action, reader)

    @post("/{action:str}/closing", summary="Draw the conclusions of an action that this section called", sync_to_thread=True)
    def close(
        self,
        action: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: JSONBody[forms.CloseForm],
    ) -> ActionAnswer:
        with section.writing() as session:
            port.close(section, session, action, language=data.language, conclusions=data.conclusions, by=reader)
        return _answer(section, action, reader)


def _answer(section: Section, action: str, reader: Reader) -> ActionAnswer:
    with section.reading() as session:
        known = queries.whole(session, action)
        appeal = Ref.parse(known.summary.pinned)
        title = section.documents.titles_pinned(session, [appeal], reader.language)[appeal]
        receipts = section.receipts(session, Ref.parse(known.summary.ref))
        offers = sorted(port.offers(section, session, known, reader))
    return ActionAnswer(title.text, title.language, known, receipts, offers)


def routes() -> list[type[Controller]]:
    """Litestar copies the handlers of a Controller for each application, so the class itself may be handed out."""
    return [ActionsApi]
