"""Bad values at every door of the real application: each is a clear answer, never a fault of ours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import click
import pytest
from click.testing import CliRunner
from litestar import Litestar
from litestar.params import BodyKwarg
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from pydantic import BaseModel

import internationale_members
from internationale.kit import Reader, Section
from internationale.kit.http import cookie_name
from internationale.plugins import Plugins
from internationale.testing.founding import begin, database, open_section, unite
from internationale.web.app import create_app

TEXTS = (
    "", " ", "a\x00b", "x" * 25_000, "9" * 30, "-1", "1.5", "\u202etxt.exe", "../../etc/passwd", "' OR 1=1 --", "<script>alert(1)</script>",
    "👩‍👩‍👧 \u200b", "a\r\nb", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2027-03-28T02:30", "%", "zz", "1:1:1:0000000000000000",
)  # fmt: skip
VALUES: tuple[Any, ...] = (None, True, 0, -1, 2**31, 2**63, 2**70, 1.5, 1e300, [], {}, [[]], {"a": [None]}, ["x"] * 3000)
PLACES = (
    "nothing",
    "9" * 30,
    "-1",
    "a%00b",
    "%ff",
    "..%2f..",
    "%E2%80%AE",
    "x" * 3000,
    "%25",
    "%D9%A1",
    "%F0%9F%91%A9",
    "a.b:c",
    "'",
)
GOOD = {"str": "x", "int": 1, "bool": True}


@dataclass(frozen=True)
class Door:
    """One handler: where it is, and what it wants."""

    method: str
    path: str
    form: type[BaseModel] | None
    is_json: bool
    queries: tuple[str, ...]

    def at(self, *values: str) -> str:
        """The address with its parameters filled in; the last value fills all the rest."""
        left = list(values)
        return re.sub(r"\{[^}]+\}", lambda _match: left.pop(0) if len(left) > 1 else left[0], self.path)


@pytest.fixture(scope="module")
def section(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Section]:
    home = tmp_path_factory.mktemp("ic")
    with database(home) as url:
        section = open_section(begin(home, "ic", url), Plugins.installed())
        unite([section])
        yield section
        section.close()


@pytest.fixture(scope="module")
def rosa(section: Section) -> Reader:
    """Somebody with a real account who may do everything."""
    group = click.Group()
    internationale_members.commands(group)
    roles = [option for role in ("member", "translator", "delegate", "secretary", "host") for option in ("--role", role)]
    made = CliRunner().invoke(group, ["members", "add", "rosa", *roles], obj=lambda: section)
    assert made.exit_code == 0, made.output
    with TestClient(create_app(section), base_url=section.base_url) as client:
        client.post(made.output.strip(), headers={"Sec-Fetch-Site": "same-origin"})
        secret = client.cookies[cookie_name(section)]
    with section.reading() as session:
        reader = section.plugins.identify(section=section, session=session, scope="session", secret=secret)
    assert reader is not None
    return reader


@pytest.fixture(scope="module")
def document(section: Section, rosa: Reader) -> str:
    text = "# Bread\n\nBread for everybody.\n\n- and roses\n"
    with section.writing() as session:
        return section.documents.open(
            session, kind="programme", language="en", title="Bread", text=text, audience="international", by=rosa
        )


@pytest.fixture(scope="module")
def app(section: Section) -> Litestar:
    return create_app(section)


@pytest.fixture(scope="module")
def client(app: Litestar, section: Section, rosa: Reader, document: str) -> Iterator[TestClient[Litestar]]:
    """Rosa's browser; whatever is done with it, she stays signed in."""
    ask = section.plugins.identify
    section.plugins.identify = lambda **asked: rosa if asked["secret"] == "rosa" else ask(**asked)
    with TestClient(app, base_url=section.base_url, raise_server_exceptions=False) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        client.cookies.set(cookie_name(section), "rosa")
        client.follow_redirects = False
        yield client


@pytest.fixture(scope="module")
def doors(app: Litestar) -> list[Door]:
    found = []
    for route in app.routes:
        for method, (handler, _kwargs) in getattr(route, "route_handler_map", {}).items() if isinstance(route, HTTPRoute) else ():
            if method not in {"OPTIONS", "HEAD"} and not route.path.startswith("/static"):
                found.append(_door(str(method), route.path, handler))
    assert len(found) > 50
    return found


def _door(method: str, path: str, handler: Any) -> Door:
    data = handler.parsed_data_field
    form = data.annotation if data is not None and issubclass(data.annotation, BaseModel) else None
    is_json = data is not None and not (
        isinstance(data.kwarg_definition, BodyKwarg) and "form" in data.kwarg_definition.media_type
    )
    names = handler.parsed_fn_signature.parameters
    queries = tuple(name for name in names if name not in {"section", "reader", "request", "data"} and f"{{{name}:" not in path)
    return Door(method, path, form, is_json, queries)


def plain(form: type[BaseModel]) -> dict[str, Any]:
    """Something for every field that must be there."""
    return {
        name: GOOD.get(getattr(field.annotation, "__name__", ""), "x")
        for name, field in form.model_fields.items()
        if field.is_required()
    }


def faults(answers: Iterator[tuple[str, Any]]) -> list[str]:
    """What was answered with a fault of ours."""
    return [
        f"{answer.status_code} {what[:200]}"
        for what, answer in answers
        if answer.status_code >= 500 and answer.status_code != 503
    ]


def test_addresses(client: TestClient[Litestar], doors: list[Door], document: str) -> None:
    def ask() -> Iterator[tuple[str, Any]]:
        for door in (door for door in doors if door.method == "GET"):
            for place in (document, *PLACES):
                for address in {door.at(place), door.at(document, place)}:
                    yield address, client.get(address)

    assert faults(ask()) == []


def test_queries(client: TestClient[Litestar], doors: list[Door], document: str) -> None:
    def ask() -> Iterator[tuple[str, Any]]:
        for door in (door for door in doors if door.method == "GET"):
            for name in door.queries:
                for value in (*TEXTS, "\ud800".encode("utf-8", "surrogatepass")):
                    address = f"{door.at(document)}?{name}={quote(value)[:7000]}"
                    yield address, client.get(address)

    assert faults(ask()) == []


def test_forms(client: TestClient[Litestar], doors: list[Door], document: str) -> None:
    def ask() -> Iterator[tuple[str, Any]]:
        for door in (door for door in doors if door.form is not None and not door.is_json):
            for name in door.form.model_fields:
                for value in TEXTS:
                    sent = urlencode({**plain(door.form), name: value})
                    answer = client.request(door.method, door.at(document), content=sent, headers=FORM)
                    yield f"{door.method} {door.path} {name}={value!r}", answer

    assert faults(ask()) == []


def test_the_api(client: TestClient[Litestar], doors: list[Door], document: str) -> None:
    def ask() -> Iterator[tuple[str, Any]]:
        for door in (door for door in doors if door.form is not None and door.is_json):
            for name in door.form.model_fields:
                for value in (*TEXTS, *VALUES):
                    answer = client.request(door.method, door.at(document), json={**plain(door.form), name: value})
                    yield f"{door.method} {door.path} {name}={value!r}", answer

    assert faults(ask()) == []


def test_doors_that_change_something_at_bad_addresses(client: TestClient[Litestar], doors: list[Door]) -> None:
    def ask() -> Iterator[tuple[str, Any]]:
        for door in (door for door in doors if door.method != "GET" and "{" in door.path):
            for place in PLACES:
                sent = plain(door.form) if door.form else {}
                body = {"json": sent} if door.is_json else {"data": sent}
                yield f"{door.method} {door.at(place)}", client.request(door.method, door.at(place), **body)

    assert faults(ask()) == []


FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_no_door_takes_what_it_cannot_read(client: TestClient[Litestar], doors: list[Door], document: str) -> None:
    wrong = []
    for door in (door for door in doors if door.form is not None):
        kind = {"content-type": "application/json"} if door.is_json else FORM
        for body in (b"\xff", b"[" * 50_000, b"a=%ff", b'{"a": 1, "a": 2}'):
            answer = client.request(door.method, door.at(document), content=body, headers=kind)
            wrong += (
                [f"{answer.status_code} {door.method} {door.path} {body[:20]!r}"] if answer.status_code not in {400, 404} else []
            )
    assert wrong == []
