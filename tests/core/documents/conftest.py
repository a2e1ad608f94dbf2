"""Three founded sections with real databases, and a postman who brings what one said to another in any order."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import select

from internationale.events import keys, roster
from internationale.events.keys import SigningKey
from internationale.events.roster import BEGINNING, Entry, LogKey, Root, Roster, Status
from internationale.events.signed import SignedDocument
from internationale.kit import DocumentKind, Reader, hookimpl, marker
from internationale.kit.http import cookie_name
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery
from internationale.plugins import Plugins
from internationale.rooms.roster import port
from internationale.section import Section
from internationale.settings import Settings, write_key
from internationale.testing.rows import dump
from internationale.web.app import create_app

_ = marker("core")
BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)
LANGUAGES = {"ic": ("en",), "fr": ("fr",), "ar": ("ar",)}


@hookimpl
def document_kinds() -> Sequence[DocumentKind]:
    """All that the plugin of these tests does."""
    return [
        DocumentKind("draft", _("Drafts"), "/drafts", amendable=True),
        DocumentKind("word", _("Words"), "/words", public=True),
    ]


@hookimpl
def identify(section: Any, session: Any, scope: str, secret: str) -> Reader | None:
    """Whoever says ``delegate-rosa`` is rosa, with all rights; ``member-lucie`` may read and discuss."""
    role, _hyphen, handle = secret.partition("-")
    names = {
        "delegate": [capability.name for capability in section.capabilities],
        "member": ["documents.read", "documents.discuss"],
    }
    if role not in names:
        return None
    capabilities = {name: frozenset([None]) for name in names[role]}
    return Reader(id=f"account-{handle}", handle=handle, language=section.languages[0], capabilities=capabilities)


KINDS = ModuleType("kinds")
KINDS.document_kinds = document_kinds
KINDS.identify = identify
ADDRESS = "http://127.0.0.1:8000"


@dataclass
class Clock:
    """A second passes each time that somebody looks."""

    now: datetime = BEGIN

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class World:
    """Sections by code; all founded together."""

    sections: dict[str, Section] = field(default_factory=dict)

    def __getattr__(self, code: str) -> Section:
        return self.sections[code]

    def said(self, *codes: str) -> list[Delivery]:
        """What these sections said, each in its own order."""
        found = []
        for code in codes or self.sections:
            with self.sections[code].reading() as session:
                event = tables.event
                query = select(event.c.epoch, event.c.sequence, event.c.body, event.c.signature)
                rows = session.connection().execute(query.where(event.c.section == code).order_by(event.c.sequence))
                found += [
                    Delivery(f"intl.v1.log.{code}.{epoch}.{number}", bytes(body), signature)
                    for epoch, number, body, signature in rows
                ]
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
        section = self.sections[code]
        with section.reading() as session:
            return dump(session, section.ledger.projections)


def found(folder: Path, codes: Iterable[str]) -> World:
    secrets = {code: SigningKey((code * 16).encode()[:32]) for code in codes}
    root = SigningKey(b"r" * 32)
    entries = tuple(
        Entry(
            code=code,
            name=f"Section {code}",
            languages=LANGUAGES.get(code, ("en",)),
            status=Status.MEMBER,
            epoch=1,
            opened=1,
            keys=(LogKey(key=secret.public, first=1),),
        )
        for code, secret in sorted(secrets.items())
    )
    beginning = Roster(
        version=1,
        prevhash=BEGINNING,
        issued=BEGIN,
        expires=BEGIN + timedelta(days=365),
        threshold=1,
        roots=(Root(key=root.public, holder="ic"),),
        sections=entries,
    )
    signed = SignedDocument.seal(keys.ROSTER, beginning, root)
    assert roster.verify(None, signed)
    return World({code: _open(folder / code, code, secret, signed) for code, secret in secrets.items()})


def _open(home: Path, code: str, secret: SigningKey, signed: SignedDocument) -> Section:
    home.mkdir(parents=True)
    settings = Settings(code=code, name=f"Section {code}", languages=LANGUAGES.get(code, ("en",)), home=home, base_url=ADDRESS)
    write_key(settings.log_key, secret)
    section = Section.open(settings, Plugins([("kinds", KINDS)]), Clock())
    section.prepare()
    with section.writing() as session:
        port.adopt(session, [signed], code=code, key=secret.public, now=BEGIN)
    return section


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """``ic`` (English), ``fr`` and ``ar``."""
    made = found(tmp_path, ["ic", "fr", "ar"])
    yield made
    for section in made.sections.values():
        section.close()


@pytest.fixture
def delegate() -> Callable[[Section], Reader]:
    """Somebody who holds everything that the room knows."""

    def make(section: Section, handle: str = "rosa") -> Reader:
        everything = {capability.name: frozenset([None]) for capability in section.capabilities}
        return Reader(id=f"account-{handle}", handle=handle, language=section.languages[0], capabilities=everything)

    return make


@pytest.fixture
def browser() -> Iterator[Callable[..., TestClient[Any]]]:
    """A browser (or, with ``token=True``, a program) of somebody: ``browser(section, "member-lucie")``."""
    clients = []

    def make(section: Section, secret: str = "", *, token: bool = False) -> TestClient[Any]:
        client = TestClient(create_app(section), base_url=ADDRESS, raise_server_exceptions=False)
        client.follow_redirects = False
        if token:
            client.headers["Authorization"] = f"Bearer {secret}"
        elif secret:
            client.headers["Sec-Fetch-Site"] = "same-origin"
            client.cookies.set(cookie_name(section), secret)
        clients.append(client)
        return client.__enter__()

    yield make
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def newcomer(tmp_path: Path, world: World) -> Callable[[], Section]:
    """A fresh instance of a fourth section's machine that knows the same roster, with nothing received yet."""

    def make() -> Section:
        number = len(list(tmp_path.glob("late-*")))
        with world.ic.reading() as session:
            signed = next(iter(port.queries.chain(session)))
        home = tmp_path / f"late-{number}"
        return _open(home, "ar", SigningKey(("ar" * 16).encode()[:32]), signed)

    return make


@pytest.fixture
def shuffled() -> Callable[[Sequence[Delivery], int], list[Delivery]]:
    """The same deliveries in an arbitrary order."""

    def shuffle(deliveries: Sequence[Delivery], seed: int) -> list[Delivery]:
        mixed = list(deliveries)
        random.Random(seed).shuffle(mixed)
        return mixed

    return shuffle


@pytest.fixture
def text() -> SimpleNamespace:
    """A short text in three states."""
    first = "# Hours\n\nWe stand for thirty-five hours.\n\nNight work is paid double.\n\n---\n\nThe books are open.\n"
    second = first.replace("thirty-five", "thirty")
    return SimpleNamespace(first=first, second=second, third=second.replace("Night work", "Night and Sunday work"))
