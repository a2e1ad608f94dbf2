"""What a member may store for all the others, as bytes that no client of ours writes: it is a message like any other."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from internationale.bus import LOG, PROOF, ROSTER, Outcome, Parcel, headers, protocol
from internationale.bus.nats import NatsBus
from internationale.bus.reading import read_range

GOOD = [Parcel(f"intl.v1.log.fr.1.{number}", b"true", "k.1") for number in (1, 2)]
PLACED = b"Nats-Stream: INTL_LOG\r\nNats-Subject: intl.v1.log.fr.1.1\r\nNats-Sequence: 7\r\n\r\n"


@asynccontextmanager
async def connected(hub, section="de"):
    bus = await NatsBus.connect(hub.url, section)
    try:
        await bus.provision()
        yield bus
    finally:
        await bus.close()


async def put(hub, *messages):
    """Store (subject, header block, body), as they are."""
    host, port = hub.url.split("//")[1].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    await reader.readline()
    writer.write(b'CONNECT {"verbose":false,"pedantic":false,"headers":true}\r\n')
    for subject, block, body in messages:
        sizes = b"%d %d" % (len(block), len(block) + len(body))
        writer.write(b"HPUB %s %s\r\n%s%s\r\n" % (subject, sizes, block, body))
    writer.write(b"PING\r\n")
    while (line := await reader.readline()).strip() != b"PONG":
        assert line.startswith(b"INFO"), line
    writer.close()


def block(*lines, first=b"NATS/1.0"):
    return b"\r\n".join([first, *lines, b"", b""])


BLOCKS = [
    b"X",
    b"\r\n",
    b"NATS/1.0",
    b"NATS/1.0 ",
    b"NATS/1.0\r\n",
    b"NATS/1.0\r\nA: b",
    b"NATS/1.0\r\nNats-Sequence: 9",
    b"NATS/1.0 503 x\r\n\r\n\r\n",
    b"NATS/1.0 404 x\r\n\r\nA: b\r\n\r\n",
    b"NATS/1.0 \xff\r\n\r\n",
    block(b"no colon"),
    block(b"\xff\xfe: \xff"),
    block(b": a"),
    block(b"Intl-Sig\x00: a"),
    *(block(b"Status: " + code, b"Description: x") for code in (b"100", b"404", b"408", b"409", b"503")),
    block(*[b"A: b"] * 10000),
    block(*[b"%d: b" % number for number in range(6000)]),
]


@pytest.mark.parametrize("written", BLOCKS)
@pytest.mark.parametrize("body", [b"", b"x"])
def test_no_block_of_headers_takes_the_hub_from_anybody(hub, written, body):
    async def story():
        async with connected(hub, "fr") as fr, connected(hub) as de:
            await put(hub, (b"intl.v1.log.evil.1.1", written, body))
            async with asyncio.timeout(8):
                assert await fr.publish(GOOD) == [Outcome.STORED] * 2
                batch = await de.receive(LOG, 10, 1)
                assert [each.subject for each in batch.parcels] == ["intl.v1.log.evil.1.1", *(each.subject for each in GOOD)]
                names = ["intl.v1.log.evil.1.1", *(each.subject for each in GOOD)]
                found = await de.get(names)
                assert [found[name].body for name in names] == [body, b"true", b"true"]
                assert [position for position, _ in await read_range(de._client, LOG, 1, 3)] == [1, 2, 3]
                assert (await de.last("intl.v1.log.evil.1.*")).body == body

    asyncio.run(story())


@pytest.mark.parametrize("name", [b"\xff", b"\x0b", b"a\x0cb", b"\x00", "\u2028".encode()])
def test_no_subject_takes_the_hub_from_anybody(hub, name):
    """A vertical tab is a letter to the server, and bytes that are no text are, too."""

    async def story():
        async with connected(hub, "fr") as fr, connected(hub) as de:
            for kind in (b"log.evil.1.", b"roster.1.", b"proof.fr.1.1."):
                await put(hub, (b"intl.v1." + kind + name, b"NATS/1.0\r\n\r\n", b"x"))
            async with asyncio.timeout(8):
                assert await fr.publish(GOOD) == [Outcome.STORED] * 2
                assert [each.body for each in (await de.receive(LOG, 10, 1)).parcels] == [b"x", b"true", b"true"]
                for stream in (ROSTER, PROOF):
                    assert [each.body for each in (await de.receive(stream, 10, 1)).parcels] == [b"x"]
                assert set(await de.get([*(await de.kept("intl.v1.log.*.*.*"))])) >= {each.subject for each in GOOD}
                assert [position for position, _ in await read_range(de._client, LOG, 1, 3)] == [1, 2, 3]

    asyncio.run(story())


WILD = (
    "roster.3.*",
    "roster.3.>",
    "roster.3.x>",
    "proof.fr.1.1.*",
    "seed.evil.fr.1.*",
    "log.evil.*.1",
    "blob.evil.*.0",
    "heads.*",
)


def test_a_name_that_is_a_pattern_names_nothing(hub):
    """Whoever asks for it is told of all the others under it, more than fit the answer."""

    async def story():
        async with connected(hub, "fr") as fr, connected(hub) as de:
            rosters = [Parcel(f"intl.v1.roster.3.{number:016x}", b"true", "k.1") for number in range(150)]
            await asyncio.gather(*(fr.publish([each]) for each in rosters))
            await put(hub, *((f"intl.v1.{name}".encode(), b"NATS/1.0\r\n\r\n", b"x") for name in WILD))
            subjects = {each.subject for each in rosters}
            for pattern, there in (
                ("intl.v1.roster.*.*", subjects),
                ("intl.v1.roster.3.*", subjects),
                ("intl.v1.proof.*.*.*.*", set()),
                ("intl.v1.seed.*.fr.1.*", set()),
                ("intl.v1.log.*.*.*", set()),
                ("intl.v1.blob.*.*.*", set()),
                ("intl.v1.heads.*", set()),
            ):
                assert await de.kept(pattern) == there
            assert set(await de.get([*subjects])) == subjects
            for name in WILD:
                assert await de.get([f"intl.v1.{name}"]) == {}
            some = [f"intl.v1.roster.3.{number:016x}" for number in range(2)]
            assert set(await de.get(["intl.v1.roster.3.*", *some])) == set(some)
            assert [each.body for each in (await de.receive(LOG, 10, 1)).parcels] == [b"x"]

    asyncio.run(story())


@pytest.mark.parametrize("count", [800, 1600])
def test_names_too_long_to_be_listed_take_the_hub_from_nobody(hub, monkeypatch, count):
    """A name costs its publisher as much as whoever lists it, once; and there are as many who list it as sections."""
    monkeypatch.setattr(protocol, "MOST", 1024 * 1024)

    async def story():
        async with connected(hub, "fr") as fr, connected(hub) as de:
            lost = []
            de._line.changed = lambda: lost.append(1)
            await fr.publish(GOOD)
            evil = [f"intl.v1.roster.2.{number:04d}{'a' * 900}" for number in range(count)]
            for name in evil:
                await fr.publish([Parcel(name, b"x")])
            there = await de.kept("intl.v1.roster.2.*")
            assert there == (set(evil) if count == 800 else set())
            assert await de.kept("intl.v1.log.fr.1.*") == {each.subject for each in GOOD}
            assert len((await de.receive(LOG, 10, 1)).parcels) == 2
            assert lost == []

    asyncio.run(story())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"", {}),
        (b"X", {}),
        (b"NATS/1.0\r\n\r\n", {}),
        (b"NATS/1.0 204 EOB\r\n\r\n", {"Status": "204", "Description": "EOB"}),
        (b"NATS/1.0 503\r\n\r\n", {"Status": "503", "Description": ""}),
        (b"NATS/1.0 409 Too large\r\nA: b\r\n\r\n", {"Status": "409", "Description": "Too large", "A": "b"}),
        (b"NATS/1.0\r\nStatus: 503\r\nDescription: x\r\nA: b\r\n\r\n", {"A": "b"}),
        (b"NATS/1.0 503\r\n" + PLACED, {"Nats-Stream": LOG, "Nats-Subject": GOOD[0].subject, "Nats-Sequence": "7"}),
        (b"NATS/1.0\r\nA: b\r\nA: c\r\n\r\nB:d", {"A": "c", "B": "d"}),
        (b"NATS/1.0\r\nIntl-Sig: cl\xc3\xa9\r\n\r\n", {"Intl-Sig": "cl\xe9"}),
    ],
)
def test_how_a_block_is_read(written, read):
    assert headers.parse(written) == read
