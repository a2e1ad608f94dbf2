"""Founding an International together: gather the root cards, compare aloud, sign copies, begin."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from anyio import to_thread
from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import MultipartBody, URLEncodedBody
from litestar.response import Redirect, Response, Template

from internationale.errors import Invalid
from internationale.events.signed import SignedDocument
from internationale.kit import Reader, marker
from internationale.kit.entered import PAGE, Entered
from internationale.rooms.roster import port, queries, rules
from internationale.rooms.roster.forms import BeginForm, CopiesPage, FoundingPage, PaperForm
from internationale.rooms.roster.pages.showing import shown
from internationale.rooms.roster.pages.signing import download
from internationale.rooms.roster.port import Instance
from internationale.rooms.roster.rules import papers
from internationale.rooms.roster.rules.papers import Paper

_ = marker("core")


def _gathering(section: Instance, reader: Reader, *, deed: str, threshold: str) -> Template:
    """``deed``: whose form it is that is shown again, ``look`` or ``copies``."""
    section.require(reader, "roster.signed")
    with section.reading() as session:
        joined = queries.latest(session) is not None
    return Template("roster/found.html", context={"joined": joined, "deed": deed, "threshold": threshold})


def _again(entered: Entered) -> Template:
    return _gathering(cast("Instance", entered.section), entered.reader, deed="look", threshold=entered.values["threshold"])


def _copies_again(entered: Entered) -> Template:
    return _gathering(cast("Instance", entered.section), entered.reader, deed="copies", threshold="2")


def _begin_again(entered: Entered) -> Template:
    section = cast("Instance", entered.section)
    section.require(entered.reader, "roster.signed")
    return _comparing(section, [("paper", entered.values["paper"].encode())], entered.values)


class FoundingPages(Controller):
    path = "/federation/found"
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def blank(self, section: NamedDependency[Instance], reader: NamedDependency[Reader]) -> Template:
        return _gathering(section, reader, deed="look", threshold="2")

    @post("/", status_code=200, opt={PAGE: _again})
    async def look(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], data: MultipartBody[FoundingPage]
    ) -> Template:
        section.require(reader, "roster.signed")
        return await to_thread.run_sync(_look, section, await _contents(data.files), data.threshold)

    @post("/file", status_code=200, sync_to_thread=True)
    def file(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], data: URLEncodedBody[PaperForm]
    ) -> Response[str]:
        section.require(reader, "roster.signed")
        paper = papers.read_proposal(data.paper.encode(), "paper")
        return download(papers.printed(paper.plain()), "founding.proposal")

    @post("/copies", status_code=200, opt={PAGE: _copies_again})
    async def copies(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], data: MultipartBody[CopiesPage]
    ) -> Template:
        section.require(reader, "roster.signed")
        return await to_thread.run_sync(_comparing, section, await _contents(data.files))

    @post("/adopt", sync_to_thread=True, opt={PAGE: _begin_again})
    def adopt(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], data: URLEncodedBody[BeginForm]
    ) -> Redirect:
        section.require(reader, "roster.signed")
        paper = papers.read_proposal(data.paper.encode(), "paper")
        with section.writing() as session:
            port.adopt_founding(section, session, [paper.roster], typed=data.fingerprint, by=reader)
        section.roster_changed()
        return Redirect("/federation/roster", status_code=303)


async def _contents(files: Any) -> list[tuple[str, bytes]]:
    """Name and content of each file that was chosen."""
    given = files if isinstance(files, list) else [files]
    chosen = [each for each in given if isinstance(each, UploadFile) and each.filename]
    if not chosen:
        raise Invalid(_("Choose at least one file."), place="files")
    return [(each.filename, await each.read()) for each in chosen]


def _look(section: Instance, files: list[tuple[str, bytes]], threshold: int) -> Template:
    cards = [papers.read_root_card(content, name) for name, content in files]
    with section.reading() as session:
        draft = port.draft_founding(section, session, cards, threshold, section.settings.hubs)
    context = {
        "roots": [(card.holder, shown(card.key)) for card in cards],
        "changes": rules.told(None, draft),
        "listed": shown(port.listed(draft.serialize())),
        "paper": papers.printed(Paper(SignedDocument(draft.serialize(), ())).plain()),
    }
    return Template("roster/found_preview.html", context=context)


def _comparing(section: Instance, files: list[tuple[str, bytes]], values: Mapping[str, Any] = MappingProxyType({})) -> Template:
    """What the copies would put into force, before somebody says so. ``values``: what was entered for it, by field."""
    copies = [papers.read_proposal(content, name).roster for name, content in files]
    with section.reading() as session:
        version = port.offered_founding(section, session, copies).version
    context = {
        "roots": [(root.holder, shown(root.key)) for root in version.roster.roots],
        "changes": rules.told(None, version.roster),
        "paper": papers.printed(Paper(version.document).plain()),
        "values": values,
    }
    return Template("roster/found_copies.html", context=context)
