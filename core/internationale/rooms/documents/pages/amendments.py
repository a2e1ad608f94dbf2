"""The amendments to a document: all of them, one of them, withdrawing, deciding."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import paging
from internationale.kit.entered import PAGE, Entered
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.documents.forms import DecisionForm, WithdrawForm
from internationale.rooms.documents.port import amending, home
from internationale.rooms.documents.port.access import READ, readable
from internationale.rooms.documents.queries import amendments, documents, private


def routes() -> list[Any]:
    return [*_shown(), *_done()]


def _shown() -> list[Any]:
    @get("/documents/{document:str}/amendments", sync_to_thread=True)
    def all_of_them(
        document: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        page: FromQuery[int] = 1,
        ours: FromQuery[int] = 1,
    ) -> Template:
        """``page`` of the amendments, ``ours``: of the proposals at home."""
        with section.reading() as session:
            section.require(reader, READ, document)
            summary = readable(section, session, document, reader)
            text = documents.text(session, document)
            found = paging.part(amendments.of_document(session, document), page)
            motions = paging.part(private.motions(session, document, reader), ours)
        context = {
            "document": summary,
            "text": text,
            "found": found,
            "motions": motions,
            "may_amend": section.may(reader, home.DISCUSS, document),
        }
        return Template("documents/amendments.html", context=context)

    @get("/documents/{document:str}/amendments/{amendment:str}", sync_to_thread=True)
    def one(
        document: FromPath[str],
        amendment: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Template:
        return _page(section, reader, document, amendment)

    return [all_of_them, one]


def _done() -> list[Any]:
    @post(
        "/documents/{document:str}/amendments/{amendment:str}/withdraw",
        status_code=200,
        opt={PAGE: _withdrawing_again},
        sync_to_thread=True,
        include_in_schema=False,
    )
    def withdraw(
        document: FromPath[str],
        amendment: FromPath[str],
        data: URLEncodedBody[WithdrawForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect | Template:
        if not data.confirmed:
            return _confirmation(section, reader, (document, amendment), "withdraw", data)
        with section.writing() as session:
            amending.withdraw(section, session, document, amendment, reason=data.reason, by=reader)
        return Redirect(f"/documents/{document}/amendments/{amendment}", status_code=303)

    @post(
        "/documents/{document:str}/amendments/{amendment:str}/decide",
        status_code=200,
        opt={PAGE: _deciding_again},
        sync_to_thread=True,
        include_in_schema=False,
    )
    def decide(
        document: FromPath[str],
        amendment: FromPath[str],
        data: URLEncodedBody[DecisionForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect | Template:
        if not data.confirmed:
            return _confirmation(section, reader, (document, amendment), data.decision, data)
        with section.writing() as session:
            amending.decide(section, session, document, amendment, **data.said, by=reader)
        return Redirect(f"/documents/{document}/amendments/{amendment}", status_code=303)

    return [withdraw, decide]


def _page(
    section: Section,
    reader: Reader,
    document: str,
    amendment: str,
    *,
    deciding: Mapping[str, Any] = MappingProxyType({}),
    why: str | None = None,
) -> Template:
    """One amendment. ``deciding``: what was entered to decide on it, by field; ``why``: to withdraw it."""
    with section.reading() as session:
        section.require(reader, READ, document)
        summary = readable(section, session, document, reader)
        card = amendments.one(session, document, amendment)
        lines = amendments.proposed(session, card)
        overlapping = amendments.overlapping(session, card)
        receipts = section.receipts(session, card.ref)
        motion = private.motion_of(session, amendment, reader)
    ours, home_is_ours = card.section == section.code, summary.home == section.code
    context = {
        "document": summary,
        "amendment": card,
        "lines": lines,
        "overlapping": overlapping,
        "receipts": receipts,
        "motion": motion,
        "deciding": deciding,
        "why": why,
        "may_withdraw": card.state == "open" and ours and section.may(reader, amending.WITHDRAW, document),
        "may_decide": card.state != "withdrawn" and home_is_ours and section.may(reader, amending.DECIDE, document),
    }
    return Template("documents/amendment.html", context=context)


def _deciding_again(entered: Entered) -> Template:
    place = entered.place
    return _page(entered.section, entered.reader, place["document"], place["amendment"], deciding=entered.values)


def _withdrawing_again(entered: Entered) -> Template:
    place = entered.place
    return _page(entered.section, entered.reader, place["document"], place["amendment"], why=entered.values["reason"])


def _confirmation(
    section: Section, reader: Reader, which: tuple[str, str], deed: str, data: WithdrawForm | DecisionForm
) -> Template:
    """What will be signed, and who will be able to read it."""
    document, amendment = which
    with section.reading() as session:
        section.require(reader, amending.WITHDRAW if deed == "withdraw" else amending.DECIDE, document)
        summary = readable(section, session, document, reader)
        card = amendments.one(session, document, amendment)
        if isinstance(data, DecisionForm):
            amending.same(card.ref, data.event)
        sections = section.sections(session)
    context = {"document": summary, "amendment": card, "deed": deed, "form": data, "sections": sections}
    return Template("documents/confirm.html", context=context)
