"""A TCP proxy between one section and one hub, in a process of its own, that breaks the connection in every way there is."""

import asyncio
import contextlib
import multiprocessing
import signal
from dataclasses import dataclass, field
from typing import Any

from .sieve import Sieve

CHUNK = 64 * 1024


@dataclass
class Wire:
    """What runs in the proxy's process. ``gates``: up (to the hub) and down; closed, bytes are held as if packets were lost."""

    target: tuple[str, int]
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    refusing: bool = False
    delay: float = 0.0
    left: int | None = None
    """After so many bytes more the connection is cut."""
    withheld: str = ""
    """What the hub does not let this section have (see ``Sieve``)."""
    connections: set[asyncio.StreamWriter] = field(default_factory=set)

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        ends = [writer]
        try:
            if self.refusing:
                return
            upstream_reader, upstream = await asyncio.open_connection(*self.target)
            ends.append(upstream)
            self.connections.update(ends)
            await asyncio.wait(
                [
                    asyncio.ensure_future(self.carry("up", reader, upstream)),
                    asyncio.ensure_future(self.carry("down", upstream_reader, writer)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        except OSError:
            pass  # the hub is away: the client sees a closed connection
        finally:
            for end in ends:
                end.close()
                self.connections.discard(end)

    async def carry(self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Bytes one way, until one end is closed."""
        sieve = Sieve() if way == "down" and self.withheld else None
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self.gates[way].wait()
                await asyncio.sleep(self.delay)
                if sieve is not None:
                    sieve.withheld = self.withheld
                    data = sieve.through(data)
                if self.left is not None:
                    data, self.left = data[: self.left], max(0, self.left - len(data))
                writer.write(data)
                await writer.drain()
                if self.left == 0:
                    self.left = None
                    return

    def order(self, name: str, value: Any) -> None:
        """What the campaign wants now."""
        if name in self.gates:
            (self.gates[name].set if value else self.gates[name].clear)()
            return
        setattr(self, name, value)
        for writer in list(self.connections) if value and name in ("refusing", "withheld") else ():
            writer.transport.abort()  # a sieve understands a connection from its beginning


async def _serve(host: str, target: tuple[str, int], pipe: Any) -> None:
    wire = Wire(target, {"up": asyncio.Event(), "down": asyncio.Event()})
    for gate in wire.gates.values():
        gate.set()
    server = await asyncio.start_server(wire.connect, host, 0)
    pipe.send(server.sockets[0].getsockname()[1])
    loop = asyncio.get_running_loop()
    while (order := await loop.run_in_executor(None, _next, pipe)) is not None:
        wire.order(*order)


def _next(pipe: Any) -> Any:
    try:
        return pipe.recv()
    except EOFError:
        return None


def _main(host: str, target: tuple[str, int], pipe: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(host, target, pipe))


class Proxy:
    """One proxy, as the campaign holds it."""

    def __init__(self, target: tuple[str, int], host: str = "127.0.0.1") -> None:
        fork = multiprocessing.get_context("fork")
        self._pipe, theirs = fork.Pipe()
        self._process = fork.Process(target=_main, args=(host, target, theirs), daemon=True)
        self._process.start()
        self.url = f"nats://{host}:{self._pipe.recv()}"

    def gate(self, *, up: bool = True, down: bool = True) -> None:
        """Let bytes through to the hub (``up``) and from it (``down``), or hold them back without a word."""
        self._pipe.send(("up", up))
        self._pipe.send(("down", down))

    def refuse(self, refusing: bool = True) -> None:
        """Cut every connection, and take none."""
        self._pipe.send(("refusing", refusing))

    def cut_after(self, count: int) -> None:
        """Cut the connection after so many bytes more, in whatever they are."""
        self._pipe.send(("left", count))

    def withhold(self, pattern: str) -> None:
        """Leave out what fits this pattern (see ``Sieve``). The connection is cut first."""
        self._pipe.send(("withheld", pattern))

    def delay(self, seconds: float) -> None:
        """Hold every piece for so long."""
        self._pipe.send(("delay", seconds))

    def heal(self) -> None:
        """All well again."""
        self.gate()
        self.refuse(False)
        self.delay(0)
        self.withhold("")
        self._pipe.send(("left", None))

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()
