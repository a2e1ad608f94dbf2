"""What one person wrote and a second decides on before it is signed."""

from collections.abc import Sequence
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import NotFound, Place, Reader, Section, marker
from internationale.kit.entered import PAGE, Entered
from internationale.rooms.exchange import port, queries, rules
from internationale.rooms.exchange.forms import RejectForm
from internationale.rooms.exchange.pages.forks import deeds
from internationale.rooms.exchange.rules.reading import read
from internationale.rooms.roster.rules import require_member

_ = marker("core")

PATH = "/federation/release"


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""
    return [*_looking(), *_deciding()]


def _looking() -> list[Any]:
    @get(PATH, sync_to_thread=True)
    def release(section: NamedDependency[Any], reader: NamedDependency[Reader], done: FromQuery[str] = "") -> Template:
        require_member(reader)
        may = section.may(reader, rules.RELEASE)
        with section.reading() as session:
            others = queries.held(session, but=reader.id or "") if may else ()
            mine = queries.held_of(session, reader.id or "")
        names = sorted(section.releasing.names)
        context = {"others": others, "mine": mine, "may": may, "done": done, "names": names, "deeds": deeds(section)}
        return Template("exchange/release.html", context=context)

    @get(PATH + "/{id:str}", sync_to_thread=True)
    def one(id: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        return _one(section, reader, id)

    return [release, one]


def _one(section: Section, reader: Reader, id: str, why: str = "") -> Template:
    """What waits. ``why``: what was entered to reject it."""
    require_member(reader)
    with section.reading() as session:
        held = queries.held_one(session, id)
    own = held.account == reader.id
    if not own and not section.may(reader, rules.RELEASE):
        raise NotFound(_("This does not wait here, or no longer."))
    context = {"held": held, "own": own, "deeds": deeds(section), "spelled": rules.spelled, "read": read, "why": why}
    context |= {"doubtful": rules.DOUBTFUL, "void": rules.VOID}
    panels = section.panels(Place.HELD, id, reader) if held.state == "waiting" else ()
    return Template("exchange/release_one.html", context=context | {"panels": panels})


def _rejecting_again(entered: Entered) -> Template:
    return _one(entered.section, entered.reader, entered.place["id"], entered.values["reason"])


def _deciding() -> list[Any]:
    @post(PATH + "/{id:str}/release", sync_to_thread=True)
    def release(id: FromPath[str], section: NamedDependency[Any], reader: NamedDependency[Reader]) -> Redirect:
        port.release(section, id, reader)
        return Redirect(f"{PATH}?done=released", status_code=303)

    @post(PATH + "/{id:str}/reject", sync_to_thread=True, opt={PAGE: _rejecting_again})
    def reject(
        id: FromPath[str], data: URLEncodedBody[RejectForm], section: NamedDependency[Any], reader: NamedDependency[Reader]
    ) -> Redirect:
        port.reject(section, id, data.reason, reader)
        return Redirect(f"{PATH}?done=rejected", status_code=303)

    @post(PATH + "/{id:str}/take-back", sync_to_thread=True)
    def take_back(id: FromPath[str], section: NamedDependency[Any], reader: NamedDependency[Reader]) -> Redirect:
        require_member(reader)
        port.take_back(section, id, reader)
        return Redirect(f"{PATH}?done=taken", status_code=303)

    return [release, reject, take_back]
