"""Bad values at every door of the real application: each is a clear answer, never a fault of ours."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import click
import pytest
from click.testing import CliRunner
from litestar import Litestar
from litestar.enums import RequestEncodingType
from litestar.params import BodyKwarg
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from pydantic import BaseModel

import internationale_members
from internationale.kit import Reader, Section
from internationale.kit.http import cookie_name
from internationale.testing.federations import Federation
from internationale.web.app import create_app
from internationale.web.writings import Writings

TEXTS = ["", " ", "a\x00b", "x" * 25_000, "9" * 30, "-1", "1.5", "\u202etxt.exe", "../../etc/passwd", "' OR 1=1 --", "<script>"]
TEXTS += ["👩‍👩‍👧 \u200b", "a\r\nb", "%", "zz", "1:1:1:0000000000000000"]
TEXTS += ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2027-03-28T02:30", "2027-05-01"]
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
GOOD = {
    "language": "en",
    "audience": "international",
    "decision": "accepted",
    "role": "translator",
    "first": "2027-05-01",
}
GOOD_TYPES = {int: 1, bool: True, Mapping[str, str]: {}, dict[str, str]: {}}
"""What is plausible in a required field, by its name, else by its type, else a word."""


MISTAKEN: Mapping[Any, tuple[Any, ...]] = {int: (True, "1", 1.0), bool: (1, 0, "true", 1.0)}
"""What a lenient reader of JSON would take for a field of this type."""


@dataclass(frozen=True)
class Door:
    """One handler: where it is, and what it wants."""

    method: str
    path: str
    form: type[BaseModel] | None
    kind: str
    """``json``, ``multipart`` or ``form``: how a body is sent."""
    queries: tuple[str, ...]

    def at(self, known: Mapping[str, str], **changed: str) -> str:
        """The address with known values in it, but for what is changed."""
        return PARAMETER.sub(lambda match: {**known, **changed}.get(match[1], "1"), self.path)

    def misled(self, known: Mapping[str, str]) -> Iterator[str]:
        """The same with every bad value in every place of it."""
        for name in PARAMETER.findall(self.path):
            yield from (self.at(known, **{name: place}) for place in PLACES)


PARAMETER = re.compile(r"\{(\w+):\w+\}")
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def section(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Section]:
    with Federation(tmp_path_factory.mktemp("all")) as federation:
        (section,) = federation("ic")
        yield section


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
        reader = section.plugins.identify(section=section, session=session, scope="session", secret=secret, again=False)
    assert reader is not None
    return reader


@pytest.fixture(scope="module")
def app(section: Section) -> Litestar:
    made = create_app(section)
    hours = itertools.count()
    made.state["writings"] = Writings(lambda: next(hours) * 3600.0)  # one person tries all doors, again and again
    return made


@pytest.fixture(scope="module")
def client(app: Litestar, section: Section, rosa: Reader) -> Iterator[TestClient[Litestar]]:
    """Rosa's browser; whatever is done with it, she stays signed in."""
    ask = section.plugins.identify
    section.plugins.identify = lambda **asked: rosa if asked["secret"] == "rosa" else ask(**asked)
    with TestClient(app, base_url=section.base_url, raise_server_exceptions=False) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        client.cookies.set(cookie_name(section), "rosa")
        client.follow_redirects = False
        yield client


@pytest.fixture(scope="module")
def known(client: TestClient[Litestar], section: Section, rosa: Reader) -> dict[str, str]:
    """Things that are there, by the names that addresses give to their places."""
    text = "# Bread\n\nBread for everybody.\n\n- and roses\n"
    with section.writing() as session:
        document = section.documents.open(
            session, kind="programme", language="en", title="Bread", text=text, audience="international", by=rosa
        )
        block = section.documents.read(session, document, "en").units[1].block.id
    said = dict.fromkeys(("title", "text", "participants", "demands", "leadership", "outlook", "conditions", "forces"), "x")
    called = client.post("/api/v1/actions", json={**said, "language": "en", "first": "2027-05-01"})
    assert called.status_code == 201, called.text
    action = called.json()["action"]["summary"]["id"]
    return {"document": document, "block": block, "language": "fr", "action": action, "id": document, "kind": "programme"}


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
    media = (
        RequestEncodingType(data.kwarg_definition.media_type).value
        if data is not None and isinstance(data.kwarg_definition, BodyKwarg)
        else "json"
    )
    kind = next((kind for kind in ("multipart", "form") if kind in media), "json")
    names = handler.parsed_fn_signature.parameters
    queries = tuple(name for name in names if name not in {"section", "reader", "request", "data"} and f"{{{name}:" not in path)
    return Door(method, path, form, kind, queries)


def plain(form: type[BaseModel]) -> dict[str, Any]:
    """Something plausible for every field that must be there."""
    required = {name: field.annotation for name, field in form.model_fields.items() if field.is_required()}
    return {name: GOOD.get(name, GOOD_TYPES.get(kind, "x")) for name, kind in required.items()}


def body(door: Door, **changed: Any) -> dict[str, Any]:
    """What to send to a door, as keywords of the client."""
    sent = {**(plain(door.form) if door.form else {}), **changed}
    if door.kind == "json":
        return {"json": sent}
    return {"files": {name: (None, str(value)) for name, value in sent.items()}} if door.kind == "multipart" else {"data": sent}


def faults(answers: Iterable[tuple[str, Any]]) -> list[str]:
    """What was answered with a fault of ours."""
    return [f"{answer.status_code} {what[:200]}" for what, answer in answers if answer.status_code >= 500]


def test_addresses(client: TestClient[Litestar], doors: list[Door], known: dict[str, str]) -> None:
    addresses = [address for door in doors if door.method == "GET" for address in (door.at(known), *door.misled(known))]
    assert faults((address, client.get(address)) for address in addresses) == []


def test_queries(client: TestClient[Litestar], doors: list[Door], known: dict[str, str]) -> None:
    asked = [(door.at(known), name, value) for door in doors if door.method == "GET" for name in door.queries for value in TEXTS]
    addresses = [f"{path}?{name}={quote(value)[:7000]}" for path, name, value in asked]
    assert faults((address, client.get(address)) for address in addresses) == []


def test_forms_and_api(client: TestClient[Litestar], doors: list[Door], known: dict[str, str]) -> None:
    def send() -> Iterator[tuple[str, Any]]:
        for door in doors:
            for name in door.form.model_fields if door.form else ():
                for value in (*TEXTS, *(VALUES if door.kind == "json" else ())):
                    answer = client.request(door.method, door.at(known), **body(door, **{name: value}))
                    yield f"{door.method} {door.path} {name}={value!r}", answer

    assert faults(send()) == []


def test_changes_at_bad_addresses(client: TestClient[Litestar], doors: list[Door], known: dict[str, str]) -> None:
    sent = [(door, address) for door in doors if door.method != "GET" for address in door.misled(known)]
    assert faults((f"{door.method} {at}", client.request(door.method, at, **body(door))) for door, at in sent) == []


def test_no_door_takes_what_it_cannot_read(client: TestClient[Litestar], doors: list[Door], known: dict[str, str]) -> None:
    wrong = []
    for door in (door for door in doors if door.form is not None and door.kind != "multipart"):
        kind = {"content-type": "application/json"} if door.kind == "json" else FORM
        for content in (b"\xff", b"[" * 50_000, b"a=%ff", b'{"a": 1, "a": 2}'):
            answer = client.request(door.method, door.at(known), content=content, headers=kind)
            wrong += [f"{answer.status_code} {door.method} {door.path} {content[:20]!r}"] if answer.status_code != 400 else []
    assert wrong == []


def _errors(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [told, *told["others"]]


def test_numbers_and_answers_of_the_api_are_of_their_own_type(
    client: TestClient[Litestar], doors: list[Door], known: dict[str, str]
) -> None:
    def misread() -> Iterator[str]:
        for door in doors:
            for name, field in door.form.model_fields.items() if door.form and door.kind == "json" else ():
                for value in MISTAKEN.get(field.annotation, ()):
                    answer = client.request(door.method, door.at(known), **body(door, **{name: value}))
                    if answer.status_code != 400 or name not in [error["place"] for error in _errors(answer.json())]:
                        yield f"{answer.status_code} {door.method} {door.path} {name}={value!r}"

    assert sum(field.annotation in MISTAKEN for door in doors if door.form for field in door.form.model_fields.values()) > 10
    assert list(misread()) == []
