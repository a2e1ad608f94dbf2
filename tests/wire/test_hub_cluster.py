"""Three servers that together are one hub: losing the leading one pauses it for moments and loses nothing."""

import asyncio

from internationale.bus import LOG, Outcome, Parcel, Unreachable
from internationale.bus.nats import NatsBus
from internationale.bus.scanning import Scan, scan
from internationale.testing.clusters import cluster


async def until(deed, wanted=lambda _found: True):
    """Try until it succeeds."""
    async with asyncio.timeout(60):
        while True:
            try:
                if wanted(found := await deed()):
                    return found
            except Unreachable:
                pass
            await asyncio.sleep(0.1)


def event(number):
    return Parcel(f"intl.v1.log.fr.1.{number}", b"event %d" % number, f"key.{number}")


def test_a_cluster_outlives_its_leader(tmp_path):
    async def story(servers):
        addresses = " ".join(server.url for server in servers)
        bus = await until(lambda: NatsBus.connect(addresses, "fr"))
        await until(lambda: bus.prepare(["fr"], replicas=3))
        identity = await bus.identity()
        assert (await bus._context.stream_info(LOG)).config.num_replicas == 3
        assert await bus.publish([event(1), event(2)]) == [Outcome.STORED] * 2
        leader = (await bus._context.stream_info(LOG)).cluster.leader
        lost = next(server for server in servers if server.folder.name == leader)
        lost.kill()
        await until(lambda: bus.publish([event(3)]), lambda outcomes: Outcome.UNKNOWN not in outcomes)
        lost.start()
        assert await until(bus.identity) == identity
        expected = {event(number).subject for number in (1, 2, 3)}
        await until(lambda: bus.kept("intl.v1.log.fr.1.*"), lambda kept: kept == expected)
        seen = set()
        while seen != expected:
            batch = await until(lambda: bus.receive(LOG, 100, 2))
            seen.update(parcel.subject for parcel in batch.parcels)
            await batch.done()
        await bus.close()

    with cluster(tmp_path) as servers:
        asyncio.run(story(servers))


def test_a_scan_finds_its_consumer_wherever_in_the_cluster_it_was_made(tmp_path):
    """The answer that it was made can be here before the word of where it is."""

    async def story(servers):
        buses = [await until(lambda url=server.url: NatsBus.connect(url, "fr")) for server in servers]
        await until(lambda: buses[0].prepare(["fr"], replicas=3))
        assert await buses[0].publish([event(1), event(2)]) == [Outcome.STORED] * 2
        for _ in range(60):
            for bus in buses:
                seen = []
                reached = await scan(
                    bus._client, bus._context, Scan(LOG, 1, 2), lambda _message, place, seen=seen: seen.append(place)
                )
                assert (seen, reached) == ([1, 2], 2)
        for bus in buses:
            await bus.close()

    with cluster(tmp_path) as servers:
        asyncio.run(story(servers))
