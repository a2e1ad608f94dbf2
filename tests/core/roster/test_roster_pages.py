"""What members and the host see of the federation, as pages and as JSON; and the public card."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from litestar.testing import TestClient

from internationale import settings
from internationale.events import card
from internationale.events.signed import SignedDocument
from internationale.kit import Message, Reader, Role, hookimpl
from internationale.ledger.deliveries import Delivery
from internationale.plugins import Plugins
from internationale.rooms.roster import port, rules
from internationale.section import Section
from internationale.testing import founding
from internationale.web.app import create_app

from .conftest import LOGS, NOW, said

Browse = Callable[..., Any]
HOST = Reader(id="h", roles=frozenset([Role.HOST]), capabilities={rules.INSPECT: frozenset([None])})
PEOPLE = {"member": Reader(id="m"), "host": HOST}


def people() -> ModuleType:
    module = ModuleType("people")
    module.identify = hookimpl(lambda scope, secret: PEOPLE.get(secret))  # type: ignore[attr-defined]
    return module


@pytest.fixture
def section(tmp_path: Path) -> Iterator[Section]:
    (tmp_path / settings.FILE).write_text('code = "fr"\nname = "Section française"\nlanguages = ["fr"]\n', encoding="utf-8")
    settings.write_key(tmp_path / "keys/log.key", LOGS["fr"])
    with founding.database(tmp_path) as url:
        read = settings.load(tmp_path, {"INTERNATIONALE_DATABASE": url})
        opened = Section.open(read, Plugins([("people", people())]), now=lambda: NOW)
        opened.prepare()
        yield opened
        opened.close()


@pytest.fixture
def browse(section: Section) -> Iterator[Browse]:
    """``browse("/federation", as_="host")``: the status, and the text or JSON."""
    with TestClient(create_app(section), base_url=section.base_url) as client:

        def get(path: str, as_: str = "", *, status: int = 200) -> Any:
            client.cookies.clear()
            if as_:
                client.cookies.set("intl-fr", as_)
            response = client.get(path, follow_redirects=False, headers={"Accept-Language": "en"})
            assert response.status_code == status, response.text
            return response.json() if "json" in response.headers.get("content-type", "") else response.text

        yield get


@pytest.fixture
def grown(section: Section, world: SimpleNamespace) -> Section:
    """``fr`` has joined; ``ar`` lacks three events of ``ic``; a forged and an early event arrived."""
    with section.writing() as session:
        port.adopt(session, [world.first, world.second], code="fr", key=LOGS["fr"].public, now=NOW)
        port.store_heads(session, said("ic", 1, ic=(5, "a")), NOW)
        port.store_heads(session, said("ar", 1, ic=(2, "b")), NOW - timedelta(hours=1))
    assert section.accept([Delivery("intl.v1.log.ic.1.1", b"{}", "0.0", "<b>a hub</b>")]) == ["quarantined"]
    return section


def test_before_joining_the_page_says_so(browse: Browse) -> None:
    assert "has not joined an International yet" in browse("/federation", "member")
    assert browse("/api/v1/federation", "member")["version"] == 0


def test_members_see_who_has_what(grown: Section, browse: Browse) -> None:
    page = browse("/federation", "member")
    for sentence in (
        "Section ar",
        "All but 3 messages.",
        "All but 5 messages.",
        "Everything that is known here.",
        "this section",
        "Version 2",
    ):
        assert sentence in page
    assert "turned away" not in page
    sections = browse("/api/v1/federation", "member")["sections"]
    assert [(each["code"], each["lacks"], each["own"]) for each in sections] == [
        ("ar", 3, False),
        ("fr", 5, True),
        ("ic", 0, False),
    ]


def test_the_host_sees_what_is_held_back_and_why(grown: Section, browse: Browse) -> None:
    assert "1 message was turned away." in browse("/federation", "host")
    page = browse("/federation/waiting", "host")
    assert "intl.v1.log.ic.1.1" in page
    assert "It is signed with a key that the roster does not know." in page
    stuck = browse("/api/v1/federation/waiting", "host")
    assert stuck["counts"]["quarantined"] == 1
    assert [(held["name"], held["reason"], held["via"]) for held in stuck["quarantined"]] == [
        ("intl.v1.log.ic.1.1", "unknown_key", "<b>a hub</b>")
    ]


@pytest.mark.parametrize("path", ["/federation", "/federation/waiting"])
def test_strangers_are_asked_to_sign_in(grown: Section, browse: Browse, path: str) -> None:
    browse(path, status=303)
    browse(f"/api/v1{path}", status=403)


def test_members_do_not_see_what_is_held_back(grown: Section, browse: Browse) -> None:
    browse("/federation/waiting", "member", status=403)
    browse("/api/v1/federation/waiting", "member", status=403)


def test_an_expired_roster_is_said_to_be(grown: Section, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grown, "now", lambda: NOW + timedelta(days=366))
    assert "has expired" in browse("/federation", "member")


def test_while_the_fence_is_closed_the_page_says_why(grown: Section, browse: Browse) -> None:
    grown.fence(Message("Nobody has answered yet."))
    assert "Nobody has answered yet." in browse("/federation", "member")


def test_the_card_is_public_and_signed(section: Section, browse: Browse) -> None:
    shown = card.verify(SignedDocument.from_plain(browse("/.well-known/internationale.json")))
    assert (shown.code, shown.name, shown.languages, shown.key) == ("fr", "Section française", ("fr",), LOGS["fr"].public)
