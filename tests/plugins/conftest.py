"""Events without a section: what pure rules and projections are tested with."""

import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import Session

import internationale_actions
import internationale_statements
import internationale_translation
from internationale.events import keys
from internationale.events.envelope import Envelope
from internationale.events.keys import SigningKey
from internationale.events.refs import Ref
from internationale.events.roster import BEGINNING, Entry, LogKey, Root, Roster, Status
from internationale.events.signed import SignedDocument
from internationale.events.types import Event, Payload
from internationale.kit import Reader, hookimpl
from internationale.ledger.deliveries import Delivery
from internationale.plugins import Plugins
from internationale.rooms.documents.events import Opened, Revised
from internationale.rooms.roster.port import adopt
from internationale.section import Section
from internationale.settings import Settings, write_key
from internationale.testing.founding import database, prepare
from internationale.testing.rows import dump
from internationale.web.app import create_app


@dataclass(frozen=True)
class Pinned:
    """Causes from a log held in memory."""

    said: Mapping[Ref, Event[Any]]
    refs: tuple[Ref, ...]

    def __iter__(self) -> Iterator[Event[Any]]:
        return (self.said[ref] for ref in self.refs)

    def at(self, ref: Ref) -> Event[Any]:
        return self.said[ref]


@dataclass
class Sayings:
    """What several sections said, in the order of the test; numbers run per section."""

    said: dict[Ref, Event[Any]] = field(default_factory=dict)

    def say(self, section: str, name: str, payload: Payload, *causes: Event[Any]) -> Event[Any]:
        sequence = 1 + sum(ref.section == section for ref in self.said)
        envelope = Envelope(
            section=section,
            epoch=1,
            sequence=sequence,
            type=f"org.intl.{name}.v1",
            time=datetime(2027, 4, 1, tzinfo=UTC) + timedelta(minutes=len(self.said)),
            dataschema=f"urn:intl:schema:{name}:1",
            prevhash="0" * 64,
            refs=tuple(cause.envelope.ref for cause in causes),
            author="rosa",
            data=payload.model_dump(mode="json"),
        )
        envelope = replace(envelope, hash=f"{len(self.said) + 1:064x}"[::-1])
        event = Event(envelope, payload, Pinned(self.said, envelope.refs))
        self.said[envelope.ref] = event
        return event

    def open(self, section: str, document: str, kind: str) -> Event[Any]:
        opened = Opened(document=document, kind=kind, language="en", title="Title", numbering=1, digest="0" * 64)
        return self.say(section, "documents.opened", opened)

    def revise(self, before: Event[Any], number: int) -> Event[Any]:
        document = before.payload.document
        revised = Revised(document=document, number=number, title="Title", numbering=1, digest="1" * 64)
        return self.say(before.envelope.section, "documents.revised", revised, before)

    def some_order(self, seed: int) -> Sequence[Event[Any]]:
        """All events in an arbitrary order in which every cause comes before what stands on it."""
        chance, waiting, done = random.Random(seed), list(self.said.values()), list[Event[Any]]()
        while waiting:
            arrived = {event.envelope.ref for event in done}
            ready = [event for event in waiting if arrived.issuperset(event.envelope.refs)]
            done.append(chance.choice(ready))
            waiting.remove(done[-1])
        return done


@pytest.fixture
def sayings() -> Sayings:
    return Sayings()


@dataclass
class Clock:
    """The sections' clock, which the tests move."""

    now: datetime = datetime(2027, 4, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """Three sections in one process, without a hub: what was said is carried by hand, in any order."""

    sections: dict[str, Section]
    clock: Clock
    folder: Path
    roster: SignedDocument
    open: ExitStack

    def fresh(self, code: str) -> Section:
        """Open (again) a section that has said and heard nothing yet."""
        if code in self.sections:
            self.sections[code].close()
        home = Path(tempfile.mkdtemp(dir=self.folder))
        url = self.open.enter_context(database(home))
        settings = Settings(code=code, name=NAMES[code], languages=(LANGUAGES.get(code, "en"),), home=home, database=url)
        write_key(settings.log_key, KEYS[code])
        section = self.sections[code] = Section(settings, Plugins([*PLUGINS, ("doors", doors(self))]), self.clock)
        prepare(section)
        with section.writing() as session:
            adopt(session, [self.roster], code=code, key=KEYS[code].public, now=self.clock())
        return section

    def reader(self, code: str, *roles: str, language: str = "en") -> Reader:
        """Somebody with these roles, by default a delegate who is a member."""
        held = frozenset(roles or ("member", "delegate"))
        capabilities = {each.name: frozenset({None}) for each in self.sections[code].capabilities if held & each.roles}
        return Reader(id=f"{code}-1", handle="rosa", language=language, roles=held, capabilities=capabilities)

    def said(self) -> list[Delivery]:
        """Everything that all sections ever said."""
        deliveries = []
        for section in self.sections.values():
            with section.reading() as session:
                own = section.ledger.own_events_after(session, 1, 0)
            deliveries += [Delivery(each.address.subject, each.signed.body, each.signed.signature) for each in own]
        return deliveries

    def carry(self) -> None:
        """Everybody hears everything."""
        for section in self.sections.values():
            outcomes = section.accept(self.said())
            assert set(outcomes) <= {"applied", "duplicate"}, outcomes

    def rows(self, code: str, name: str) -> dict[str, list[tuple[Any, ...]]]:
        """What a section's projection of this name holds."""
        section = self.sections[code]
        with section.reading() as session:
            return dump(session, self._named(code, name))

    def replayed(self, code: str, name: str) -> dict[str, list[tuple[Any, ...]]]:
        """The same after everything was made anew from the log."""
        section = self.sections[code]
        with section.writing() as session:
            section.ledger.replay_all(session, self.clock())
            return dump(session, self._named(code, name))

    def _named(self, code: str, name: str) -> list[Any]:
        return [each for each in self.sections[code].plugins.all("projections") if each.name == name]


PLUGINS = (
    ("actions", internationale_actions),
    ("statements", internationale_statements),
    ("translation", internationale_translation),
)
NAMES = {"ar": "الفرع العربي", "fr": "Section française", "ic": "International Committee", "silent": "Silent"}
LANGUAGES = {"ar": "ar", "fr": "fr"}
KEYS = {code: SigningKey(code.encode()[:2] * 16) for code in NAMES}
ROOT = SigningKey(b"r" * 32)


def _roster(clock: Clock) -> SignedDocument:
    entries = (
        Entry(
            code=code,
            name=name,
            languages=(LANGUAGES.get(code, "en"),),
            status=Status.MEMBER,
            epoch=1,
            opened=1,
            keys=(LogKey(key=KEYS[code].public, first=1),),
        )
        for code, name in NAMES.items()
    )
    roster = Roster(
        version=1,
        prevhash=BEGINNING,
        issued=clock(),
        expires=clock() + timedelta(days=365),
        threshold=1,
        roots=(Root(key=ROOT.public, holder="ic"),),
        sections=tuple(entries),
    )
    return SignedDocument.seal(keys.ROSTER, roster, ROOT)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The committee ``ic``, ``fr`` and ``ar``; the roster knows a fourth, ``silent``, which a test may open later."""
    clock = Clock()
    with ExitStack() as stack:
        world = World({}, clock, tmp_path, _roster(clock), stack)
        for code in ("ic", "fr", "ar"):
            world.fresh(code)
        yield world
        for section in world.sections.values():
            section.close()


def doors(world: World) -> ModuleType:
    """A plugin that knows people: the secret ``fr.delegate.en`` is a delegate of ``fr`` who reads English."""

    @hookimpl
    def identify(section: Section, session: Session, scope: str, secret: str) -> Reader | None:
        code, roles, language = secret.split(".")
        return world.reader(code, "member", *roles.split("-"), language=language) if code == section.code else None

    module = ModuleType("doors")
    module.identify = identify  # type: ignore[attr-defined]
    return module


@pytest.fixture
def visit(world: World) -> Iterator[Callable[..., httpx.Client]]:
    """Opens browsers: ``visit("fr", "delegate")`` is a delegate in ``fr``; without a role, a passer-by."""
    with ExitStack() as stack:
        served: dict[str, TestClient[Litestar]] = {}  # to make an application costs more than most tests

        def browse(code: str, roles: str = "", language: str = "en") -> httpx.Client:
            if code not in served:
                served[code] = stack.enter_context(TestClient(create_app(world.sections[code]), base_url="http://127.0.0.1"))
            client = httpx.Client(transport=served[code]._transport, base_url="http://127.0.0.1", follow_redirects=True)
            client.headers["accept-language"] = language
            if roles:
                client.headers["authorization"] = f"Bearer {code}.{roles}.{language}"
            return client

        yield browse
