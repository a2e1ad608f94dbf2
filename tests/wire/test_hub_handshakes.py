"""A connection that a hub (or a proxy before one that is away) does not bring to its end is let go of, each time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import WSMsgType, web

from internationale.bus import connecting
from internationale.bus.nats import NatsBus

INFO = b'INFO {"server_id":"x","version":"2.10.0","max_payload":1048576,"headers":true,"jetstream":true}\r\n'
ATTEMPTS = 3


class Broken:
    """A hub that lets its client in once, and then breaks each handshake off without closing the line itself."""

    def __init__(self, *, greets: bool) -> None:
        self.greets = greets
        """Whether it names itself before it breaks off."""
        self.came = 0
        self.ended = 0

    def answer(self, said: bytes) -> bytes:
        if b"PING" not in said:
            return b""
        return b"PONG\r\n" if self.came == 1 else b"-ERR 'Maximum Connections Exceeded'\r\n"

    def greeting(self) -> bytes:
        self.came += 1
        return INFO if self.came == 1 or self.greets else b"HTTP/1.1 502 Bad Gateway\r\n"

    @asynccontextmanager
    async def plain(self) -> AsyncIterator[str]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(self.greeting())
            first = self.came == 1
            while said := await reader.readline():
                writer.write(answer := self.answer(said))
                if answer and first:
                    break
            self.ended += not first
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            yield f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    @asynccontextmanager
    async def websocket(self) -> AsyncIterator[str]:
        async def serve(request: web.Request) -> web.WebSocketResponse:
            await (line := web.WebSocketResponse()).prepare(request)
            await line.send_bytes(self.greeting())
            first = self.came == 1
            while (said := await line.receive()).type == WSMsgType.BINARY:
                if answer := self.answer(said.data):
                    await line.send_bytes(answer)
                    if first:
                        break
            self.ended += not first
            return line

        application = web.Application()
        application.router.add_get("/", serve)
        await (runner := web.AppRunner(application)).setup()
        await (site := web.TCPSite(runner, "127.0.0.1", 0)).start()
        yield f"ws://127.0.0.1:{runner.addresses[0][1]}"
        await site.stop()
        await runner.cleanup()


@pytest.mark.filterwarnings("ignore:parameter 'timeout' of type 'float':DeprecationWarning")  # nats-py and aiohttp
@pytest.mark.parametrize("greets", [True, False])
@pytest.mark.parametrize("way", ["plain", "websocket"])
def test_each_handshake_that_came_to_nothing_ends(monkeypatch, way, greets):
    """Before, the library dropped them while it came back: they stayed open until memory was looked through."""
    monkeypatch.setattr(connecting, "LATEST", 0.2)
    hub = Broken(greets=greets)

    async def story() -> None:
        async with getattr(hub, way)() as url:
            bus = await NatsBus.connect(url, "ic")
            async with asyncio.timeout(20):
                while hub.ended < ATTEMPTS:
                    await asyncio.sleep(0.02)
            assert hub.came <= hub.ended + 2  # the first, and one that is under way
            await bus.close()

    asyncio.run(story())
