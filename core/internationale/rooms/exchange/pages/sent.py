"""What left this house."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Stream, Template

from internationale.events.refs import Ref
from internationale.events.types import kind_name
from internationale.kit import Panel, Place, Reader, Section
from internationale.kit.entered import PAGE, Entered
from internationale.rooms.exchange import port, queries, rules
from internationale.rooms.exchange.forms import WithdrawForm
from internationale.rooms.exchange.pages.forks import deeds
from internationale.rooms.roster import port as roster

PATH = "/federation/sent"


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get(PATH, sync_to_thread=True)
    def sent(
        section: NamedDependency[Any],
        reader: NamedDependency[Reader],
        type: FromQuery[str] = "",
        page: FromQuery[int] = 1,
        aside: FromQuery[int] = 1,
    ) -> Template:
        section.require(reader, rules.READ)
        notes = roster.notes(section.settings.root_key)
        with section.reading() as session:
            found = queries.page(section.ledger, session, type, page, aside)
            versions = queries.versions(session, frozenset({section.code, section.name}), notes)
        context = {"found": found, "type": type, "versions": versions, "deeds": deeds(section), "kind_name": kind_name}
        return Template("exchange/sent.html", context=context | {"why_uncounted": rules.why_uncounted})

    @get(PATH + "/export", sync_to_thread=True)
    def export(
        section: NamedDependency[Any],
        reader: NamedDependency[Reader],
        type: FromQuery[str] = "",
        format: FromQuery[str] = "csv",
    ) -> Stream:
        section.require(reader, rules.READ)
        return exported(section, type, format)

    @get(PATH + "/{id:str}", sync_to_thread=True)
    def one(id: FromPath[str], section: NamedDependency[Any], reader: NamedDependency[Reader]) -> Template:
        section.require(reader, rules.READ)
        with section.reading() as session:
            whole = queries.whole(section.ledger, session, id)
            ref = Ref.parse(whole.sent.ref)
            receipts = section.receipts(session, ref) if whole.sent.counts else ()
            taken_back = queries.taken_back_of(session, ref)
        heeded = bool(whole.sent.parts) and whole.sent.state != queries.REFUSED
        may = heeded and not taken_back and section.may(reader, rules.WITHDRAW)
        context = {"whole": whole, "receipts": receipts, "deeds": deeds(section), "spelled": rules.spelled}
        context |= {"taken_back": taken_back, "may_withdraw": may, "why": rules.why_withdrawn}
        context |= {"why_uncounted": rules.why_uncounted, "panels": _beside(section, Place.SENT, whole, reader) if may else ()}
        return Template("exchange/sent_one.html", context=context)

    return [sent, export, one, *_withdrawing()]


def _withdrawing() -> list[Any]:
    @get(PATH + "/{id:str}/withdraw", sync_to_thread=True)
    def consequences(id: FromPath[str], section: NamedDependency[Any], reader: NamedDependency[Reader]) -> Template:
        return _consequences(section, reader, id)

    @post(PATH + "/{id:str}/withdraw", sync_to_thread=True, opt={PAGE: _again})
    def withdraw(
        id: FromPath[str], data: URLEncodedBody[WithdrawForm], section: NamedDependency[Any], reader: NamedDependency[Reader]
    ) -> Redirect:
        with section.writing() as session:
            port.withdraw(section, session, id, reason=data.reason, by=reader)
        return Redirect(f"{PATH}/{id}", status_code=303)

    @get("/federation/withdrawn", sync_to_thread=True)
    def withdrawn(section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> Template:
        section.require(reader, rules.READ)
        with section.reading() as session:
            pages = queries.pages(session)
            number = min(max(page, 1), pages)
            found = queries.taken_back(session, page=number)
        context = {"found": found, "page": number, "pages": pages, "why": rules.why_withdrawn}
        return Template("exchange/withdrawn.html", context=context)

    return [consequences, withdraw, withdrawn]


def _consequences(section: Any, reader: Reader, id: str, values: Mapping[str, Any] = MappingProxyType({})) -> Template:
    """What follows from taking a text back. ``values``: what was chosen before, by field."""
    section.require(reader, rules.WITHDRAW)
    with section.reading() as session:
        whole = queries.whole(section.ledger, session, id)
        ref = Ref.parse(whole.sent.ref)
        receipts = section.receipts(session, ref) if whole.sent.counts else ()
        done = bool(queries.taken_back_of(session, ref))
    panels = () if done else _beside(section, Place.WITHDRAWING, whole, reader)
    reasons = list(rules.WHY_WITHDRAWN.items())
    context = {"whole": whole, "receipts": receipts, "reasons": reasons, "done": done, "values": values, "panels": panels}
    return Template("exchange/withdraw.html", context=context)


def _beside(section: Any, place: Place, whole: queries.Whole, reader: Reader) -> Sequence[Panel]:
    """What others have to say where the texts of a message can be taken back: nothing, where it does not count."""
    return section.panels(place, whole.sent.ref, reader) if whole.sent.counts else ()


def _again(entered: Entered) -> Template:
    return _consequences(entered.section, entered.reader, entered.place["id"], entered.values)


def exported(section: Any, type: str, format: str) -> Stream:
    """Everything of a type as a file, read from the database while it is sent."""
    found = queries.everything_sent(section.ledger, section.reading, type)
    lines = queries.as_lines(found) if format == "jsonl" else queries.table(found)
    kind, media = ("jsonl", "application/jsonl") if format == "jsonl" else ("csv", "text/csv; charset=utf-8")
    headers = {"Content-Disposition": f'attachment; filename="sent-{section.code}.{kind}"'}
    return Stream(lines, media_type=media, headers=headers)
