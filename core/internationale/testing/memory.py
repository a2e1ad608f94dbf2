"""A hub inside the process, which can be told to do everything that goes wrong with hubs and networks.

It passes the same contract tests as NATS (``tests/wire/test_bus_contract.py``) and is never in the product. What it is told to do
wrong stands in ``MemoryHub.faults`` (see ``breaking``); what an operator, an intruder or a bad disk does to what is stored are
methods of the hub.
"""

import asyncio
import copy
import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from internationale.bus import (
    BLOB,
    HEADS,
    LOG,
    PART,
    PROOF,
    ROSTER,
    SEED,
    Answer,
    Batch,
    Outcome,
    Parcel,
    Unprovisioned,
    Unreachable,
)
from internationale.bus.streams import CONFIGURATIONS, DELIVERED, stream_of
from internationale.testing.breaking import Faults
from internationale.testing.stores import Place, Stream

_log = logging.getLogger(__name__)
_KEPT = {LOG: 1, ROSTER: 1, PART: 1, PROOF: 1, BLOB: 1, HEADS: 16, SEED: 1}
"""How many messages of one subject a stream keeps."""
_REPLACED = (HEADS, SEED)
"""The streams in which the last stays; in the others the first."""


@dataclass
class MemoryHub:
    """What a hub stores, and what it does wrong."""

    name: str = "memory"
    streams: dict[str, Stream] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    answers: list[tuple[str, Answer]] = field(default_factory=list)
    underway: list[Parcel] = field(default_factory=list)
    """What was sent into a broken network and will arrive when that is whole again."""
    generations: dict[str, int] = field(default_factory=dict)
    """How often a section's connections were closed for good."""
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    made: int = 0
    last: int = 0

    def stream(self, name: str) -> Stream:
        try:
            return self.streams[name]
        except KeyError:
            raise Unprovisioned(name) from None

    def provision(self, section: str) -> None:
        """Make what is missing of streams and of one section's consumers."""
        if not self.streams:
            self.made += 1
        for name in CONFIGURATIONS:
            self.streams.setdefault(name, Stream())
        for name in DELIVERED:
            self.places.setdefault((name, section), Place())

    def store(self, parcel: Parcel) -> Outcome:
        """Keep one parcel by the rules of its stream."""
        stream = self.stream(name := stream_of(parcel.subject))
        before = stream.under(parcel.subject)
        if before and name not in _REPLACED:
            return Outcome.PRESENT if stream.kept[before[0]].body == parcel.body else Outcome.TAKEN
        if len(before) == _KEPT[name]:
            stream.drop(before[0])
        self.last += 1
        stream.put(self.last, parcel)
        return Outcome.STORED

    # What happens to a hub

    def wipe(self) -> None:
        """The disk is lost."""
        self.streams.clear()
        self.places.clear()

    def backup(self) -> "Callable[[], None]":
        """Copy the store. Calling what is returned puts it back as it was: nothing tells that it is an old one."""
        kept = copy.deepcopy((self.streams, self.places, self.made, self.last))

        def restore() -> None:
            self.streams, self.places, self.made, self.last = copy.deepcopy(kept)

        return restore

    def purge(self, subject: str) -> None:
        """What is kept under a subject is gone: an operator's deed, or a bad disk's."""
        stream = self.stream(stream_of(subject))
        for position in tuple(stream.under(subject)):
            stream.drop(position)

    def put(self, subject: str, body: bytes, signature: str = "") -> Outcome:
        """Somebody with the administrator's rights puts something anywhere."""
        return self.store(Parcel(subject, body, signature))

    def corrupt(self, subject: str, body: bytes) -> None:
        """The bytes under a subject change, in their place."""
        stream = self.stream(stream_of(subject))
        for position in stream.under(subject):
            stream.kept[position] = Parcel(subject, body, stream.kept[position].signature)

    def forget(self, section: str) -> None:
        """The section's consumers are deleted."""
        for name in DELIVERED:
            self.places.pop((name, section), None)

    def disconnect(self, section: str) -> None:
        """The section's client gives up for good: only a new connection helps."""
        self.generations[section] = self.generations.get(section, 0) + 1

    def rewind(self, section: str, floor: int = 0) -> None:
        """Everything after a position is delivered once more."""
        for name in DELIVERED:
            self.places[name, section] = Place(floor)

    def arrive(self) -> None:
        """What was under way in a broken network arrives, whatever its sender has come to think of it."""
        late, self.underway = self.underway, []
        for parcel in late:
            self.store(parcel)

    def heal(self) -> None:
        """Nothing is done wrong any more, and what was under way arrives."""
        self.faults = Faults(latency=self.faults.latency, chance=self.faults.chance)
        self.arrive()


def _untouched(step: str) -> None:
    """Nothing happens between the steps."""


def _fits(parcel: Parcel) -> bool:
    return len(parcel.body) <= (CONFIGURATIONS[stream_of(parcel.subject)].max_msg_size or 0)


@dataclass(eq=False)
class MemoryBus:
    """One section's connection to a ``MemoryHub``. ``step`` is told of each step: a simulated process can die there."""

    memory: MemoryHub
    section: str
    step: Callable[[str], None] = _untouched

    def __post_init__(self) -> None:
        self._generation = self.memory.generations.get(self.section, 0)

    @property
    def hub(self) -> str:
        return self.memory.name

    def _open(self) -> None:
        if self._generation != self.memory.generations.get(self.section, 0):
            raise Unreachable("the connection was closed")

    async def reach(self) -> None:
        """Go to the hub and back. Raises ``Unreachable`` where that is not possible."""
        self._open()
        await self.memory.faults.travel(self.section)
        self._open()
        self.step("reached")

    async def identity(self) -> str:
        await self.reach()
        self.memory.stream(LOG)
        return f"{self.memory.name} {self.memory.made}"

    async def provision(self) -> None:
        await self.reach()
        self.memory.provision(self.section)

    async def publish(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        kind = stream_of(parcels[0].subject) if parcels else ""
        self.step(f"{kind}: before publishing")
        self._open()
        faults = self.memory.faults
        try:
            await faults.travel(self.section, sending=True)
        except Unreachable:
            if faults.unanswered(self.section):
                self.memory.underway += parcels if self.section in faults.late else ()
                return [Outcome.UNKNOWN] * len(parcels)
            raise
        self.step(f"{kind}: in the middle of publishing")
        if await faults.refuses(self.section, parcels):
            return [Outcome.UNKNOWN] * len(parcels)
        fitting = list(itertools.takewhile(_fits, parcels))
        outcomes = [self.memory.store(parcel) for parcel in fitting] + [Outcome.UNKNOWN] * (len(parcels) - len(fitting))
        async with self.memory.news:
            self.memory.news.notify_all()
        self.step(f"{kind}: published")
        if not await faults.answered(self.section):
            return [Outcome.UNKNOWN] * len(parcels)
        self.step(f"{kind}: answered")
        return outcomes

    async def receive(self, stream: str, limit: int, wait: float) -> Batch:
        await self.reach()
        found = self._pending(stream, limit)
        if not found and wait:
            try:
                async with asyncio.timeout(wait), self.memory.news:
                    await self.memory.news.wait_for(lambda: self._pending(stream, 1))
            except TimeoutError:
                pass
            await self.reach()
            found = self._pending(stream, limit)
        if found:
            self.step(f"{stream}: delivered")
        delivered = self.memory.faults.delivered(found, [*self.memory.stream(stream).kept.values()] if found else [])

        async def done() -> None:
            if found:
                self.step(f"{stream}: before acknowledging")
                self._acknowledge(stream, [position for position, _parcel in found])
                self.step(f"{stream}: acknowledged")

        return Batch(delivered, done)

    def _pending(self, stream: str, limit: int) -> list[tuple[int, Parcel]]:
        kept = self.memory.stream(stream)
        place = self.memory.places.get((stream, self.section))
        if place is None:
            raise Unprovisioned(f"no consumer {self.section} on {stream}")
        waiting = [(position, parcel) for position, parcel in kept.after(place.floor) if position not in place.ahead]
        faults = self.memory.faults
        seen = [(position, faults.seen(self.section, parcel)) for position, parcel in waiting]
        return faults.picked([(position, parcel) for position, parcel in seen if parcel is not None], limit)

    def _acknowledge(self, stream: str, positions: Sequence[int]) -> None:
        place = self.memory.places.get((stream, self.section))
        if place is None:
            return
        if not self.memory.faults.window:
            place.floor = max(place.floor, *positions)
            place.ahead = {position for position in place.ahead if position > place.floor}
            return
        place.ahead.update(positions)
        for position, parcel in self.memory.stream(stream).after(place.floor):
            if position not in place.ahead and self.memory.faults.seen(self.section, parcel) is not None:
                break
            place.ahead.discard(position)
            place.floor = position

    async def get(self, subjects: Sequence[str]) -> dict[str, Parcel]:
        await self.reach()
        stream = self.memory.stream(stream_of(subjects[0])) if subjects else Stream()
        found = (stream.kept[stream.under(subject)[-1]] for subject in subjects if stream.under(subject))
        return {parcel.subject: parcel for parcel in map(self._seen, found) if parcel is not None}

    async def last(self, pattern: str) -> Parcel | None:
        await self.reach()
        return next((seen for each in self.memory.stream(stream_of(pattern)).like(pattern) if (seen := self._seen(each))), None)

    async def kept(self, pattern: str) -> set[str]:
        await self.reach()
        found = self.memory.stream(stream_of(pattern)).like(pattern)
        return {parcel.subject for parcel in found if self._seen(parcel) is not None}

    def _seen(self, parcel: Parcel) -> Parcel | None:
        return self.memory.faults.seen(self.section, parcel)

    async def ask(self, section: str, question: bytes, wait: float, largest: int | None = None) -> list[Parcel]:
        await self.reach()
        answers = [answer for code, answer in self.memory.answers if code == section]
        if not answers:
            return []
        try:
            if not self.memory.faults.unanswered(section):
                return list(await answers[-1](question))
        except Exception:
            _log.exception("a question could not be answered")
        await asyncio.sleep(wait)
        return []

    async def answer(self, answer: Answer) -> None:
        await self.reach()
        self._answer = (self.section, answer)
        self.memory.answers.append(self._answer)

    _answer: tuple[str, Answer] | None = field(default=None, init=False)

    async def close(self) -> None:
        if self._answer in self.memory.answers:
            self.memory.answers.remove(self._answer)
