"""Pull requests to a consumer, each from its beginning to its end.

nats-py's ``fetch`` has one inbox for all its requests. When the hub's word that a request is over comes a moment late, it is
taken for the end of the next one; then two requests are open, and what the older one brings is held back until that one
expires: whole seconds, now and then. So each request has a name of its own here, and ends with the hub's word for it; after one
that did not, another place is listened at.
"""

import asyncio
import json
from dataclasses import dataclass
from functools import partial

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from internationale.bus import Unprovisioned
from internationale.bus.again import again
from internationale.bus.headers import DESCRIPTION, LEFT_OUT
from internationale.bus.listening import Inbox, Inboxes, leave, own, unforeseeable
from internationale.bus.reading import room, status, unreachable

GRACE = 2.0
"""Seconds after which the hub's word for the end of a request is taken to be lost."""
_ALIVE = "100"
_DELIVERED = "$JS.ACK."
"""Where a message is acknowledged that the stream keeps: the server's own words about the request have no such place."""
_GONE = ("503", "404 consumer", "409 consumer")


@dataclass(frozen=True)
class Pulled:
    """What a request brought. Not ``complete``: its end was not heard, so that something may be delivered and lost on the way."""

    messages: list[Msg]
    complete: bool


class Puller:
    """One consumer's requests, one at a time."""

    def __init__(self, client: Client, stream: str, consumer: str) -> None:
        self._client = client
        self._stream = stream
        self._consumer = consumer
        self._answers: Inboxes | None = None
        self._subscription: Subscription | None = None

    async def pull(self, limit: int, wait: float) -> Pulled:
        """The next messages: at once when there are any, otherwise the first that come within ``wait`` seconds (or 0).

        Raises ``Unprovisioned`` when the stream or the consumer is gone, ``Unreachable`` when the connection is.
        """
        return await again(partial(self._pull, limit, wait))

    async def _pull(self, limit: int, wait: float) -> Pulled:
        question: dict[str, object] = {"batch": limit, "no_wait": True}
        if wait:
            question["expires"] = int(wait * 1_000_000_000)  # with no_wait: over after the first that come
        over = False
        try:
            with unreachable():
                answers = await self._listening()
                answers.begin(room(self._stream, limit))
                subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._consumer}"
                await self._client.publish(subject, json.dumps(question).encode(), reply=answers.name)
                pulled = await _gather(answers, limit, wait)
                over = pulled.complete
                return pulled
        finally:
            if not over:
                await self.close()

    def interrupt(self) -> None:
        """Give up the request under way: it waits in vain, and what came may not be all that was sent."""
        if self._answers is not None:
            self._answers.interrupt()

    async def close(self) -> None:
        """Listen no more; the hub forgets a request that is still open."""
        subscription, self._answers, self._subscription = self._subscription, None, None
        if subscription is not None:
            await leave(subscription)

    async def _listening(self) -> Inboxes:
        if self._answers is None:
            answers = Inboxes(f"{own(self._client)}.{unforeseeable()}")
            self._subscription = await self._client.subscribe(f"{answers.name}.*", cb=answers.put)
            self._answers = answers
        return self._answers


async def _gather(answers: Inbox, limit: int, wait: float) -> Pulled:
    clock, messages = asyncio.get_running_loop().time, list[Msg]()
    deadline = clock() + wait + GRACE
    while len(messages) < limit:
        try:
            message = await answers.next(deadline - clock())
        except TimeoutError:
            return Pulled([] if answers.interrupted else messages, complete=False)
        code = status(message)
        if message.reply.startswith(_DELIVERED):
            messages.append(message)
            deadline = clock() + GRACE
        elif code and code != _ALIVE:
            _raise_when_gone(message, code)
            return Pulled(messages, complete=code != LEFT_OUT)
    return Pulled(messages, complete=True)


def _raise_when_gone(message: Msg, code: str) -> None:
    words = f"{code} {(message.headers or {}).get(DESCRIPTION, '')}".lower()
    if words.startswith(_GONE):
        raise Unprovisioned(words)
