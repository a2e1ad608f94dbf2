"""Proposing a change: choose, see in words what it changes, propose."""

from collections.abc import Mapping
from typing import cast

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import Invalid, Reader, called, marker
from internationale.kit.entered import PAGE, Entered
from internationale.rooms.roster import port, queries, rules
from internationale.rooms.roster.forms import ChangePage
from internationale.rooms.roster.port import Instance

_ = marker("core")


def _again(entered: Entered) -> Template:
    entered.section.require(entered.reader, "roster.proposed")
    return _choosing(cast("Instance", entered.section), entered.values)


class ProposingPages(Controller):
    path = "/federation/roster/propose"
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def blank(
        self,
        section: NamedDependency[Instance],
        reader: NamedDependency[Reader],
        change: FromQuery[str] = "",
        of: FromQuery[str] = "",
    ) -> Template:
        """``change``, ``of`` which section: what another page has in mind."""
        section.require(reader, "roster.proposed")
        return _choosing(section, {"change": change, "section": of})

    @post("/", sync_to_thread=True, opt={PAGE: _again})
    def step(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], data: URLEncodedBody[ChangePage]
    ) -> Template | Redirect:
        section.require(reader, "roster.proposed")
        if data.step == "edit":
            return _choosing(section, data.model_dump())
        if data.change != "renew" and not data.section:
            raise Invalid(_("Choose the section that this is about."), place="section")
        with section.writing() as session:
            draft = port.draft(session, data.change, data.section, section.now())
            sees = rules.undated(draft)
            if data.step == "sign" and data.shown == sees:
                hash = port.propose(section, session, draft, why=data.why, by=reader)
                return Redirect(f"/federation/roster/proposals/{hash}", status_code=303)
            changes = rules.told(port.latest(session).roster, draft)
        stale = data.step == "sign"  # what was looked at is another by now: nothing is proposed that nobody has seen
        context = {"values": data.model_dump(), "changes": changes, "named": port.NAMED, "shown": sees, "stale": stale}
        return Template("roster/propose_preview.html", context=context, status_code=409 if stale else 200)


def _choosing(section: Instance, values: Mapping[str, object]) -> Template:
    with section.reading() as session:
        names = [(each.code, called(each)) for each in section.sections(session)]
        joined = queries.latest(session) is not None
    choices = [("", _("none: for the renewal of the list")), *names]
    context = {"joined": joined, "values": values, "choices": choices, "named": port.NAMED}
    return Template("roster/propose.html", context=context)
