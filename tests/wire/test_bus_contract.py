"""One contract, every implementation: the bus over NATS and the simulated one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from internationale.bus import HEADS, LOG, PART, ROSTER, Bus, Outcome, Parcel, Unprovisioned
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.testing.memory import MemoryBus, MemoryHub

STORED, PRESENT, TAKEN, UNKNOWN = Outcome


def event(number: int, section: str = "fr", body: bytes | None = None) -> Parcel:
    return Parcel(f"intl.v1.log.{section}.1.{number}", body or b"event %d" % number, f"key.{number}")


@pytest.fixture(params=["nats", "memory"])
def connect(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """``async with connect("fr") as bus``; all connections of a test lead to the same hub."""
    if request.param == "nats":
        hub: HubProcess = request.getfixturevalue("hub")
        return lambda section, provisioned=True: over_nats(hub, section, provisioned)
    memory = MemoryHub()
    return lambda section, provisioned=True: in_memory(memory, section, provisioned)


@asynccontextmanager
async def over_nats(hub: HubProcess, section: str, provisioned: bool) -> AsyncIterator[Bus]:
    bus = await NatsBus.connect(hub.url, section)
    try:
        if provisioned:
            await bus.provision()
        yield bus
    finally:
        await bus.close()


@asynccontextmanager
async def in_memory(memory: MemoryHub, section: str, provisioned: bool) -> AsyncIterator[Bus]:
    bus = MemoryBus(memory, section)
    try:
        if provisioned:
            await bus.provision()
        yield bus
    finally:
        await bus.close()


async def everything(bus: Bus, stream: str = LOG) -> list[Parcel]:
    found: list[Parcel] = []
    while batch := await bus.receive(stream, 100, 1):
        if not batch.parcels:
            return found
        found += batch.parcels
        await batch.done()
    return found


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_one_is_stored_and_delivered_as_it_was(connect):
    async def story():
        async with connect("fr") as fr, connect("ar") as ar:
            assert await fr.publish([event(1)]) == [STORED]
            assert await everything(ar) == [event(1)]
            assert await everything(ar) == []
            assert (await ar.receive(LOG, 9, 0)).parcels == []
            assert (await fr.receive(LOG, 9, 0)).parcels == [event(1)]
            assert await everything(fr) == [event(1)]

    run(story())


def test_many_are_delivered_in_order(connect):
    async def story():
        async with connect("fr") as fr, connect("ar") as ar:
            events = [event(number) for number in range(1, 1300)]
            assert await fr.publish(events) == [STORED] * 1299
            assert await everything(ar) == events

    run(story())


def test_large_ones_go_in_several_batches(connect):
    async def story():
        async with connect("fr") as fr, connect("ar") as ar:
            events = [event(number, body=bytes([number]) * 256 * 1024) for number in range(1, 41)]
            assert await fr.publish(events) == [STORED] * 40
            assert await everything(ar) == events
            assert await fr.get([parcel.subject for parcel in events]) == {parcel.subject: parcel for parcel in events}

    run(story())


def test_the_same_again_is_present_and_another_is_taken(connect):
    async def story():
        async with connect("fr") as fr, connect("ar") as ar:
            await fr.publish([event(1), event(2)])
            assert await fr.publish([event(1)]) == [PRESENT]
            assert await fr.publish([event(2, body=b"other")]) == [TAKEN]
            again = [event(1), event(2, body=b"other"), event(3), event(4)]
            assert await fr.publish(again) == [PRESENT, TAKEN, STORED, STORED]
            assert await everything(ar) == [event(1), event(2), event(3), event(4)]

    run(story())


def test_what_the_hub_does_not_store_ends_nothing_but_what_follows_it(connect):
    async def story():
        async with connect("fr") as fr:
            large = event(2, body=bytes(400 * 1024))
            assert await fr.publish([large]) == [UNKNOWN]
            assert await fr.publish([event(1), large, event(3)]) == [STORED, UNKNOWN, UNKNOWN]
            assert await fr.publish([event(2), event(3)]) == [STORED, STORED]
            assert await everything(fr) == [event(1), event(2), event(3)]

    run(story())


def test_what_is_not_done_comes_again(connect):
    async def story():
        async with connect("fr") as fr, connect("ar") as ar:
            await fr.publish([event(1), event(2)])
            first = await ar.receive(LOG, 1, 1)
            await first.done()
            assert (await ar.receive(LOG, 10, 1)).parcels == [event(2)]
            await fr.publish([event(3)])
            assert await everything(ar) == [event(2), event(3)]

    run(story())


def test_what_a_dead_process_had_in_hand_comes_again(connect):
    async def story():
        async with connect("fr") as fr:
            await fr.publish([event(number) for number in range(1, 6)])
            async with connect("ar") as dead:
                assert (await dead.receive(LOG, 3, 1)).parcels == [event(1), event(2), event(3)]
            async with connect("ar") as ar:
                await fr.publish([event(6)])
                assert await everything(ar) == [event(number) for number in range(1, 7)]
            async with connect("ar") as ar:
                assert await everything(ar) == []

    run(story())


def test_waiting_ends_with_what_comes(connect):
    async def story():
        async with connect("fr") as fr, connect("ar") as ar:
            waiting = asyncio.create_task(ar.receive(LOG, 256, 30))
            await asyncio.sleep(0.05)
            await fr.publish([event(1)])
            assert (await asyncio.wait_for(waiting, 20)).parcels == [event(1)]

    run(story())


def test_one_stream_does_not_disturb_another(connect):
    async def story():
        heads = [Parcel("intl.v1.heads.fr", b"heads %d" % number, "key.x") for number in range(20)]
        roster = Parcel("intl.v1.roster.ic.v1", b"roster", "a.1,b.2")
        part = Parcel(f"intl.v1.part.fr.{'0' * 64}", b"part")
        async with connect("fr") as fr, connect("ar") as ar:
            for parcel in (*heads, roster, part, event(1)):
                assert await fr.publish([parcel]) == [STORED]
            assert await everything(ar, HEADS) == heads[4:]
            assert await everything(ar, ROSTER) == [roster]
            assert await everything(ar, LOG) == [event(1)]
            assert await ar.get([part.subject]) == {part.subject: part}
            assert await fr.publish([part, part]) == [PRESENT, PRESENT]
            with pytest.raises(Unprovisioned):
                await ar.receive(PART, 1, 0.05)

    run(story())


def test_get_and_last(connect):
    async def story():
        async with connect("fr") as fr, connect("ar") as ar:
            await fr.publish([event(number) for number in range(1, 300)])
            await ar.publish([event(1, "ar")])
            subjects = [event(number).subject for number in (7, 250, 299, 300)]
            assert await ar.get(subjects) == {event(number).subject: event(number) for number in (7, 250, 299)}
            assert await ar.get([event(400).subject]) == {}
            assert await ar.get([]) == {}
            assert await ar.last("intl.v1.log.fr.1.*") == event(299)
            assert await ar.last("intl.v1.log.fr.2.*") is None
            assert await ar.kept("intl.v1.log.fr.1.*") == {event(number).subject for number in range(1, 300)}
            assert await ar.kept("intl.v1.log.fr.2.*") == set()

    run(story())


def test_seeds_are_replaced_and_pieces_of_attachments_are_not(connect):
    async def story():
        async with connect("fr") as fr, connect("ar") as ar:
            seed, piece = "intl.v1.seed.fr.de.1.7", f"intl.v1.blob.fr.{'0' * 64}.1"
            for body in (b"one", b"two"):
                assert await fr.publish([Parcel(seed, body, "key.7")]) == [STORED]
            assert await ar.kept("intl.v1.seed.*.de.1.*") == {seed}
            assert await ar.last("intl.v1.seed.*.de.1.7") == Parcel(seed, b"two", "key.7")
            whole = bytes(512 * 1024)
            assert await fr.publish([Parcel(piece, whole)]) == [STORED]
            assert await fr.publish([Parcel(piece, whole)]) == [PRESENT]
            assert await fr.publish([Parcel(piece, b"another")]) == [TAKEN]
            assert await ar.get([piece]) == {piece: Parcel(piece, whole)}

    run(story())


def test_a_hub_without_streams_says_so(connect):
    async def story():
        async with connect("fr", provisioned=False) as fr:
            with pytest.raises(Unprovisioned):
                await fr.identity()
            with pytest.raises(Unprovisioned):
                await fr.receive(LOG, 1, 0.05)
            with pytest.raises(Unprovisioned):
                await fr.publish([event(1)])
            with pytest.raises(Unprovisioned):
                await fr.publish([event(1), event(2)])
            with pytest.raises(Unprovisioned):
                await fr.get([event(1).subject])
            with pytest.raises(Unprovisioned):
                await fr.last(event(1).subject)

    run(story())


def test_identity_is_the_stores(connect):
    async def story():
        async with connect("fr") as fr, connect("ar") as ar:
            assert await fr.identity() == await ar.identity()
            before = await fr.identity()
            await fr.provision()
            assert await fr.identity() == before

    run(story())


def test_questions_are_answered(connect):
    async def story():
        async def answer(question: bytes) -> list[Parcel]:
            return [event(1, body=question), event(2)]

        async with connect("fr") as fr, connect("ar") as ar:
            assert await ar.ask("fr", b"?", 0.05) == []
            await fr.answer(answer)
            assert await ar.ask("fr", b"what?", 5) == [event(1, body=b"what?"), event(2)]

    run(story())
