"""Events without a section, with which pure rules are tested; and three sections with the plugins that speak to others."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import internationale_actions
import internationale_statements
import internationale_translation
from internationale.events.envelope import Envelope
from internationale.events.refs import Ref
from internationale.events.types import Event, Payload
from internationale.plugins import Plugins
from internationale.rooms.documents.events import Opened, Revised
from internationale.section import Section
from internationale.testing.clock import Clock


@dataclass(frozen=True)
class Pinned:
    """Causes from a log held in memory."""

    said: Mapping[Ref, Event[Any]]
    refs: tuple[Ref, ...]

    def __iter__(self) -> Iterator[Event[Any]]:
        return (self.said[ref] for ref in self.refs)


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

    def sealed(self, event: Event[Any], audience: str) -> Event[Any]:
        """The same, as if it had been said to these sections only."""
        return replace(event, envelope=replace(event.envelope, audience=audience))

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


PLUGINS = (
    ("actions", internationale_actions),
    ("statements", internationale_statements),
    ("translation", internationale_translation),
)


@pytest.fixture
def clock() -> Clock:
    """The sections' clock, which the tests move."""
    return Clock(datetime(2027, 4, 1, 12, tzinfo=UTC))


@pytest.fixture
def three(federation: Callable[..., list[Section]], clock: Clock) -> list[Section]:
    """The committee ``ic``, ``fr`` and ``ar``; the roster knows a fourth, ``silent``, which ``federation.fresh`` opens."""
    return federation("ic", "fr", "ar", plugins=Plugins(PLUGINS), now=clock, absent=["silent"])


@pytest.fixture
def read() -> Callable[[Section, str], dict[str, str]]:
    """What a form carries of the text that its page shows: the event of the latest revision, here."""

    def form(section: Section, path: str) -> dict[str, str]:
        with section.reading() as session:
            return {"event": str(section.documents.get(session, path.rpartition("/")[2]).ref)}

    return form


@pytest.fixture
def called() -> Callable[[Section, str], dict[str, str]]:
    """What a form carries of the call that its page shows: its event."""

    def form(section: Section, path: str) -> dict[str, str]:
        with section.reading() as session:
            return {"event": internationale_actions.queries.find(session, path.rpartition("/")[2]).ref}

    return form
