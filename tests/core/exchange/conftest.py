"""A small International whose keys the tests hold: ``fr`` (which is ours), ``ar`` and the committee ``ic``."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from internationale.events import keys
from internationale.events.card import Card
from internationale.events.heads import Head, Heads
from internationale.events.signed import SignedDocument
from internationale.kit import Reader, Role
from internationale.plugins import Plugins
from internationale.rooms.exchange import rules
from internationale.section import Section
from internationale.testing.clock import Clock
from internationale.testing.federations import Federation
from internationale.testing.founding import ROOT, adopt, described, founded, key_of

NOW: datetime = Clock.now
HOST = Reader(id="h", handle="host", roles=frozenset([Role.HOST]), capabilities={rules.INSPECT: frozenset([None])})
PROPOSING = {"roster.proposed": frozenset([None])}
DELEGATE = Reader(id="d", handle="clara", roles=frozenset([Role.DELEGATE]), capabilities=PROPOSING)
READER = Reader(id="r", handle="clara", capabilities={"documents.read": frozenset([None])})
"""Who may read what the sections share; a mere ``member`` can sign in, and no more."""
PEOPLE = {"member": Reader(id="m", handle="rosa"), "reader": READER, "host": HOST, "delegate": DELEGATE}
Browse = Callable[..., Any]


def card(code: str) -> Card:
    """By their codes the sections are told apart in sentences."""
    return described(code).model_copy(update={"name": f"Section {code}", "languages": ("en",)})


def said(section: str, minutes: int, **held: tuple[int, str]) -> SignedDocument:
    """Heads as ``said("fr", 5, ic=(12, "a"))``: five minutes after noon ``fr`` holds ``ic`` up to 12 with hash aaa…"""
    values = {code: Head(epoch=1, sequence=number, hash=letter * 64) for code, (number, letter) in held.items()}
    document = Heads(section=section, time=NOW + timedelta(minutes=minutes), roster=3, heads=values)
    return SignedDocument.seal(keys.HEADS, document, key_of(section))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def section(federation: Federation, clock: Clock) -> Section:
    """``fr``, which has not joined anything yet."""
    return federation.alone("fr", plugins=Plugins(), now=clock)


@pytest.fixture
def joined(section: Section) -> Section:
    """``fr`` in the International of the three: the committee founds, ``fr`` and ``ar`` are admitted."""
    adopt(section, founded([card(code) for code in ("ic", "fr", "ar")], ROOT, NOW))
    return section


@pytest.fixture
def browse(section: Section, browser: Callable[..., httpx.Client]) -> Browse:
    """``browse("/federation", "host")``: the text or JSON; ``post={…}`` sends a form."""

    def ask(path: str, who: str = "", *, status: int = 200, post: dict[str, str] | None = None) -> Any:
        people = [PEOPLE[who]] if who else []
        client = browser(section, *people, language="en", follow_redirects=False)
        method, body = ("GET", {}) if post is None else ("POST", {"json" if path.startswith("/api/") else "data": post})
        response = client.request(method, path, **body)
        assert response.status_code == status, response.text
        return response.json() if response.headers.get("content-type", "").split(";")[0] == "application/json" else response.text

    return ask
