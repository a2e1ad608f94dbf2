"""A hub inside the process, for simulating faults. It passes the same contract tests as NATS and is never in the product."""

import asyncio
import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, field

from internationale.bus import HEADS, LOG, PART, PROOF, ROSTER, Answer, Batch, Outcome, Parcel, Unprovisioned
from internationale.bus.streams import stream_of

_KEPT = {LOG: 1, ROSTER: 1, PART: 1, PROOF: 1, HEADS: 16}
"""How many messages of one subject a stream keeps; where it is one, the first stays, otherwise the last."""


@dataclass
class MemoryHub:
    """What a hub stores: streams of parcels by position, and how far each consumer has acknowledged."""

    streams: dict[str, dict[int, Parcel]] = field(default_factory=dict)
    acknowledged: dict[tuple[str, str], int] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    made: int = 0
    last: int = 0

    def wipe(self) -> None:
        """The disk is lost."""
        self.streams.clear()
        self.acknowledged.clear()

    def stream(self, name: str) -> dict[int, Parcel]:
        try:
            return self.streams[name]
        except KeyError:
            raise Unprovisioned(name) from None


@dataclass
class MemoryBus:
    """One section's connection to a ``MemoryHub``."""

    memory: MemoryHub
    section: str

    @property
    def hub(self) -> str:
        return "memory"

    async def identity(self) -> str:
        self.memory.stream(LOG)
        return f"memory {self.memory.made}"

    async def provision(self) -> None:
        if not self.memory.streams:
            self.memory.made += 1
            self.memory.streams = {name: {} for name in _KEPT}
        for name in (LOG, HEADS, ROSTER, PROOF):
            self.memory.acknowledged.setdefault((name, self.section), 0)

    async def publish(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        outcomes = [self._store(parcel) for parcel in parcels]
        async with self.memory.news:
            self.memory.news.notify_all()
        return outcomes

    def _store(self, parcel: Parcel) -> Outcome:
        name = stream_of(parcel.subject)
        kept = self.memory.stream(name)
        before = [position for position, other in kept.items() if other.subject == parcel.subject]
        if before and _KEPT[name] == 1:
            return Outcome.PRESENT if kept[before[0]].body == parcel.body else Outcome.TAKEN
        if len(before) == _KEPT[name]:
            del kept[before[0]]
        self.memory.last += 1
        kept[self.memory.last] = parcel
        return Outcome.STORED

    async def receive(self, stream: str, limit: int, wait: float) -> Batch:
        found = self._after(stream, limit)
        if not found and wait:
            try:
                async with asyncio.timeout(wait), self.memory.news:
                    await self.memory.news.wait_for(lambda: self._after(stream, 1))
            except TimeoutError:
                pass
            found = self._after(stream, limit)

        async def done() -> None:
            if found:
                self.memory.acknowledged[stream, self.section] = max(found)

        return Batch(list(found.values()), done)

    def _after(self, stream: str, limit: int) -> dict[int, Parcel]:
        kept = self.memory.stream(stream)
        if (stream, self.section) not in self.memory.acknowledged:
            raise Unprovisioned(self.section)
        floor = self.memory.acknowledged[stream, self.section]
        return dict([(position, parcel) for position, parcel in sorted(kept.items()) if position > floor][:limit])

    async def get(self, subjects: Sequence[str]) -> dict[str, Parcel]:
        kept = self.memory.stream(stream_of(subjects[0])) if subjects else {}
        return {parcel.subject: parcel for parcel in kept.values() if parcel.subject in subjects}

    async def last(self, pattern: str) -> Parcel | None:
        kept = self.memory.stream(stream_of(pattern)).values()
        return next((parcel for parcel in reversed(kept) if fnmatch.fnmatchcase(parcel.subject, pattern)), None)

    async def kept(self, pattern: str) -> set[str]:
        kept = self.memory.stream(stream_of(pattern)).values()
        return {parcel.subject for parcel in kept if fnmatch.fnmatchcase(parcel.subject, pattern)}

    async def ask(self, section: str, question: bytes, wait: float) -> list[Parcel]:
        answer = self.memory.answers.get(section)
        return list(await answer(question)) if answer else []

    async def answer(self, answer: Answer) -> None:
        self.memory.answers[self.section] = answer

    async def close(self) -> None:
        self.memory.answers.pop(self.section, None)
