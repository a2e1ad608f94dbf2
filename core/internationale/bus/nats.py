"""The bus over NATS JetStream, with nats-py.

What the library leaves to its users, and is done here: never ``publish_async`` (its futures hang); a timeout means *unknown*;
no buffering while disconnected; a short ping interval; reconnecting for ever, ever more slowly; one word in the log for each
time that the hub is away, not one for each attempt; a fetch that was under way when the
connection came back is given up at once; a closed client is reported, so that the worker makes a new one.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Sequence
from typing import Self

import nats
import nats.errors
from nats.aio.client import Client, Server
from nats.js.errors import NotFoundError

from internationale.bus import LOG, Answer, Batch, Outcome, Parcel, Unprovisioned, Unreachable, streams
from internationale.bus.asking import ask, serve
from internationale.bus.intake import Intake
from internationale.bus.reading import names, parcel, read, status, unreachable
from internationale.bus.storing import store

_log = logging.getLogger(__name__)
TIMEOUT = 5.0
"""Seconds to wait for any one answer of the hub."""
SOONEST, LATEST = 0.2, 3.0
"""Seconds between two attempts to reach a hub that is away: at first, and in the end."""


def following(servers: Sequence[Server], _info: object) -> tuple[Server, float]:
    """Which of a hub's servers to try next, and after how many seconds: the one that failed least, later each time."""
    server = min(servers, key=lambda server: server.reconnects)
    return server, min(SOONEST * 2 ** min(server.reconnects, 10), LATEST)


class NatsBus:
    """One section's connection to one hub. Make it with ``connect``."""

    def __init__(self, client: Client, hub: str, section: str) -> None:
        self._client = client
        self._context = client.jetstream(timeout=TIMEOUT)
        self._hub = hub
        self._section = section
        self._intakes: dict[str, Intake] = {}

    @classmethod
    async def connect(cls, url: str, section: str) -> Self:
        """Connect to a hub; raises ``Unreachable`` when it does not answer."""
        client = Client()
        bus: list[Self] = []
        away = False

        async def reconnected() -> None:
            nonlocal away
            if away:
                away = False
                _log.info("hub %s: is back", url)
            for intake in bus[0]._intakes.values() if bus else ():  # noqa: SLF001  # its own maker
                intake.interrupt()

        async def troubled(error: Exception) -> None:
            nonlocal away
            expected = client.is_connecting or away  # the first connection is reported by ``Unreachable``
            away = away or client.is_reconnecting or isinstance(error, nats.errors.UnexpectedEOF)
            _log.log(logging.DEBUG if expected else logging.WARNING, "hub %s: %s", url, error or type(error).__name__)

        connecting = client.connect(
            url,
            name=f"internationale {section}",
            inbox_prefix=f"_INBOX_{section}",  # so that no section can be allowed to read another's answers
            connect_timeout=2,
            reconnect_time_wait=SOONEST,  # type: ignore[arg-type]  # a float works and is meant
            reconnect_to_server_handler=following,
            max_reconnect_attempts=-1,
            ping_interval=10,
            pending_size=-1,
            error_cb=troubled,
            reconnected_cb=reconnected,
        )
        try:
            await asyncio.wait_for(connecting, TIMEOUT)
        except BaseException as error:
            with contextlib.suppress(Exception):  # a client that never connected has little to close
                await client.close()
            if isinstance(error, OSError | TimeoutError | nats.errors.Error):
                raise Unreachable(f"{url}: {error or type(error).__name__}") from error
            raise
        bus.append(cls(client, url, section))
        return bus[0]

    @property
    def hub(self) -> str:
        return self._hub

    async def identity(self) -> str:
        with unreachable():
            try:
                info = await self._context.stream_info(LOG)
            except NotFoundError as error:
                raise Unprovisioned(f"{self._hub} has no {LOG}") from error
        return f"{self._hub} {info.created.isoformat() if info.created else ''}"

    async def provision(self) -> None:
        with unreachable():
            await streams.provision(self._context, self._section)

    async def publish(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        self._open()
        return await store(self._client, self._context, parcels)

    async def receive(self, stream: str, limit: int, wait: float) -> Batch:
        self._open()
        if stream not in self._intakes:
            self._intakes[stream] = Intake(self._client, self._context, stream, self._section)
        return await self._intakes[stream].take(limit, wait)

    async def get(self, subjects: Sequence[str]) -> dict[str, Parcel]:
        self._open()
        return await read(self._client, subjects)

    async def last(self, pattern: str) -> Parcel | None:
        self._open()
        question = json.dumps({"last_by_subj": pattern}).encode()
        with unreachable():
            answer = await self._client.request(f"$JS.API.DIRECT.GET.{streams.stream_of(pattern)}", question, timeout=TIMEOUT)
        return None if status(answer) else parcel(answer)

    async def kept(self, pattern: str) -> set[str]:
        self._open()
        return await names(self._client, pattern)

    async def ask(self, section: str, question: bytes, wait: float) -> list[Parcel]:
        self._open()
        return await ask(self._client, section, question, wait)

    async def answer(self, answer: Answer) -> None:
        self._open()
        with unreachable():
            await serve(self._client, self._section, answer)

    async def close(self) -> None:
        with contextlib.suppress(Exception):  # it is going away; a broken connection has nothing more to say
            await asyncio.wait_for(self._client.close(), 2)

    def _open(self) -> None:
        if self._client.is_closed:
            raise Unreachable(f"{self._hub}: the connection was closed")
