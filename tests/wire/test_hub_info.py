"""What a server tells of itself: of addresses that nobody named nothing is kept, however many there are."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from internationale.bus import Unreachable, connecting
from internationale.bus.nats import NatsBus

INFO = {"server_id": "x", "version": "2.10.0", "max_payload": 1048576, "headers": True, "jetstream": True, "proto": 1}


def line(**more):
    return b"INFO " + json.dumps(INFO | more).encode() + b"\r\n"


def cluster(start, count):
    return line(connect_urls=[f"a{number}.example" for number in range(start, start + count)])


@asynccontextmanager
async def telling(first, *later):
    """A server that says these lines; yields its address."""

    async def serve(reader, writer):
        writer.write(first)
        while (said := await reader.readline()).strip() != b"PING" and said:
            pass
        writer.write(b"PONG\r\n" + b"".join(later))
        while said := await reader.readline():
            if said.strip() == b"PING":
                writer.write(b"PONG\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def kept(first, *later):
    """How many servers the client knows after these lines, and what it keeps of what they say."""

    async def story():
        async with telling(first, *later) as url:
            bus = await NatsBus.connect(url, "ic")
            client = bus._line.client
            await client.flush()
            found = len(client._server_pool), dict(client._server_info), client.max_payload, str(client.connected_server_version)
            await bus.close()
            return found

    return asyncio.run(asyncio.wait_for(story(), 20))


@pytest.mark.parametrize(
    "lines",
    [
        (line(),),
        (cluster(0, 1000),),
        (line(), cluster(0, 1000), cluster(1000, 1000)),
        (line(), *(line(connect_urls=[f"b{number}.example"]) for number in range(500))),
        (line(junk="x" * 30_000), line(junk="x" * 300_000)),
    ],
)
def test_addresses_that_nobody_named_are_not_kept(lines):
    needed = {word: INFO[word] for word in ("headers", "version", "max_payload")}
    assert kept(*lines) == (1, needed, 1048576, "<nats server v2.10.0>")


@pytest.mark.parametrize(
    "first",
    [
        b"INFO []\r\n",
        b"INFO 5\r\n",
        b"INFO {\r\n",
        b"INFO\r\n",
        line(max_payload="many"),
        line(max_payload=2**64),
        line(max_payload=-1),
        line(version=5),
        line(version="9" * 1000),
        line(tls_required=1),
        line(nonce=[]),
        line(junk="x" * 100_000),
    ],
)
def test_what_no_server_tells_is_trouble_of_that_hub(first, monkeypatch):
    monkeypatch.setattr(connecting, "TIMEOUT", 0.5)

    async def story():
        async with telling(first) as url:
            with pytest.raises(Unreachable):
                await NatsBus.connect(url, "ic")

    asyncio.run(asyncio.wait_for(story(), 20))
