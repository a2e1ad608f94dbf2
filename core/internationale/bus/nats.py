"""The bus over NATS JetStream, with nats-py.

What the library leaves to its users, and is done here: never ``publish_async`` (its futures hang); a timeout means *unknown*;
no buffering while disconnected; a short ping interval; reconnecting for ever, ever more slowly; one word in the log for each
time that the hub is away, not one for each attempt; a fetch that was under way when the
connection came back is given up at once; a closed client is reported, so that the worker makes a new one.
"""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Sequence
from typing import Self

from nats.js.errors import NotFoundError

from internationale.bus import (
    INBOX,
    LOG,
    Answer,
    Batch,
    Outcome,
    Parcel,
    Unprovisioned,
    Unreachable,
    streams,
)
from internationale.bus.answering import Answering
from internationale.bus.asking import ask, serve
from internationale.bus.connecting import TIMEOUT, Line, reach
from internationale.bus.intake import Intake
from internationale.bus.reading import names, parcel, placed, read, unreachable
from internationale.bus.storing import store
from internationale.events.nkey import Nkey


class NatsBus:
    """One section's connection to one hub. Make it with ``connect``."""

    def __init__(self, line: Line, hub: str, section: str) -> None:
        self._line = line
        self._client = line.client
        self._context = line.client.jetstream(timeout=TIMEOUT)
        self._hub = hub
        self._section = section
        self._intakes: dict[str, Intake] = {}
        self._answering: list[Answering] = []
        line.changed = self._interrupt

    @classmethod
    async def connect(cls, url: str, section: str, *, nkey: Nkey | None = None, certificates: str | None = None) -> Self:
        """Connect to a hub by one of its addresses (separated by spaces; WebSocket where nothing else gets through).

        ``nkey``: as whom, where it asks; ``certificates``: to what its TLS must lead (PEM; None: what the machine trusts).
        Raises ``Unreachable`` when it does not answer (``NotAuthorised``, ``Insecure``).
        """
        return cls(await reach(url, section, nkey, certificates), url.split(maxsplit=1)[0], section)

    def _interrupt(self) -> None:
        for intake in self._intakes.values():
            intake.interrupt()

    @property
    def hub(self) -> str:
        return self._hub

    async def identity(self) -> str:
        with self._asking(), unreachable():
            try:
                info = await self._context.stream_info(LOG)
            except NotFoundError as error:
                raise Unprovisioned(f"{self._hub} has no {LOG}") from error
        return f"{self._hub} {info.created.isoformat() if info.created else ''}"

    async def provision(self) -> None:
        with self._asking(), unreachable():
            await streams.provision(self._context, self._section)

    async def prepare(self, sections: Sequence[str], *, replicas: int | None = None, blob_bytes: int | None = None) -> None:
        """Make the streams, and the consumers of all these sections: for who looks after the hub. See ``streams.provision``."""
        with self._asking(), unreachable():
            await streams.provision(self._context, *sections, replicas=replicas, blob_bytes=blob_bytes, limits=True)

    async def publish(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        self._line.check()
        async with self._line.publishing(parcels):
            return await store(self._client, parcels)

    async def receive(self, stream: str, limit: int, wait: float) -> Batch:
        if stream not in self._intakes:
            self._intakes[stream] = Intake(self._client, self._context, stream, self._section)
        with self._asking():
            return await self._intakes[stream].take(limit, wait)

    async def get(self, subjects: Sequence[str]) -> dict[str, Parcel]:
        with self._asking():
            return await read(self._client, subjects)

    async def last(self, pattern: str) -> Parcel | None:
        question = json.dumps({"last_by_subj": pattern}).encode()
        with self._asking(), unreachable():
            answer = await self._client.request(f"$JS.API.DIRECT.GET.{streams.stream_of(pattern)}", question, timeout=TIMEOUT)
        return parcel(answer) if placed(answer) else None

    async def kept(self, pattern: str) -> set[str]:
        with self._asking():
            return await names(self._client, pattern)

    async def ask(self, section: str, question: bytes, wait: float, largest: int | None = None) -> list[Parcel]:
        with self._asking():
            return await ask(self._client, self._section, section, question, wait, largest=largest)

    async def answer(self, answer: Answer) -> None:
        with self._asking(), unreachable():
            self._answering.append(await serve(self._client, self._section, answer))

    async def close(self) -> None:
        for answering in self._answering:
            await answering.stop()
        await self._line.close()

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """The server says aside what it does not allow; to who asked it looks as if nobody answered."""
        self._line.check()
        since = asyncio.get_running_loop().time()
        try:
            yield
        except Unreachable as trouble:
            raise self._line.refused(since, "$JS.", INBOX) or trouble from trouble
