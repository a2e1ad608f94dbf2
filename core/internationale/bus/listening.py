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
from nats.aio.subscription import Subscription

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
        self.interrupted = False

    async def put(self, message: Msg) -> None:
        """A message came. The first for which there is no room is the last that counts."""
        if self._room >= 0:
            self._room -= size(message)
            if self._room >= 0:
                self._came.append(message)
        self._something.set()

    async def next(self, wait: float) -> Msg:
        """The next message. Raises ``TimeoutError`` when none comes within ``wait`` seconds, these are over already, or it was
        interrupted, ``TooMuch`` when there was no room for it.
        """
        if wait <= 0 or self.interrupted:
            raise TimeoutError
        while not self._came:
            if self._room < 0:
                raise TooMuch("more than any answer has")
            self._something.clear()
            async with asyncio.timeout(wait):
                await self._something.wait()
            if self.interrupted:
                raise TimeoutError
        return self._came.popleft()

    def interrupt(self) -> None:
        """Nothing more is waited for, and what came counts no more."""
        self.interrupted = True
        self._something.set()


class Inboxes(Inbox):
    """One place for the answers to one question after the other. ``name``: where those to the present one go."""

    def __init__(self, place: str) -> None:
        super().__init__(place, 0)
        self._place = place
        self._questions = 0

    def begin(self, room: int) -> None:
        """Another question, for whose answers there is so much ``room``; those to the one before do not count any more."""
        self._questions += 1
        self.name = f"{self._place}.{self._questions}"
        self._room = room
        self._came.clear()
        self.interrupted = False

    async def put(self, message: Msg) -> None:
        """A message came. What a stream delivers has a name of its own; a late word about an earlier question has that one's."""
        if message.subject == self.name or not message.subject.startswith(self._place):
            await super().put(message)


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
    inbox = Inbox(f"{place or own(client)}.{unforeseeable()}", room)
    subscription = await client.subscribe(inbox.name, cb=inbox.put)
    try:
        yield inbox
    finally:
        await leave(subscription)


def own(client: Client) -> str:
    """Where a client's inboxes are."""
    return client._inbox_prefix.decode()  # noqa: SLF001  # nothing public leads there


async def leave(subscription: Subscription) -> None:
    """Nothing is listened to there any more, and the hub forgets a question that is still open."""
    with contextlib.suppress(nats.errors.Error):  # the connection went away, and the subscription with it
        await asyncio.shield(subscription.unsubscribe())  # also while being cancelled
