"""Counting what each section holds at a hub, and cutting who floods it, with the real server."""

import asyncio
import contextlib
import itertools
import secrets
from contextlib import asynccontextmanager

import nats
import pytest
from nats.js.errors import NotFoundError

from internationale.bus import (
    BLOB,
    LOG,
    PART,
    SEED,
    NotAllowed,
    Outcome,
    Parcel,
    Unprovisioned,
    overrunning,
    promising,
    scanning,
    shares,
    streams,
    users,
    weighing,
)
from internationale.bus.nats import NatsBus
from internationale.bus.overrunning import Overrunning
from internationale.bus.server import HubProcess
from internationale.bus.weighing import Scales
from internationale.events.nkey import Nkey

ADMIN, FR, DE = (Nkey.generate() for _ in range(3))
CODES = ("fr", "de")
MIB = 1024 * 1024
LARGEST = 256 * MIB


@pytest.fixture
def hub(tmp_path):
    """A hub of 256 MiB for ``fr`` and ``de``, prepared."""
    folder = tmp_path / "hub"
    folder.mkdir()
    (folder / "users.conf").write_text(text())
    with HubProcess(folder, users="users.conf", largest=str(LARGEST)) as process:
        asyncio.run(prepare(process))
        yield process


def text(**cut):
    known = [users.Member(code, nkey.public, cut=frozenset(cut.get(code, ()))) for code, nkey in (("fr", FR), ("de", DE))]
    return users.text(ADMIN.public, known)


async def prepare(hub):
    async with signed_in(hub, "administrator", ADMIN) as bus:
        await bus.prepare(CODES)


@asynccontextmanager
async def signed_in(hub, section, nkey):
    bus = await NatsBus.connect(hub.url, section, nkey=nkey)
    try:
        yield bus
    finally:
        await bus.close()


@asynccontextmanager
async def administering(hub):
    client = await nats.connect(hub.url, nkeys_seed_str=ADMIN.seed)
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def look(scales, hub, seconds=30):
    await scales.look(hub.url, ADMIN, None, seconds)
    return {room.kind: room for room in scales.rooms()}


def log(section, first, count, size=1000):
    return [Parcel(f"intl.v1.log.{section}.1.{first + number}", secrets.token_bytes(size), "k.1") for number in range(count)]


async def bytes_of(hub, *names):
    async with administering(hub) as context:
        return sum([(await context.stream_info(name)).state.bytes for name in names])


def test_what_each_holds_is_what_the_server_keeps_of_it(hub):
    """To the byte: alone and in batches, with headers, without, with garbage for them, what came meanwhile, after a restart."""

    async def story():
        scales = Scales()
        async with signed_in(hub, "fr", FR) as fr, signed_in(hub, "de", DE) as de:
            await fr.publish(log("fr", 1, 700))
            alone = await bytes_of(hub, LOG)
            assert (await look(scales, hub))["log"].held == {"fr": alone}
            await de.publish([Parcel(f"intl.v1.part.de.{'0' * 64}", b"x" * 5000)])
            await de.publish(log("de", 1, 1))
            raw = await nats.connect(hub.url, nkeys_seed_str=DE.seed, inbox_prefix="_INBOX_de")
            await raw.publish("intl.v1.log.de.1.2", b"", headers={"a": "b" * 20000, "Nats-Msg-Size": "1", "Weight": "2"})
            for number in range(100):
                await raw.publish(f"intl.v1.log.de.1.{number + 3}", b"x", headers={f"{n}": "y" for n in range(100)})
            for number, block in enumerate(
                (b"NATS/1.0\r\n\r\n", b"NATS/1.0\r\na: b", b"\r\n" * 9, b"x" * 99, b"Weight: 1\r\n\r\n")
            ):
                head = f"HPUB intl.v1.log.de.2.{number} {len(block)} {len(block) + 1000}\r\n".encode()
                await raw._send_command(head + block + b"y" * 1000 + b"\r\n")
            await raw.flush()
            await raw.close()
            async with asyncio.timeout(10):
                while len(await fr.kept("intl.v1.log.de.2.*")) < 5:
                    await asyncio.sleep(0.05)
            whole = await bytes_of(hub, LOG, PART)
            rooms = await look(scales, hub)
            assert rooms["log"].held == {"fr": alone, "de": whole - alone}
            assert (rooms["log"].used, rooms["log"].whole) == (whole, True)
            assert {room.kind: room for room in scales.rooms()} == await look(Scales(), hub) == rooms

    asyncio.run(story())


def test_a_look_that_takes_too_long_goes_on_another_time(hub, monkeypatch):
    monkeypatch.setattr(scanning, "AT_ONCE", 100)

    async def story():
        scales = Scales()
        async with signed_in(hub, "fr", FR) as fr:
            await fr.publish(log("fr", 1, 500))
        whole, looks, room = await bytes_of(hub, LOG), 0, None
        while room is None or not room.whole:
            before = sum(room.held.values()) if room else -1
            room = (await look(scales, hub, 0.002))["log"]
            looks += 1
            assert before <= sum(room.held.values()) <= whole
            assert looks < 1000
        assert room.held == {"fr": whole}

    asyncio.run(story())


def test_what_went_is_not_held(hub, monkeypatch):
    """Put out by what is newer, or purged by who looks after the hub; where there is room, it is not looked at again."""
    monkeypatch.setattr(weighing, "AGAIN", 0.0)

    async def story():
        scales = Scales()
        async with administering(hub) as context, signed_in(hub, "fr", FR) as fr, signed_in(hub, "de", DE) as de:
            await limit(context, SEED, MIB)
            for bus, name, count in ((fr, "fr", 900), (de, "de", 500), (de, "de", 0)):
                for first in range(0, count, 100):
                    await bus.publish([Parcel(f"intl.v1.seed.{name}.gr.1.{first + n}", b"x" * 1000) for n in range(100)])
                await look(scales, hub)
            for _again in range(2):
                room = (await look(scales, hub)).get("seed")
            assert room is not None
            assert sum(room.held.values()) == room.used == await bytes_of(hub, SEED) <= MIB
            assert room.held["de"] > room.held["fr"] > 0
            await fr.publish(log("fr", 1, 100))
            await look(scales, hub)
            await context.purge_stream(LOG, subject="intl.v1.log.fr.1.5*".replace("5*", "50"))
            rooms = {}
            for _again in range(2):
                rooms = await look(scales, hub)
            assert rooms["log"].held["fr"] == rooms["log"].used == await bytes_of(hub, LOG)

    asyncio.run(story())


async def limit(context, stream, size):
    await context.update_stream((await context.stream_info(stream)).config.evolve(max_bytes=size))


def test_how_much_room_a_hub_has_left(hub):
    """What has no limit of its own: what the server has, without what it has promised; and nothing is left behind."""

    async def story():
        async with administering(hub) as context:
            promised = sum(info.config.max_bytes for info in await context.streams_info() if info.config.max_bytes > 0)
            free = LARGEST - promised
            assert free * 0.97 <= await promising.left(context) <= free
            with pytest.raises(NotFoundError):
                await context.stream_info(promising.NAME)
            several = await asyncio.gather(*(promising.left(context) for _ in range(5)))
            assert len(set(several)) == 1, "who asks at the same time waits for the other"
            rooms = await look(Scales(), hub)
            assert rooms["log"].limit == rooms["blob"].limit == await promising.left(context) // 2
            assert rooms["seed"].limit == (await context.stream_info(SEED)).config.max_bytes
            await limit(context, BLOB, 10 * MIB)
            rooms = await look(Scales(), hub)
            assert rooms["blob"].limit == 10 * MIB
            assert rooms["log"].limit == await promising.left(context)

    asyncio.run(story())


def test_a_limit_puts_out_nothing_that_has_room(tmp_path):
    """At a hub that sections have used before anybody looked after it."""
    carried = [Parcel(f"intl.v1.roster.fr.v{number}", b"x" * 250_000, "k.1") for number in range(20)]

    async def story(hub):
        bus = await NatsBus.connect(hub.url, "fr")
        await bus.provision()
        assert [await bus.publish([each]) for each in carried] == [[Outcome.STORED]] * 20
        await bus.prepare(["fr"])
        assert await bus.kept("intl.v1.roster.fr.*") == {each.subject for each in carried}
        await bus.close()

    with HubProcess(tmp_path / "hub", largest=str(LARGEST)) as hub:
        asyncio.run(story(hub))


ADDED = {
    "log": ("intl.v1.log.fr.1.1", f"intl.v1.part.fr.{'0' * 64}"),
    "blob": (f"intl.v1.blob.fr.{'0' * 64}.0",),
    "seed": ("intl.v1.seed.fr.de.1.1",),
    "roster": ("intl.v1.roster.fr.v1",),
    "proof": (f"intl.v1.proof.fr.de.1.1-{'0' * 16}",),
}


@pytest.mark.parametrize("kind", shares.KINDS)
def test_who_is_cut_may_do_everything_else(hub, kind):
    """It reads all, says the rest, and its heads; nobody else notices; and the file of users says it to who reads it."""
    (hub.folder / "users.conf").write_text(written := text(fr=[kind]))
    assert users.cut(written) == {kind: {"fr"}}
    assert users.cut(text()) == {}

    async def story():
        async with signed_in(hub, "fr", FR) as fr, signed_in(hub, "de", DE) as de:
            await de.publish(log("de", 1, 1))
            hub.reload()
            await asyncio.sleep(0.5)
            for each, subjects in (*ADDED.items(), ("heads", ("intl.v1.heads.fr",))):
                for subject in subjects:
                    if each == kind:
                        with pytest.raises(NotAllowed):
                            await fr.publish([Parcel(subject, b"x", "k.1")])
                    else:
                        assert await fr.publish([Parcel(subject, b"x", "k.1")]) == [Outcome.STORED]
            assert set(await fr.get(["intl.v1.log.de.1.1"])) == {"intl.v1.log.de.1.1"}
            for stream in streams.DELIVERED:
                await fr.receive(stream, 10, 0)
            assert await de.publish(log("de", 2, 2)) == [Outcome.STORED] * 2

    asyncio.run(story())


def test_every_right_to_add_is_one_that_can_be_taken():
    everything = set(users.permissions(users.Member("fr", FR.public))["publish"]["allow"])
    nothing = set(users.permissions(users.Member("fr", FR.public, cut=frozenset(shares.KINDS)))["publish"]["allow"])
    assert {each for each in nothing if each.startswith("intl.")} == {
        "intl.v1.heads.fr",
        "intl.v1.req.*.fr",
        "intl.v1.ans.*.fr.*",
    }
    assert {each.split(".")[2] for each in everything - nothing} == {"log", "part", "blob", "seed", "roster", "proof"}


async def flood(client):
    for number in itertools.count(1):
        await client.publish(f"intl.v1.log.fr.1.{number}", b"x")
        if number % 500 == 0:
            await client.flush(30)


async def stored(bus, number):
    """In the very moment in which the server reads its users again, its streams are away, too."""
    with contextlib.suppress(Unprovisioned):
        return await bus.publish(log("de", number, 1)) == [Outcome.STORED]
    return False


def test_who_publishes_without_a_pause_is_found_and_cut(hub):
    """Long before it has taken much room. The others get through again. Who waits for answers is no such one."""

    async def story():
        scales = Scales()
        raw = await nats.connect(hub.url, nkeys_seed_str=FR.seed, inbox_prefix="_INBOX_fr", error_cb=nothing)
        async with signed_in(hub, "de", DE) as de:
            sending = asyncio.ensure_future(de.publish(log("de", 1, 5000)))
            while not sending.done():
                await look(scales, hub)
                assert not scales.overrunning.found
            flooding = asyncio.ensure_future(flood(raw))
            await asyncio.sleep(1)
            for _look in range(20):
                await look(scales, hub)
                if cut := scales.overrunning.cut("log", asyncio.get_running_loop().time()):
                    break
            assert cut == {"fr"}
            (hub.folder / "users.conf").write_text(text(fr=["log"]))
            hub.reload()
            async with asyncio.timeout(20):
                number = 5000
                while not await stored(de, number := number + 1):
                    await asyncio.sleep(0.1)
            assert await de.publish(log("de", number + 1, 500)) == [Outcome.STORED] * 500
            flooding.cancel()
        await raw.close()

    asyncio.run(story())


async def nothing(_trouble):
    pass


def test_who_was_too_loud_has_to_be_so_in_several_looks():
    found = Overrunning()
    for now, loud in enumerate([["fr", "de"], ["fr"], ["de"], ["fr", "de"], [], ["fr"], ["fr"]]):
        found.note("log", loud, now)
        assert found.cut("log", now) == frozenset()
    found.note("blob", ["fr"], 7)
    found.note("log", ["fr"], 7)
    assert (found.cut("log", 8), found.cut("blob", 8)) == ({"fr"}, frozenset())
    assert found.cut("log", 7 + overrunning.REST) == frozenset()
