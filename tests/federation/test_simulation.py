"""Many things going wrong in every order, over the simulated hub, with a seed that repeats them. At the end all heals."""

import asyncio
import random

import pytest

from internationale.bus import HEADS, LOG, PART, Parcel, Unreachable
from internationale.testing import oracle
from internationale.testing.carrying import settle, step
from internationale.testing.memory import MemoryBus, MemoryHub
from internationale.worker.mending import answer_others


class Chaos:
    """Three sections and a hub that does what a seed says."""

    def __init__(self, seed, sections, say):
        self.chance = random.Random(seed)
        self.hub = MemoryHub()
        self.pairs = [(section, MemoryBus(self.hub, section.code)) for section in sections]
        self.say = say
        self.said = []
        self.deeds = [self.speak, self.speak, self.answer, self.work, self.work, self.work]
        self.faults = [self.lose, self.wipe, self.again, self.forge, self.shuffle]

    async def provision(self):
        for _section, bus in self.pairs:
            await bus.provision()

    async def speak(self):
        section, _bus = self.chance.choice(self.pairs)
        parts = (self.chance.randbytes(50),) if self.chance.random() < 0.3 else ()
        self.said.append((section.code, self.say(section, f"note {len(self.said)}", parts=parts)))

    async def answer(self):
        section, _bus = self.chance.choice(self.pairs)
        known = oracle.log(section)
        heard = [ref for _code, ref in self.said if ref.event_id in known and self.applied(section, ref)]
        if heard:
            ref = self.say(section, "answer", self.chance.choice(heard))
            self.said.append((section.code, ref))

    def applied(self, section, ref):
        return any(row[:2] == (ref.section, ref.sequence) for row in oracle.rows(section)["notes_note"])

    async def work(self):
        section, bus = self.chance.choice(self.pairs)
        try:
            await step(section, bus)
        except Unreachable:
            await self.provision()

    async def lose(self):
        kept = self.hub.streams[self.chance.choice([LOG, PART, HEADS])]
        for position in [position for position in kept if self.chance.random() < 0.3]:
            del kept[position]

    async def wipe(self):
        if self.chance.random() < 0.3:
            self.hub.wipe()
            await self.provision()

    async def again(self):
        for consumer, position in self.hub.acknowledged.items():
            self.hub.acknowledged[consumer] = self.chance.randint(0, position)

    async def forge(self):
        code = self.chance.choice(["ic", "fr", "ar"])
        subject = f"intl.v1.log.{code}.1.{self.chance.randint(1, 40)}"
        _section, bus = self.chance.choice(self.pairs)
        await bus.publish([Parcel(subject, self.chance.randbytes(80), "0123456789abcdef.AAAA")])

    async def shuffle(self):
        kept = self.hub.streams[LOG]
        parcels = list(kept.values())
        self.chance.shuffle(parcels)
        self.hub.streams[LOG] = dict(zip(list(kept), parcels, strict=True))

    async def live(self, deeds):
        await self.provision()
        for section, bus in self.pairs:
            await answer_others(section, bus)
        for _ in range(deeds):
            await self.chance.choice(self.deeds)()
            if self.chance.random() < 0.25:
                await self.chance.choice(self.faults)()
        await self.provision()
        for _ in range(3):  # what a hub lost is found by the audit, and what was lost with it by the heads
            await settle(self.pairs)


@pytest.mark.parametrize("seed", range(6))
def test_chaos(three, say, seed):
    chaos = Chaos(seed, three, say)
    asyncio.run(chaos.live(60))
    for section in three:
        oracle.verify(section)
        oracle.replayed(section)
        assert {reason for _subject, reason in oracle.quarantined(section)} <= {"unknown_key"}
    assert oracle.log(three[0]) == oracle.log(three[1]) == oracle.log(three[2])
    assert oracle.rows(three[0]) == oracle.rows(three[1]) == oracle.rows(three[2])
    assert sorted(oracle.log(three[0])) == sorted(ref.event_id for _code, ref in chaos.said)
    assert len(oracle.rows(three[0])["notes_note"]) == len(chaos.said)
