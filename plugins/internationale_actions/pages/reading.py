"""The pages on which actions are read."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from internationale.kit import Reader, Ref, Section
from internationale_actions import port, queries
from internationale_actions.forms import QUESTIONS
from internationale_actions.queries import listing, waiting


class Actions(Controller):
    path = "/actions"
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def all(self, section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> Template:
        section.require(reader, "documents.read")
        with section.reading() as session:
            overview = listing.overview(section, session, reader, page)
        may_call = section.may(reader, "actions.called")
        return Template("actions/list.html", context={"overview": overview, "may_call": may_call})

    @get("/{action:str}", sync_to_thread=True)
    def one(self, action: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        section.require(reader, "documents.read")
        with section.reading() as session:
            known = queries.whole(session, action)
            context = {
                "action": known,
                "reading": port.appeal(section, session, known.summary, reader.language),
                "questions": QUESTIONS,
                "receipts": section.receipts(session, Ref.parse(known.summary.ref)),
                "offers": port.offers(section, session, known, reader),
                "undecided": waiting.unsettled(section, session, known.summary),
                "files": section.attachments.panel(session, action, Ref.parse(known.summary.ref), reader),
                "ours": listing.standing(known, section.code),
            }
        return Template("actions/action.html", context=context)
