"""A small International whose keys the tests hold: ``fr`` (which is ours), ``ar`` and the committee ``ic``."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from litestar.testing import TestClient

from internationale import settings
from internationale.events import card, keys, roster
from internationale.events.card import Card
from internationale.events.heads import Head, Heads
from internationale.events.keys import SigningKey
from internationale.events.signed import SignedDocument
from internationale.kit import Reader, Role, hookimpl
from internationale.plugins import Plugins
from internationale.rooms.exchange import rules
from internationale.rooms.roster import port
from internationale.rooms.roster.rules import admitting, founding
from internationale.section import Section
from internationale.testing import founding as houses
from internationale.web.app import create_app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOT = SigningKey(b"r" * 32)
LOGS = {code: SigningKey(code.encode() * 16) for code in ("ar", "fr", "ic")}
HOST = Reader(id="h", handle="host", roles=frozenset([Role.HOST]), capabilities={rules.INSPECT: frozenset([None])})
PROPOSING = {"roster.proposed": frozenset([None])}
DELEGATE = Reader(id="d", handle="clara", roles=frozenset([Role.DELEGATE]), capabilities=PROPOSING)
PEOPLE = {"member": Reader(id="m", handle="rosa"), "host": HOST, "delegate": DELEGATE}
Browse = Callable[..., Any]


def chain() -> tuple[SignedDocument, ...]:
    """Three versions of the roster: the committee founds, ``fr`` and ``ar`` are admitted."""
    versions = [founding(described("ic"), ROOT, [], NOW)]
    for code in ("fr", "ar"):
        document = admitting(described(code), roster.verify_chain(versions)[-1], ROOT, NOW)
        assert document is not None
        versions.append(document)
    return tuple(versions)


def described(code: str) -> Card:
    return card.verify(card.seal(Card(code=code, name=f"Section {code}", languages=("en",), key=LOGS[code].public), LOGS[code]))


def said(section: str, minutes: int, **held: tuple[int, str]) -> SignedDocument:
    """Heads as ``said("fr", 5, ic=(12, "a"))``: five minutes after noon ``fr`` holds ``ic`` up to 12 with hash aaa…"""
    values = {code: Head(epoch=1, sequence=number, hash=letter * 64) for code, (number, letter) in held.items()}
    document = Heads(section=section, time=NOW + timedelta(minutes=minutes), roster=3, heads=values)
    return SignedDocument.seal(keys.HEADS, document, LOGS[section])


def people() -> ModuleType:
    module = ModuleType("people")
    module.identify = hookimpl(lambda scope, secret: PEOPLE.get(secret))  # type: ignore[attr-defined]
    return module


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def section(tmp_path: Path, clock: Clock) -> Iterator[Section]:
    """``fr``, which has not joined anything yet."""
    (tmp_path / settings.FILE).write_text('code = "fr"\nname = "Section française"\nlanguages = ["fr"]\n', encoding="utf-8")
    settings.write_key(tmp_path / "keys/log.key", LOGS["fr"])
    with houses.database(tmp_path) as url:
        read = settings.load(tmp_path, {"INTERNATIONALE_DATABASE": url})
        opened = Section.open(read, Plugins([("people", people())]), now=clock)
        houses.prepare(opened)
        yield opened
        opened.close()


@pytest.fixture
def joined(section: Section) -> Section:
    """``fr`` in the International of the three."""
    with section.writing() as session:
        port.adopt(session, chain(), code="fr", key=LOGS["fr"].public, now=NOW)
    return section


@pytest.fixture
def browse(section: Section) -> Iterator[Browse]:
    """``browse("/federation", as_="host")``: the text or JSON; ``post={…}`` sends a form."""
    with TestClient(create_app(section), base_url=section.base_url) as client:

        def ask(path: str, as_: str = "", *, status: int = 200, post: dict[str, str] | None = None) -> Any:
            client.cookies.clear()
            if as_:
                client.cookies.set("intl-fr", as_)
            headers = {"Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
            method, body = ("GET", {}) if post is None else ("POST", {"json" if path.startswith("/api/") else "data": post})
            response = client.request(method, path, follow_redirects=False, headers=headers, **body)
            assert response.status_code == status, response.text
            return (
                response.json() if response.headers.get("content-type", "").split(";")[0] == "application/json" else response.text
            )

        yield ask
