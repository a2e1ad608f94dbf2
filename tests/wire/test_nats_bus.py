"""What only the real server can show: options really applied, restarts, wiping, hostile headers."""

import asyncio
import contextlib
import itertools
import logging
import secrets
import shutil
import time
from urllib.parse import urlparse

import nats
import pytest
from nats.aio.client import Server
from nats.js.api import AckPolicy, DiscardPolicy, StoreCompression, StreamSource

from internationale.bus import HEADS, LOG, PART, ROSTER, Outcome, Parcel, Unprovisioned, Unreachable, streams
from internationale.bus.connecting import following
from internationale.bus.listening import Inboxes
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess

STORED = Outcome.STORED


def event(number: int, section: str = "fr") -> Parcel:
    return Parcel(f"intl.v1.log.{section}.1.{number}", b"event %d" % number, f"key.{number}")


def with_bus(hub, story, section="fr"):
    async def run():
        bus = await NatsBus.connect(hub.url, section)
        try:
            await bus.provision()
            await story(bus)
        finally:
            await bus.close()

    asyncio.run(run())


async def settings_of(hub, stream):
    client = await nats.connect(hub.url)
    try:
        return (await client.jetstream().stream_info(stream)).config
    finally:
        await client.close()


def test_every_option_is_applied(hub):
    async def story(bus):
        found = {name: await settings_of(hub, name) for name in streams.CONFIGURATIONS}
        for name, wanted in streams.CONFIGURATIONS.items():
            assert streams.differences(wanted, found[name]) == {}
        log = found[LOG]
        assert (log.subjects, log.max_msgs_per_subject, log.discard, log.discard_new_per_subject) == (
            ["intl.v1.log.*.*.*"],
            1,
            DiscardPolicy.NEW,
            True,
        )
        assert (log.allow_direct, log.allow_atomic, log.deny_delete, log.deny_purge) == (True, True, True, False)
        assert (log.max_msg_size, log.max_age, log.compression) == (300 * 1024, 0, StoreCompression.S2)
        assert (found[HEADS].max_msgs_per_subject, found[HEADS].discard) == (16, DiscardPolicy.OLD)
        assert (found[ROSTER].max_msgs_per_subject, found[PART].deny_delete) == (1, False)

    with_bus(hub, story)


def test_provisioning_again_changes_nothing_and_mends_what_was_changed(hub):
    async def story(bus):
        await bus.publish([event(1)])
        before = await bus.identity()
        client = await nats.connect(hub.url)
        spoiled = (await client.jetstream().stream_info(HEADS)).config.evolve(max_msgs_per_subject=2)
        await client.jetstream().update_stream(spoiled)
        await client.close()
        await bus.provision()
        assert await bus.identity() == before
        assert (await settings_of(hub, HEADS)).max_msgs_per_subject == 16
        assert await bus.last("intl.v1.log.fr.1.*") == event(1)

    with_bus(hub, story)


def test_the_consumer_never_gives_up(hub):
    async def story(bus):
        client = await nats.connect(hub.url)
        found = [(await client.jetstream().consumer_info(name, "fr")).config for name in streams.DELIVERED]
        await client.close()
        assert {(one.ack_policy, one.max_deliver, one.ack_wait, one.max_ack_pending) for one in found} == {
            (AckPolicy.ALL, -1, 30, 1024)
        }

    with_bus(hub, story)


def test_a_restart_of_the_hub_in_the_middle_of_waiting(hub):
    async def story(bus):
        await bus.publish([event(number) for number in range(1, 6)])
        assert len((await bus.receive(LOG, 3, 5)).parcels) == 3
        hub.kill()
        hub.start()
        seen = set()
        async with asyncio.timeout(30):
            while len(seen) < 6:
                try:
                    batch = await bus.receive(LOG, 256, 20)
                    seen.update(parcel.subject for parcel in batch.parcels)
                    await batch.done()
                    await bus.publish([event(6)])
                except Unreachable:
                    await asyncio.sleep(0.05)
        assert seen == {event(number).subject for number in range(1, 7)}

    with_bus(hub, story)


def test_a_fetch_under_way_over_a_restart_does_not_wait_in_vain(hub):
    async def story(bus):
        waiting = asyncio.create_task(bus.receive(LOG, 256, 300))
        await asyncio.sleep(0.1)
        hub.kill()
        hub.start()
        async with asyncio.timeout(60):
            with contextlib.suppress(Unreachable):
                assert (await waiting).parcels == []

    with_bus(hub, story)


@pytest.mark.parametrize("lost", [range(1, 4), range(4, 7)], ids=["the first", "some in the middle"])
def test_what_was_lost_on_a_connection_that_came_back_comes_again(hub, monkeypatch, lost):
    """The library has listened anew by then, and tells of it later than the rest has come: only their numbers tell."""
    put, came = Inboxes.put, itertools.count(1)

    async def losing(inboxes, message):
        if not message.reply.startswith("$JS.ACK") or next(came) not in lost:
            await put(inboxes, message)

    async def story(bus):
        writer = await NatsBus.connect(hub.url, "ar")
        await writer.publish([event(number, "ar") for number in range(1, 11)])
        monkeypatch.setattr(Inboxes, "put", losing)
        seen = []
        for number in range(4):
            batch = await bus.receive(LOG, 256, 0.3)
            if not number:
                bus._interrupt()
            seen += batch.parcels
            await batch.done()
            await asyncio.sleep(0.1)  # the server has moved the place on
        assert {parcel.subject for parcel in seen} == {event(number, "ar").subject for number in range(1, 11)}
        await writer.close()

    with_bus(hub, story)


def test_what_comes_after_requests_that_ended_in_vain_comes_at_once(hub):
    """The word that a request is over may come late: it must not be taken for the end of the next one."""

    async def story(bus):
        writer, number, slowest = await NatsBus.connect(hub.url, "ar"), 0, 0.0
        for _ in range(5):
            for _ in range(2):
                assert (await bus.receive(LOG, 256, 0.03)).parcels == []
            for _ in range(2):
                number += 1
                waiting = asyncio.create_task(bus.receive(LOG, 256, 3))
                await asyncio.sleep(0.01)
                began = time.monotonic()
                await writer.publish([event(number, "ar")])
                await (await waiting).done()
                slowest = max(slowest, time.monotonic() - began)
        await writer.close()
        assert slowest < 1

    with_bus(hub, story)


def test_publishing_while_the_hub_is_away_is_unknown_and_can_be_repeated(hub):
    async def story(bus):
        hub.kill()
        assert await bus.publish([event(1)]) == [Outcome.UNKNOWN]
        assert await bus.publish([event(1), event(2)]) == [Outcome.UNKNOWN, Outcome.UNKNOWN]
        hub.start()
        async with asyncio.timeout(30):
            while Outcome.UNKNOWN in (outcomes := await bus.publish([event(1), event(2)])):
                await asyncio.sleep(0.05)
        assert set(outcomes) <= {STORED, Outcome.PRESENT}

    with_bus(hub, story)


def test_a_wiped_hub_is_another_store(hub):
    async def story(bus):
        await bus.publish([event(1)])
        before = await bus.identity()
        hub.stop()
        shutil.rmtree(hub.folder / "store")
        hub.start()
        async with asyncio.timeout(30):
            while True:
                try:
                    await bus.identity()
                except Unprovisioned:
                    break
                except Unreachable:
                    await asyncio.sleep(0.05)
        with pytest.raises(Unprovisioned):
            await bus.receive(LOG, 1, 1)
        with pytest.raises(Unprovisioned):
            await bus.publish([event(2)])
        await bus.provision()
        assert await bus.identity() != before
        assert await bus.publish([event(1), event(2)]) == [STORED, STORED]
        assert [parcel.subject for parcel in (await bus.receive(LOG, 9, 5)).parcels] == [event(1).subject, event(2).subject]

    with_bus(hub, story)


def test_nobody_at_the_address():
    with pytest.raises(Unreachable):
        asyncio.run(NatsBus.connect("nats://127.0.0.1:1", "fr"))


def test_hostile_headers_are_no_signature(hub):
    async def story(bus):
        client = await nats.connect(hub.url)
        context = client.jetstream()
        await context.publish(event(1).subject, b"x", headers={"Intl-Sig": "clé.é"})
        await context.publish(event(2).subject, b"x", headers={"Intl-Sig": ""})
        await context.publish(event(3).subject, b"x")
        await context.publish(event(4).subject, b"", headers={"Intl-Sig": "key.4"})
        await client.close()
        batch = await bus.receive(LOG, 9, 5)
        assert [parcel.signature for parcel in batch.parcels] == ["", "", "", "key.4"]
        assert await bus.last(event(1).subject) == Parcel(event(1).subject, b"x")

    with_bus(hub, story)


def test_a_full_hub_leaves_it_unknown(hub):
    async def story(bus):
        client = await nats.connect(hub.url)
        full = (await client.jetstream().stream_info(LOG)).config.evolve(max_msgs=2)
        await client.jetstream().update_stream(full)
        await client.close()
        assert await bus.publish([event(1)]) == [STORED]
        assert await bus.publish([event(1), event(2), event(3)]) == [Outcome.PRESENT, STORED, Outcome.UNKNOWN]

    with_bus(hub, story)


def test_a_hub_without_room_leaves_it_unknown_and_still_answers(tmp_path):
    async def story(bus):
        sent = []
        while Outcome.UNKNOWN not in sent:
            assert len(sent) < 100
            sent += await bus.publish([Parcel(f"intl.v1.log.fr.1.{len(sent) + 1}", secrets.token_bytes(250_000), "k.1")])
        assert sent == [STORED] * (len(sent) - 1) + [Outcome.UNKNOWN]
        assert await bus.publish([event(number) for number in (200, 201)]) == [Outcome.UNKNOWN] * 2
        assert len(await bus.kept("intl.v1.log.fr.1.*")) == len(sent) - 1
        assert len((await bus.receive(LOG, 3, 1)).parcels) == 3

    with HubProcess(tmp_path / "hub", largest="10MB") as small:
        with_bus(small, story)


def test_a_hub_that_is_away_is_mentioned_once_and_asked_ever_more_rarely(hub, caplog):
    caplog.set_level(logging.DEBUG, "internationale.bus.connecting")

    def told(level):
        return [record for record in caplog.records if record.levelno == level]

    async def story(bus):
        for times in (1, 2):
            caplog.clear()
            hub.kill()
            async with asyncio.timeout(30):
                while len(told(logging.DEBUG)) < 3:
                    await asyncio.sleep(0.05)
            hub.start()
            async with asyncio.timeout(30):
                while not told(logging.INFO):
                    await asyncio.sleep(0.05)
            assert (len(told(logging.WARNING)), len(told(logging.INFO))) == (1, 1)
            assert await bus.publish([event(times)]) == [STORED]

    with_bus(hub, story)
    attempts = [following([Server(urlparse(hub.url), number)], {})[1] for number in (0, 1, 2, 5, 1000)]
    assert attempts == [0.2, 0.4, 0.8, 3, 3]
    fresh, tired = Server(urlparse("nats://a:1")), Server(urlparse("nats://b:1"), 4)
    assert following([tired, fresh], {}) == (fresh, 0.2)


def test_mirrors_stay_as_they_were_made(hub):
    """At a leaf node the streams are its operator's: a section uses them, and changes nothing."""

    async def story():
        client = await nats.connect(hub.url)
        for name, wanted in streams.CONFIGURATIONS.items():
            await client.jetstream().add_stream(wanted.evolve(name=f"OF_{name}"))
            mirror = wanted.evolve(name=name, subjects=None, allow_atomic=None, mirror=StreamSource(name=f"OF_{name}"))
            await client.jetstream().add_stream(mirror)
        await client.close()
        bus = await NatsBus.connect(hub.url, "fr")
        await bus.provision()
        assert await bus.publish([event(1), event(2)]) == [STORED, STORED]
        copied: list[bytes] = []
        async with asyncio.timeout(30):
            while len(copied) < 2:  # a mirror copies after the answer, one by one
                batch = await bus.receive(LOG, 10, 5)
                copied += [parcel.body for parcel in batch.parcels]
                await batch.done()
        assert copied == [b"event 1", b"event 2"]
        await bus.close()
        assert (await settings_of(hub, LOG)).mirror.name == f"OF_{LOG}"

    asyncio.run(story())
