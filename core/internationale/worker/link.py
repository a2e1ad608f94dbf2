"""One hub: connect, look back, then send and receive until the connection is lost; and again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from internationale.bus import Bus, Unprovisioned, Unreachable
from internationale.messages import Message
from internationale.section import Section
from internationale.worker import fence, heads, mending, proofs, receiving, rosters
from internationale.worker.pace import Backoff, Bell, in_thread, together
from internationale.worker.relay import Relay

_log = logging.getLogger(__name__)

Connect = Callable[[str, str], Awaitable[Bus]]
"""Connects a section (its code) to a hub (its address)."""

WAIT = 5.0
"""Seconds that one fetch waits at the hub."""
LOOK = 1.0
"""Seconds after which the own log is looked at even if no bell rang: another process may have written."""
HEADS_PAUSE, HEADS_REST = 1.0, 60.0
"""Heads are said at most, and at least, so often (seconds)."""
MEND_REST = 5.0
AUDIT_REST = 3600.0
LONGEST = 5.0
"""Seconds between two attempts to connect, at most: people wait for a hub that is back."""
LASTING = 10.0
"""A connection that held so long (seconds) was a good one."""


class Link:
    """The endless errands between one section and one hub. ``opened`` is set once this section may write."""

    def __init__(self, section: Section, url: str, connect: Connect, bell: Bell, opened: asyncio.Event) -> None:
        self.section = section
        self.url = url
        self.verdict: Message | None = fence.NO_ANSWER
        """What this hub has to say against our writing; None: nothing."""
        self.connected = False
        self.tried = False
        """Whether it failed at least once to answer."""
        self._connect = connect
        self._bell = bell
        self._opened = opened
        self._unsettled = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. Trouble is logged and tried again, ever more rarely."""
        backoff, silent = Backoff(LONGEST), False
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._once()
            except Unreachable as trouble:
                silent = silent and not self.connected
                _log.log(logging.DEBUG if silent else logging.WARNING, "hub %s: %s", self.url, trouble)
                silent = True  # until it was there again
            except Exception:
                _log.exception("hub %s: an errand failed", self.url)
            self.connected, self.tried = False, True
            if asyncio.get_running_loop().time() - began > LASTING:
                backoff.reset()
            await backoff.pause()

    async def _once(self) -> None:
        bus = await self._connect(self.url, self.section.code)
        try:
            identity = await self._arrive(bus)
            self.connected = True
            _log.info("hub %s: connected", self.url)
            while not await in_thread(fence.joined, self.section):  # noqa: ASYNC110  # another process may join for us
                await asyncio.sleep(LOOK)
            await together(
                self._receive(bus),
                self._follow(bus),
                self._hear(bus),
                self._prove(bus),
                self._mend(bus),
                self._clear(bus),
                self._say(bus),
                self._relay(bus, identity),
            )
        finally:
            await bus.close()

    async def _arrive(self, bus: Bus) -> str:
        try:
            identity = await bus.identity()
        except Unprovisioned:
            identity = ""
        await bus.provision()
        await mending.answer_others(self.section, bus)
        return identity or await bus.identity()

    async def _clear(self, bus: Bus) -> None:
        """The fence, as far as this hub is concerned."""
        while self.verdict is not None:
            self.verdict = await fence.look(self.section, bus)
            if self.verdict is not None:
                await asyncio.sleep(MEND_REST)

    async def _relay(self, bus: Bus, identity: str) -> None:
        await self._opened.wait()
        relay = Relay(self.section, bus, identity)
        backoff, clock, audited = Backoff(), asyncio.get_running_loop().time, -AUDIT_REST
        with self._bell.listener() as bell:
            while True:
                if clock() - audited > AUDIT_REST:
                    await relay.audit()
                    audited = clock()
                sent = await relay.send()
                if sent is None:
                    await backoff.pause()
                    continue
                backoff.reset()
                if not sent and not await bell.wait(LOOK):
                    await relay.keep()

    async def _receive(self, bus: Bus) -> None:
        while True:
            outcomes = await receiving.receive(self.section, bus, WAIT)
            if not receiving.UNSETTLED.isdisjoint(outcomes):
                self._unsettled.set()

    async def _mend(self, bus: Bus) -> None:
        while True:
            self._unsettled.clear()
            came = await mending.mend(self.section, bus)
            try:
                await asyncio.wait_for(self._unsettled.wait(), 0.01 if came else MEND_REST)
            except TimeoutError:
                continue

    async def _hear(self, bus: Bus) -> None:
        while True:
            await heads.hear(self.section, bus, WAIT)

    async def _prove(self, bus: Bus) -> None:
        while True:
            await proofs.carry(self.section, bus)
            await proofs.hear(self.section, bus, WAIT)

    async def _say(self, bus: Bus) -> None:
        await self._opened.wait()
        clock = asyncio.get_running_loop().time
        said = 0.0
        with self._bell.listener() as bell:
            while True:
                if await heads.say(self.section, bus, again=clock() - said > HEADS_REST):
                    said = clock()
                await asyncio.sleep(HEADS_PAUSE)
                await bell.wait(HEADS_REST)

    async def _follow(self, bus: Bus) -> None:
        while True:
            await rosters.catch_up(self.section, bus)
            await rosters.carry(self.section, bus)
            await rosters.follow(self.section, bus, WAIT)
