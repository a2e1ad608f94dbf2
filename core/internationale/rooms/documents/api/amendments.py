"""Amendments over the API."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from internationale.kit import paging
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.documents.api import values
from internationale.rooms.documents.api.texts import ROOT
from internationale.rooms.documents.forms import DecisionForm, ProposalForm, WithdrawForm
from internationale.rooms.documents.port import amending, home
from internationale.rooms.documents.port.access import READ, readable
from internationale.rooms.documents.queries import amendments

HERE = ROOT + "/{document:str}/amendments"


def routes() -> list[Any]:
    return [*_read(), *_written()]


def _read() -> list[Any]:
    @get(HERE, sync_to_thread=True, operation_id="listAmendments")
    def listed(
        document: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1
    ) -> values.AmendmentsOut:
        with section.reading() as session:
            section.require(reader, READ, document)
            readable(section, session, document, reader)
            shown = paging.part(amendments.of_document(session, document), page)
        proposed = [values.AmendmentOut.of(card) for card in shown.things]
        return values.AmendmentsOut(proposed, shown.total, shown.page, shown.pages)

    @get(HERE + "/{amendment:str}", sync_to_thread=True, operation_id="readAmendment")
    def read(
        document: FromPath[str],
        amendment: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> values.AmendmentDetail:
        with section.reading() as session:
            section.require(reader, READ, document)
            card = amendments.one(session, document, amendment)
            return values.AmendmentDetail(
                amendment=values.AmendmentOut.of(card),
                changes=[values.LineOut.of(line) for line in amendments.proposed(session, card)],
                overlapping=[other.id for other in amendments.overlapping(session, card)],
                receipts=[values.ReceiptOut.of(each) for each in section.receipts(session, card.ref)],
            )

    return [listed, read]


def _written() -> list[Any]:
    @post(HERE, sync_to_thread=True, operation_id="proposeAmendment")
    def propose(
        document: FromPath[str],
        data: JSONBody[ProposalForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> values.Made:
        """Sent to all sections; with ``motion``, as the member's proposal that it carries."""
        with section.writing() as session:
            if data.motion:
                return values.Made(home.carry(section, session, document, data.motion, proposal=data.proposal, by=reader))
            return values.Made(amending.propose(section, session, document, data.proposal, reader))

    @post(HERE + "/{amendment:str}/withdraw", status_code=204, sync_to_thread=True, operation_id="withdrawAmendment")
    def withdraw(
        document: FromPath[str],
        amendment: FromPath[str],
        data: JSONBody[WithdrawForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> None:
        with section.writing() as session:
            amending.withdraw(section, session, document, amendment, reason=data.reason, by=reader)

    @post(HERE + "/{amendment:str}/decide", status_code=204, sync_to_thread=True, operation_id="decideAmendment")
    def decide(
        document: FromPath[str],
        amendment: FromPath[str],
        data: JSONBody[DecisionForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> None:
        with section.writing() as session:
            amending.decide(section, session, document, amendment, **data.said, by=reader)

    return [propose, withdraw, decide]
