"""A section whose plugin is written here: pages and API that do what real ones do, and what they should not."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar, Literal

import pytest
from litestar import Litestar, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, URLEncodedBody
from litestar.response import Redirect
from litestar.testing import TestClient
from sqlmodel import Field, Session, SQLModel

from internationale.kit import Conflict, Invalid, Panel, Paused, Place, Reader, Section, fields, hookimpl, http, marker
from internationale.plugins import Plugins
from internationale.testing.federations import Federation
from internationale.web.app import create_app

_ = marker("shop")
SECRET = "a" * 43


class Row(SQLModel, table=True):
    __tablename__ = "shop_row"
    id: int = Field(primary_key=True)
    secret: str


class Order(fields.Form):
    labels: ClassVar = {"title": _("Title"), "reason": _("Reason"), "count": _("How many"), "password": _("Password")}
    title: fields.Line
    reason: fields.OptionalProse = ""
    count: int = 1
    password: str = ""


class Labelled(fields.Form):
    labels: ClassVar = {"title": _("What it is called")}
    title: fields.Line
    base: str


class Chosen(fields.Form):
    labels: ClassVar = {"title": _("What it is called"), "choice": _("Kind")}
    title: fields.Line
    choice: Literal["few", "many"] = "many"
    hidden: str = ""


class Standing(fields.Form):
    event: str


class Nothing(fields.Form):
    pass


@dataclass(frozen=True)
class Taken:
    title: str
    count: int


def orders() -> list[Any]:
    @post("/shop", sync_to_thread=True)
    def order(data: URLEncodedBody[Order], reader: NamedDependency[Reader]) -> Redirect:
        return Redirect(f"/shop/{len(data.title)}", status_code=303)

    @post("/shop/labelled", sync_to_thread=True)
    def labelled(data: URLEncodedBody[Labelled]) -> Redirect:
        raise Conflict(_("Somebody was faster."), place="title")

    @post("/shop/stale", sync_to_thread=True)
    def stale(data: URLEncodedBody[Standing]) -> Redirect:
        raise Conflict(_("Somebody was faster."))

    @post("/shop/signed", sync_to_thread=True)
    def signed(data: URLEncodedBody[Chosen], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Redirect:
        section.require(reader, "shop.ordered")
        return Redirect("/shop", status_code=303)

    @post("/api/v1/shop", sync_to_thread=True)
    def order_api(data: JSONBody[Order]) -> Taken:
        """Order something."""
        return Taken(data.title, data.count)

    @post("/shop/nothing", sync_to_thread=True)
    def nothing(data: URLEncodedBody[Nothing]) -> Redirect:
        return Redirect("/shop", status_code=303)

    return [order, labelled, stale, signed, order_api, nothing]


def looking_after() -> list[Any]:
    @post("/shop/uncounted", sync_to_thread=True, opt={http.UNCOUNTED: True})
    def uncounted(data: URLEncodedBody[Order]) -> Redirect:
        return Redirect("/shop", status_code=303)

    @post("/api/v1/shop/uncounted", sync_to_thread=True, opt={http.UNCOUNTED: True})
    def uncounted_api(data: JSONBody[Order]) -> Taken:
        return Taken(data.title, data.count)

    return [uncounted, uncounted_api]


def doors() -> list[Any]:
    @get("/shop/session", sync_to_thread=True)
    def session(section: NamedDependency[Section]) -> Response[str]:
        response = Response("in", media_type="text/plain")
        http.set_session(response, section, SECRET)
        return response

    @get("/shop/out", sync_to_thread=True)
    def out(section: NamedDependency[Section]) -> Response[str]:
        response = Response("out", media_type="text/plain")
        http.clear_session(response, section)
        return response

    @get("/shop/may", sync_to_thread=True)
    def may(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> str:
        section.require(reader, "shop.ordered")
        return "yes"

    @post("/shop/may", sync_to_thread=True)
    def may_do(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> str:
        section.require(reader, "shop.ordered")
        return "yes"

    return [session, out, may, may_do]


def failing() -> list[Any]:
    @get(["/shop/raise/{kind:str}", "/api/v1/shop/raise/{kind:str}"], sync_to_thread=True)
    def fail(kind: FromPath[str]) -> str:
        raise ERRORS[kind]

    @get(["/shop/row/{kind:str}", "/api/v1/shop/row/{kind:str}"], sync_to_thread=True)
    def rows(kind: FromPath[str]) -> Any:
        row = Row(id=1, secret="a table row")
        return {"row": row, "rows": [row], "nested": {"deep": [row]}}[kind]

    @get("/api/v1/shop/number/{number:int}", sync_to_thread=True)
    def number(number: FromPath[int], page: FromQuery[int] = 1) -> dict[str, int]:
        return {"number": number, "page": page}

    return [fail, rows, number]


ERRORS: dict[str, Exception] = {
    "invalid": Invalid(_("Not like this."), place="title", others=(Invalid(_("Nor this."), place="reason"),)),
    "conflict": Conflict(_("Somebody was faster.")),
    "paused": Paused(_("No hub yet.")),
    "unexpected": RuntimeError("the text that a comrade wrote"),
    "overflow": OverflowError("too large"),
    "recursion": RecursionError(),
}


def routes() -> list[Any]:
    return [*orders(), *looking_after(), *doors(), *failing()]


@hookimpl
def identify(section: Section, session: Session, scope: str, secret: str) -> Reader | None:
    return Reader(id="1", handle="rosa", language="fr") if secret == SECRET else None


@hookimpl
def panels(place: Place) -> list[Panel]:
    good, bad = Panel("about.html", {"cards": []}), Panel("nowhere.html", {})
    return [good, bad] if place is Place.FRONT else []


def shop() -> ModuleType:
    module = ModuleType("shop")
    module.routes = hookimpl(routes)  # type: ignore[attr-defined]
    module.identify, module.panels = identify, panels  # type: ignore[attr-defined]
    return module


@pytest.fixture(scope="module")
def fr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Section]:
    """The French section, with the shop alone."""
    with Federation(tmp_path_factory.mktemp("shop")) as federation:
        (section,) = federation("fr", plugins=Plugins([("shop", shop())]))
        yield section


@pytest.fixture(scope="module")
def app(fr: Section) -> Litestar:
    return create_app(fr)


@pytest.fixture
def visitor(app: Litestar, fr: Section) -> Iterator[TestClient[Litestar]]:
    """A passer-by's browser that reads English and does not follow redirects."""
    with TestClient(app, base_url=fr.base_url, raise_server_exceptions=False) as client:
        client.headers.update({"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"})
        client.follow_redirects = False
        yield client
