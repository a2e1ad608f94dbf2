"""An inbox for the answers to one question, and nothing else's.

nats-py's own ``next_msg`` makes two tasks, a timer and a random name for each message: more than all the rest of its way in.
"""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import AsyncIterator

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from internationale.bus import Unreachable

OVERHEAD = 1024
"""What a message costs besides its body."""


class TooMuch(Unreachable):
    """A longer answer than there is to any question: who gives it would go on until no memory is left."""


class Inbox:
    """What came and was not taken yet. ``name``: the subject to answer to; ``room``: for how many bytes there is, about."""

    def __init__(self, name: str, room: int) -> None:
        self.name = name
        self._room = room
        self._came = deque[Msg]()
        self._something = asyncio.Event()

    async def put(self, message: Msg) -> None:
        """A message came. The first for which there is no room is the last that counts."""
        if self._room >= 0:
            self._room -= size(message)
            if self._room >= 0:
                self._came.append(message)
        self._something.set()

    async def next(self, wait: float) -> Msg:
        """The next message. Raises ``TimeoutError`` when none comes within ``wait`` seconds, or these are over already,
        ``TooMuch`` when there was no room for it.
        """
        if wait <= 0:
            raise TimeoutError
        while not self._came:
            if self._room < 0:
                raise TooMuch("more than any answer has")
            self._something.clear()
            async with asyncio.timeout(wait):
                await self._something.wait()
        return self._came.popleft()


def size(message: Msg) -> int:
    """Bytes in memory, about."""
    return len(message.data) + sum(len(name) + len(value) for name, value in (message.headers or {}).items()) + OVERHEAD


def unforeseeable() -> str:
    """A name that nobody else can know or guess: 128 random bits. The library's own are counted up from one to the next."""
    return secrets.token_hex(16)


@contextlib.asynccontextmanager
async def listening(client: Client, room: int, place: str = "") -> AsyncIterator[Inbox]:
    """An inbox below ``place`` (empty: the client's own) for as long as the block lasts, with ``room`` for so many bytes. At its
    end the hub forgets a question that is still open.

    Raises nats-py's errors when the connection is gone at the beginning.
    """
    name = f"{place or client._inbox_prefix.decode()}.{unforeseeable()}"  # noqa: SLF001  # nothing public leads there
    inbox = Inbox(name, room)
    subscription = await client.subscribe(name, cb=inbox.put)
    try:
        yield inbox
    finally:
        with contextlib.suppress(nats.errors.Error):  # the connection went away, and the subscription with it
            await asyncio.shield(subscription.unsubscribe())  # also while being cancelled
