"""One proposal: what it changes, who has signed; signing it here or elsewhere, putting it into force."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from anyio import to_thread
from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, MultipartBody, URLEncodedBody
from litestar.response import Redirect, Response, Template

from internationale.kit import Reader
from internationale.kit.entered import PAGE, Entered, Page
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.forms import AdoptForm, SignaturePage, SignForm
from internationale.rooms.roster.pages.showing import shown
from internationale.rooms.roster.port import Instance
from internationale.rooms.roster.queries import Proposal
from internationale.rooms.roster.rules import papers, require_member


def _page(
    section: Instance, reader: Reader, hash: str, deed: str = "", values: Mapping[str, Any] = MappingProxyType({})
) -> Template:
    """One proposal. ``deed``: whose form was refused (``sign``, ``signature``, ``adopt``), ``values``: what was ticked there."""
    require_member(reader)
    may_sign = section.may(reader, "roster.signed")
    with section.reading() as session:
        known = queries.proposal(session, hash)
    context = {
        "proposal": known,
        "holders": [(holder, shown(holder.key)) for holder in known.holders],
        "may_sign": may_sign,
        "asked": port.asked(section),
        "root": _root(section, known) if may_sign else "absent",
        "deed": deed,
        "ticked": {name for name, value in values.items() if value == "true"},
    }
    return Template("roster/proposal.html", context=context)


def _again(deed: str) -> Page:
    """The proposal with what was ticked; a passphrase is typed anew, and a file chosen anew."""

    def page(entered: Entered) -> Template:
        return _page(cast("Instance", entered.section), entered.reader, entered.place["hash"], deed, entered.values)

    return page


class SigningPages(Controller):
    path = "/federation/roster/proposals/{hash:str}"
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def one(self, hash: FromPath[str], section: NamedDependency[Instance], reader: NamedDependency[Reader]) -> Template:
        return _page(section, reader, hash)

    @get("/file", sync_to_thread=True)
    def file(self, hash: FromPath[str], section: NamedDependency[Instance], reader: NamedDependency[Reader]) -> Response[str]:
        require_member(reader)
        with section.reading() as session:
            known = queries.proposal(session, hash)
            paper = papers.Paper(known.document, port.latest(session).document)
        return download(papers.printed(paper.plain()), f"roster-{known.version}.proposal")

    @post("/sign", sync_to_thread=True, opt={PAGE: _again("sign")})
    def sign(
        self,
        hash: FromPath[str],
        section: NamedDependency[Instance],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[SignForm],
    ) -> Redirect:
        section.require(reader, "roster.signed")
        port.require_asked(section, unasked=data.unasked)
        root = port.unlocked(section.settings.root_key, data.passphrase, again=data.again)
        with section.writing() as session:
            port.sign(section, session, hash, root, by=reader, again=data.again)
        return _back(section, hash)

    @post("/signature", opt={PAGE: _again("signature")})
    async def signature(
        self,
        hash: FromPath[str],
        section: NamedDependency[Instance],
        reader: NamedDependency[Reader],
        data: MultipartBody[SignaturePage],
    ) -> Redirect:
        section.require(reader, "roster.signed")
        port.require_asked(section, unasked=data.unasked)
        content = await data.file.read() if isinstance(data.file, UploadFile) else b""
        return await to_thread.run_sync(_take_in, section, reader, hash, content)

    @post("/adopt", sync_to_thread=True, opt={PAGE: _again("adopt")})
    def adopt(
        self,
        hash: FromPath[str],
        section: NamedDependency[Instance],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[AdoptForm],
    ) -> Redirect:
        section.require(reader, "roster.signed")
        port.require_asked(section, unasked=data.unasked)
        with section.writing() as session:
            port.adopt_proposal(section, session, hash)
        return _back(section, hash)


def download(text: str, name: str) -> Response[str]:
    """A file to be handed on; nothing of it is shown in the browser."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(text, media_type="application/json", headers=headers)


def _root(section: Instance, known: Proposal) -> str:
    """``absent``, ``open`` or ``locked``; ``signed`` when its signature is among those of the proposal."""
    signed = port.signers(section.settings.root_key, known.hash)
    has_signed = any(holder.signed and holder.key.id in signed for holder in known.holders)
    return "signed" if has_signed else port.root_state(section.settings.root_key)


def _take_in(section: Instance, reader: Reader, hash: str, content: bytes) -> Redirect:
    paper = papers.read_proposal(content, "file")
    with section.writing() as session:
        port.add_signatures(section, session, hash, paper.roster, by=reader)
    return _back(section, hash)


def _back(section: Instance, hash: str) -> Redirect:
    section.roster_changed()
    return Redirect(f"/federation/roster/proposals/{hash}", status_code=303)
