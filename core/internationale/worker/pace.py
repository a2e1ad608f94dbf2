"""When to work and when to wait: backing off after trouble, database work outside the event loop."""

import asyncio
import contextvars
import logging
import os
import random
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from internationale.bus.ending import ended, stop
from internationale.ledger.outages import account
from internationale.section.bells import Bell

T = TypeVar("T")
_log = logging.getLogger(__name__)
_THREADS = {"errand": 8, "outside": 4}
"""Not those of the pages (``web.threads``): where somebody writes for long, neither stands behind the other's waiting."""
_pools: dict[str, ThreadPoolExecutor] = {}
os.register_at_fork(after_in_child=_pools.clear)  # whoever was forked has none of the threads that these count on

QUICKLY = 200
"""So many things in a second are worth waiting for a crowd; fewer are dealt with as they come."""
GATHERING, GATHERING_LONGEST = 0.01, 0.05
"""Seconds for which a crowd is waited for; the larger it was, the longer."""
ENOUGH = 64
"""So many things together cost so little each that nothing is waited for."""
CROWDED = 8
"""For so many more things, one more ``GATHERING`` is waited."""
SHORTEST = 0.2
LONGEST = 30.0
"""Bounds of the pause after trouble, in seconds."""


async def in_thread(work: Callable[..., T], *arguments: object) -> T:
    """Run database work in a thread. When cancelled, the work is finished first: a transaction is never left alone."""
    return await _finished("errand", work, *arguments)


async def outside(work: Callable[..., T], *arguments: object) -> T:
    """The same for what waits for another machine. Its threads are few, and not those of the pages: whoever answers drop by drop
    keeps nobody here waiting but who asks it.
    """
    return await _finished("outside", work, *arguments)


def _pool(name: str) -> ThreadPoolExecutor:
    if name not in _pools:
        _pools[name] = ThreadPoolExecutor(_THREADS[name], name)
    return _pools[name]


async def _finished(threads: str, work: Callable[..., T], *arguments: object) -> T:
    run = partial(contextvars.copy_context().run, work, *arguments)  # as asyncio.to_thread, which has one pool only
    running = asyncio.get_running_loop().run_in_executor(_pool(threads), run)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await ended({running})
        raise


async def together(*errands: Coroutine[Any, Any, None]) -> None:
    """Run errands until one of them fails, or all are done; none is left behind. Raises the first failure."""
    tasks = [asyncio.create_task(errand) for errand in errands]
    try:
        done, _pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await stop(tasks)


async def lasting(errand: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run an errand that has no end, and begin it again after each failure, ever more rarely, until cancelled: a database that is
    away for some seconds must not leave an instance with pages that look alive and nothing that goes out.
    """
    backoff, clock = Backoff(), asyncio.get_running_loop().time
    while True:
        began = clock()
        try:
            await errand()
        except Exception as error:
            _log.error("%s failed, and is begun again: %s", errand.__qualname__, account(error))
        if clock() - began > LONGEST:
            backoff.reset()
        await backoff.pause()


async def standstill(reached: Callable[[], object], seconds: float) -> None:
    """Until so many seconds have passed in which what is ``reached`` (read in a thread) did not change; twice as many at most."""
    before = await in_thread(reached)
    while True:
        await asyncio.sleep(seconds)
        if (now := await in_thread(reached)) == before:
            return
        before = now


async def bounded(work: Coroutine[Any, Any, T], reached: Callable[[], object], seconds: float) -> T:
    """What ``work`` returns. Raises ``TimeoutError`` when nothing is ``reached`` for so long (see ``standstill``)."""
    tasks = doing, waiting = asyncio.ensure_future(work), asyncio.ensure_future(standstill(reached, seconds))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        waiting.result()
        raise TimeoutError(f"nothing has come of it for {seconds:g} seconds")
    finally:
        await stop(tasks)


class Bells:
    """``written``: something came into the log; ``said``: something of our own."""

    def __init__(self) -> None:
        self.written, self.said = Bell(), Bell()


class Backoff:
    """Pauses that double, with jitter, so that many instances do not come back at one moment."""

    def __init__(self, longest: float = LONGEST) -> None:
        self._next = SHORTEST
        self._longest = longest

    def reset(self) -> None:
        """It went well."""
        self._next = SHORTEST

    async def pause(self) -> None:
        """Wait, longer each time."""
        await asyncio.sleep(self._next * random.uniform(0.5, 1))  # noqa: S311  # spreading, not secrecy
        self._next = min(self._next * 2, self._longest)


class Crowd:
    """Lets things gather when they come quickly: many in one transaction cost little more than one, and a single one is not kept
    waiting.
    """

    def __init__(self) -> None:
        self._last = 0.0

    async def gather(self, came: int) -> None:
        """After ``came`` things were dealt with: wait a moment if more are likely, but not if there were many already."""
        if not came:
            return
        clock = asyncio.get_running_loop().time
        if came < ENOUGH and clock() - self._last < came / QUICKLY:
            await asyncio.sleep(min(GATHERING * (1 + came / CROWDED), GATHERING_LONGEST))
        self._last = clock()
