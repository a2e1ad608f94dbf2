"""Three sections of one International, and a postman who brings what one said to another in any order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import select

from internationale.kit import DocumentKind, Reader, hookimpl, marker
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing.oracle import rows

_ = marker("core")
BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)


@hookimpl
def document_kinds() -> Sequence[DocumentKind]:
    """All that the plugin of these tests does."""
    return [
        DocumentKind("draft", _("Drafts"), "/drafts", amendable=True),
        DocumentKind("word", _("Words"), "/words", public=True),
    ]


KINDS = ModuleType("kinds")
KINDS.document_kinds = document_kinds


@dataclass
class Clock:
    """A second passes each time that somebody looks."""

    now: datetime = BEGIN

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class World:
    """Sections by code. ``late`` is a member that has received nothing so far, and says nothing."""

    late: Section
    sections: dict[str, Section] = field(default_factory=dict)

    def __getattr__(self, code: str) -> Section:
        return self.sections[code]

    def said(self, *codes: str) -> list[Delivery]:
        """What these sections said, each in its own order."""
        found = []
        for code in codes or self.sections:
            section = self.sections[code]
            with section.reading() as session:
                stored = section.ledger.events_after(session, code, 1, 0)
            found += [Delivery(event.address.subject, event.signed.body, event.signed.signature) for event in stored]
        return found

    def parts(self) -> list[bytes]:
        bodies: list[bytes] = []
        for section in self.sections.values():
            with section.reading() as session:
                bodies += map(bytes, session.connection().execute(select(tables.part.c.content)).scalars())
        return bodies

    def carry(self) -> None:
        """Bring everything to everybody."""
        for section in self.sections.values():
            section.accept(self.said())
            section.add_parts(self.parts())

    def rows(self, code: str) -> object:
        return rows(self.sections[code])


@pytest.fixture
def world(federation: Callable[..., list[Section]]) -> World:
    """``ic`` (English), ``fr`` and ``ar``."""
    *early, late = federation("ic", "fr", "ar", "late", plugins=Plugins([("kinds", KINDS)]), now=Clock())
    return World(late, {section.code: section for section in early})


@pytest.fixture
def delegate() -> Callable[[Section], Reader]:
    """Somebody who holds everything that the room knows."""

    def make(section: Section, handle: str = "rosa") -> Reader:
        everything = {capability.name: frozenset([None]) for capability in section.capabilities}
        return Reader(id=f"account-{handle}", handle=handle, language=section.languages[0], capabilities=everything)

    return make


@pytest.fixture
def reading_as(browser: Callable[..., TestClient[Any]], member: Callable[..., Reader]) -> Callable[..., TestClient[Any]]:
    """The browser of ``role-handle`` (``delegate-rosa``); of a passer-by without a name. Redirects are not followed."""

    def make(section: Section, who: str = "") -> TestClient[Any]:
        role, _hyphen, handle = who.partition("-")
        client = browser(section, member(section, role, handle=handle) if who else None)
        client.headers["Sec-Fetch-Site"] = "same-origin"
        client.follow_redirects = False
        return client

    return make


@pytest.fixture
def text() -> SimpleNamespace:
    """A short text in three states."""
    first = "# Hours\n\nWe stand for thirty-five hours.\n\nNight work is paid double.\n\n---\n\nThe books are open.\n"
    second = first.replace("thirty-five", "thirty")
    return SimpleNamespace(first=first, second=second, third=second.replace("Night work", "Night and Sunday work"))
