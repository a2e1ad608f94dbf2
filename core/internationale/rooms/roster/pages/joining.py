"""Sections that want to join: vouching for one after comparing its fingerprint, and the committee's decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody, URLEncodedBody
from litestar.response import Redirect, Response, Template

from internationale.errors import Invalid
from internationale.kit import Reader, marker
from internationale.kit.entered import PAGE, Entered
from internationale.rooms.roster import port, queries, rules
from internationale.rooms.roster.forms import ReasonForm, RequestPage, VouchForm
from internationale.rooms.roster.pages.showing import shown
from internationale.rooms.roster.pages.signing import download
from internationale.rooms.roster.port import Instance
from internationale.rooms.roster.rules import papers

_ = marker("core")


@dataclass(frozen=True)
class Deciding:
    """A decision that was refused: ``deed`` is ``propose`` or ``decline``, ``hash`` the request, ``why`` the reasons given."""

    deed: str = ""
    hash: str = ""
    why: str = ""


def _page(section: Instance, reader: Reader, *, page: int = 1, request: str = "", deciding: Deciding = Deciding()) -> Template:
    """Who wants to join. ``request``: the content of a request's file, as it was entered."""
    rules.require_member(reader)
    with section.reading() as session:
        joined = queries.latest(session) is not None
        found = queries.candidates_part(session, page, deciding.hash)
        listed, number = queries.fingerprint(session), queries.latest_number(session)
        decides = any(each.code == section.code and "committee" in each.mandates for each in section.sections(session))
    context = {
        "joined": joined,
        "candidates": [(each, shown(each.asked.key)) for each in found.things],
        "found": found,
        "may_vouch": joined and section.may(reader, "roster.vouched"),
        "may_propose": section.may(reader, "roster.proposed"),
        "may_decline": decides and section.may(reader, "roster.declined"),
        "may_found": section.may(reader, "roster.signed"),
        "own": shown(section.key.public),
        "listed": shown(listed) if listed is not None else None,
        "version": number,
        "request": request,
        "deciding": deciding,
    }
    return Template("roster/join.html", context=context)


def _looking_again(entered: Entered) -> Template:
    return _page(cast("Instance", entered.section), entered.reader, request=entered.values["request"])


def _proposing_again(entered: Entered) -> Template:
    return _deciding_again(entered, "propose")


def _declining_again(entered: Entered) -> Template:
    return _deciding_again(entered, "decline")


def _deciding_again(entered: Entered, deed: str) -> Template:
    deciding = Deciding(deed, entered.place["hash"], entered.values["why"])
    return _page(cast("Instance", entered.section), entered.reader, deciding=deciding)


def _vouching(request: bytes, place: str, values: Mapping[str, Any] = MappingProxyType({})) -> Template:
    """The request that one vouches for. ``values``: what was entered for it, by field. Raises ``Invalid`` at ``place``."""
    asked, document = papers.read_request(request, place)
    context = {"asked": asked, "request": papers.printed(document.plain()), "values": values}
    return Template("roster/vouch.html", context=context)


def _vouching_again(entered: Entered) -> Template:
    entered.section.require(entered.reader, "roster.vouched")
    return _vouching(entered.values["request"].encode(), "request", entered.values)


class JoiningPages(Controller):
    path = "/federation/join"
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def all(self, section: NamedDependency[Instance], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> Template:
        return _page(section, reader, page=page)

    @get("/request/file", sync_to_thread=True)
    def own(self, section: NamedDependency[Instance], reader: NamedDependency[Reader]) -> Response[str]:
        rules.require_member(reader)
        return download(papers.printed(port.own_request(section, section.now()).plain()), f"{section.code}.request")

    @get("/invitations/{code:str}/file", sync_to_thread=True)
    def invitation(
        self, code: FromPath[str], section: NamedDependency[Instance], reader: NamedDependency[Reader]
    ) -> Response[str]:
        rules.require_member(reader)
        with section.reading() as session:
            paper = port.invitation(session, code)
        return download(papers.printed(paper), f"{code}.invitation")


class VouchingPages(Controller):
    path = "/federation/join"
    include_in_schema = False

    @post("/", status_code=200, opt={PAGE: _looking_again})
    async def look(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], data: MultipartBody[RequestPage]
    ) -> Template:
        section.require(reader, "roster.vouched")
        if isinstance(data.file, UploadFile) and data.file.filename:
            return _vouching(await data.file.read(), "file")
        if not data.request.strip():
            raise Invalid(_("Choose the file of the request, or paste its content."), place="file")
        return _vouching(data.request.encode(), "request")

    @post("/vouch", sync_to_thread=True, opt={PAGE: _vouching_again})
    def vouch(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], data: URLEncodedBody[VouchForm]
    ) -> Redirect:
        section.require(reader, "roster.vouched")
        _asked, document = papers.read_request(data.request.encode(), "request")
        with section.writing() as session:
            port.vouch(section, session, document, typed=data.fingerprint, why=data.why, by=reader)
        return Redirect("/federation/join", status_code=303)

    @post("/{hash:str}/propose", sync_to_thread=True, opt={PAGE: _proposing_again})
    def propose(
        self,
        hash: FromPath[str],
        section: NamedDependency[Instance],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[ReasonForm],
    ) -> Redirect:
        section.require(reader, "roster.proposed")
        with section.writing() as session:
            proposal = port.propose_admission(section, session, hash, why=data.why, by=reader)
        return Redirect(f"/federation/roster/proposals/{proposal}", status_code=303)

    @post("/{hash:str}/decline", sync_to_thread=True, opt={PAGE: _declining_again})
    def decline(
        self,
        hash: FromPath[str],
        section: NamedDependency[Instance],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[ReasonForm],
    ) -> Redirect:
        section.require(reader, "roster.declined")
        with section.writing() as session:
            port.decline(section, session, hash, why=data.why, by=reader)
        return Redirect("/federation/join", status_code=303)
