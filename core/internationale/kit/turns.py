"""Turns for what takes long: those who wait for theirs hold no thread, so whoever wants another page is not kept waiting.

Handlers run in a pool of threads that all pages share. Should many of them wait there for one another, as they would for
the room to hash passwords in, the pool is full and nothing else is answered. So they wait before they get a thread; and a queue
has an end: whoever finds it full is told at once when to come again, before anything is looked up.
"""

import asyncio
import functools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from litestar import Request

from internationale.errors import TooSoon
from internationale.kit import http
from internationale.messages import marker

_ = marker("core")
T = TypeVar("T")

AGAIN = 5
"""After how many seconds whoever found the queue full may come again."""


class Turns:
    """A queue of one application. ``at_once`` handlers run, ``waiting`` more wait; of these at most ``of_one`` come from one
    network (``kit.http.network``), so that nobody alone can fill it.
    """

    def __init__(self, *, at_once: int, waiting: int, of_one: int) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._longest, self._longest_of_one = waiting, of_one
        self._waiting: Counter[str] = Counter()

    def take(self, handler: Callable[..., T]) -> Callable[..., Awaitable[T]]:
        """A handler that waits for its turn, then runs in a thread. It must take the ``request``.

        Whoever finds no place in the queue gets ``TooSoon``.
        """

        @functools.wraps(handler)
        async def in_turn(request: Request[Any, Any, Any], **arguments: Any) -> T:
            async with self._turn(http.network(http.address(request))):
                return await asyncio.to_thread(handler, request=request, **arguments)

        return in_turn

    @asynccontextmanager
    async def _turn(self, network: str) -> AsyncIterator[None]:
        full = self._waiting.total() >= self._longest or self._waiting[network] >= self._longest_of_one
        if full and self._turns.locked():
            raise TooSoon(_("Too many ask for this at once. Please try again in a few seconds."), seconds=AGAIN)
        self._waiting[network] += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting[network] -= 1
            if not self._waiting[network]:
                del self._waiting[network]
        try:
            yield
        finally:
            self._turns.release()
