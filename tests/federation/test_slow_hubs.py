"""A hub that answers everything in time and never comes to an end is as one that does not answer; in virtual time."""

import asyncio

import pytest

from internationale.bus import Parcel, Unreachable
from internationale.bus.ending import stop
from internationale.testing import carrying, oracle
from internationale.testing.memory import MemoryBus, MemoryHub
from internationale.testing.virtual import VirtualLoop
from internationale.worker import Worker, fence

from .living import with_hubs

HONEST, SLOW = "nats://honest", "nats://slow"
SECONDS = 4.0
"""For each answer: less than the time in which one is waited for."""


class Late(MemoryBus):
    """Of a hub that is honest, and slow."""

    async def get(self, subjects):
        await asyncio.sleep(2 * SECONDS)
        return await super().get(subjects)


class Endless(MemoryBus):
    """Names events of our log without end, and gives junk for each."""

    async def kept(self, pattern):
        return {pattern.replace("*", str(number)) for number in range(1, 100_001)} if ".log." in pattern else set()

    async def get(self, subjects):
        await asyncio.sleep(SECONDS)
        return {subject: Parcel(subject, b"x") for subject in subjects}


class Empty(Endless):
    """Names them, and has none."""

    async def get(self, subjects):
        return {}


class Listing(MemoryBus):
    """Names versions of the list of sections without end, and has none."""

    async def kept(self, pattern):
        return {pattern.replace("*", f"{number:x}") for number in range(1, 100_001)} if ".roster." in pattern else set()

    async def get(self, subjects):
        await asyncio.sleep(SECONDS)
        return {}


def joining(kinds):
    """How to reach hubs of these kinds, by address."""
    hubs = {url: MemoryHub(url) for url in kinds}

    async def connect(url, section, **_more):
        return kinds[url](hubs[url], section)

    return connect, hubs


def timed(story):
    """What the story returns, and how many virtual seconds it took."""

    async def run():
        began = asyncio.get_running_loop().time()
        return await story, asyncio.get_running_loop().time() - began

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(run())


@pytest.mark.parametrize("kind", [Endless, Listing])
def test_a_command_waits_for_it_so_long_and_asks_the_others(three, kind):
    fr = with_hubs(three[1], HONEST, SLOW)
    connect, _hubs = joining({HONEST: MemoryBus, SLOW: kind})
    reason, took = timed(fence.clear(fr, connect))
    assert reason is None
    assert took < 3 * fence.PATIENCE
    found, took = timed(fence.newest(fr, connect))
    assert found
    assert took < 3 * fence.PATIENCE


@pytest.mark.parametrize("kind", [Endless, Listing, Empty])
def test_alone_it_is_no_answer(three, kind):
    fr = with_hubs(three[1], SLOW)
    connect, _hubs = joining({SLOW: kind})
    reason, took = timed(fence.clear(fr, connect))
    assert reason == fence.NO_ANSWER
    assert took < 3 * fence.PATIENCE


@pytest.mark.parametrize("kind", [Endless, Listing])
@pytest.mark.parametrize("unjoined", [0.0, 10 * fence.PATIENCE])
def test_the_running_instance_waits_for_it_so_long_from_when_it_has_joined(three, monkeypatch, kind, unjoined):
    fr = with_hubs(three[1], HONEST, SLOW)
    connect, _hubs = joining({HONEST: MemoryBus, SLOW: kind})
    joined = fence.joined

    async def story():
        monkeypatch.setattr(fence, "joined", lambda section: not unjoined)
        worker = Worker(fr, connect)
        await worker.begin()
        running = asyncio.ensure_future(worker.run())
        await asyncio.sleep(unjoined)
        monkeypatch.setattr(fence, "joined", joined)
        await asyncio.sleep(fence.PATIENCE / 2)
        assert fr.fenced == fence.NO_ANSWER
        async with asyncio.timeout(3 * fence.PATIENCE):
            while fr.fenced is not None:
                await asyncio.sleep(1)
        await stop([running])

    timed(story())


def test_an_honest_hub_has_as_long_as_something_comes(three, say, backup):
    fr = three[1]
    connect, hubs = joining({SLOW: Late})
    restore = backup(fr)
    for number in range(200):
        say(fr, f"{number}")
    said = oracle.log(fr)

    async def sent():
        bus = MemoryBus(hubs[SLOW], "fr")
        await bus.provision()
        await carrying.settle([(fr, bus)])

    timed(sent())
    again = with_hubs(restore(), SLOW)
    reason, took = timed(fence.clear(again, connect))
    assert reason is None
    assert took > 3 * fence.PATIENCE
    assert oracle.log(again) == said
    again.close()


def test_who_names_what_it_does_not_have_has_said_nothing(three):
    fr = three[1]
    asked = []

    class Counted(Empty):
        async def get(self, subjects):
            asked.extend(subject for subject in subjects if ".log." in subject)
            return await super().get(subjects)

    async def story():
        bus = Counted(MemoryHub(), "fr")
        await bus.provision()
        with pytest.raises(Unreachable):
            await fence.look(fr, bus)

    timed(story())
    assert len(asked) == fence.FEWEST
