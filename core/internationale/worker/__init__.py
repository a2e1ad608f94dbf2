"""The endless errands of one section: to and from each hub, and its plugins' regular tasks.

``running`` is what an edge needs: ``async with worker.running(section): ...`` for as long as the section is up.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager

from internationale.bus.ending import stop
from internationale.bus.nats import NatsBus
from internationale.ledger.fencing import Lasting
from internationale.ledger.log import SAID
from internationale.ledger.outages import account
from internationale.messages import Message
from internationale.section import Section
from internationale.worker import claims, direct, fence, passed, tasks, witnesses
from internationale.worker.hubs import Connect, Hub, named
from internationale.worker.link import Link
from internationale.worker.pace import Bells, in_thread, lasting, together

_log = logging.getLogger(__name__)
LOOK = 5.0
"""Seconds after which it is looked whether a new roster names other hubs."""
ALONE = 60.0
"""Seconds without any hub after which the sections are asked themselves, and again after as many."""
PAUSE = 0.05
"""Seconds between two looks at whether the fence may open."""
WORD = 1.0
"""Seconds after which it is looked whether the host has given the word to go on without an answer."""


class Worker:
    """The errands of one section. ``begin`` before anybody may write; then ``run`` until cancelled."""

    def __init__(self, section: Section, connect: Connect = NatsBus.connect) -> None:
        self.section = section
        self.links: dict[str, Link] = {}
        self._connect = connect
        self._bells = Bells()
        self._opened = asyncio.Event()
        self._shown = ExitStack()
        """The sign for commands that it is open, as long as it is."""
        self._heard = False
        """Whether the sections themselves have answered since it was last in doubt what there is of our log."""
        section.on_commit(self._bells.written.ring)
        section.on_commit(self._bells.said.ring, SAID)

    async def begin(self) -> None:
        """Close the fence where it is needed: from now on nothing is said until a hub answers or the host gives the word."""
        self.section.gate.moment = self.section.now()
        if await in_thread(self.section.gate.take_word):
            _log.warning("goes on without an answer: the host has said so")
        elif self.section.gate.lasting is None:
            await self._close()
        else:
            await in_thread(fence.suspect, self.section)

    async def run(self) -> None:
        """Everything, until cancelled."""
        regular = [tasks.regularly(self.section, task) for task in self.section.plugins.all("tasks")]
        errands = map(lasting, (self._clock, self._fence, self._attend, self._without_hubs, self._resume))
        await together(tasks.tell(self.section, self._bells.written), *errands, *regular)

    async def _close(self) -> None:
        """Nothing is said before those were asked who can be, nor before it is known who that is."""
        if not await in_thread(fence.joined, self.section):
            self.section.fence(fence.NOT_JOINED)
            return
        await in_thread(fence.suspect, self.section)
        if self.section.gate.lasting is not None:
            return
        if await self._hubs():
            self.section.fence(fence.NO_ANSWER)
        else:
            self.section.unfence()

    async def _attend(self) -> None:
        """Keep one link to each hub that the settings and the roster name."""
        attending: dict[Hub, asyncio.Task[None]] = {}
        try:
            while True:
                try:
                    wanted = await self._hubs()
                except Exception as error:
                    _log.error("the list of hubs cannot be read: %s", account(error))
                    wanted = tuple(attending)
                for hub in attending.keys() - set(wanted):
                    await stop([attending.pop(hub)])
                    self.links.pop(hub.name).standing.forget()
                for hub in wanted:
                    if hub not in attending:
                        self.links[hub.name] = Link(self.section, hub, self._connect, self._bells, self._opened)
                        attending[hub] = asyncio.create_task(lasting(self.links[hub.name].run))
                await asyncio.sleep(LOOK)
        finally:
            await stop(attending.values())
            for link in self.links.values():
                link.standing.forget()

    async def _fence(self) -> None:
        """Open the fence when every hub that can be reached has answered and none speaks against; until then show the reason.

        Then commands need not look themselves. Closed again (by a bundle that had more of our log, or because the clock tells
        that the whole machine was put back with what it had in memory, or slept), it is opened the same way.
        """
        while self.section.fenced == fence.NOT_JOINED:  # by a command, or on a page; perhaps again, after losing the database
            await asyncio.sleep(WORD)
            await self._close()
        if self.section.gate.lasting in fence.ASKED_AGAIN:  # begun again after a failure: who was asked may have been content
            self._doubt()
        with self._shown:
            while True:
                await self._answered()
                self._opened.set()
                self._shown.enter_context(passed.shown(self.section))
                await self._while_open()
                self._shut()
                await asyncio.sleep(PAUSE)

    async def _while_open(self) -> None:
        """Until it is closed, but for what the host alone ends."""
        gate = self.section.gate
        while self._opened.is_set() and (self.section.fenced is None or gate.final):
            await asyncio.sleep(WORD)
            await in_thread(self._look_back)
            await in_thread(gate.load)
            if await in_thread(gate.take_word):
                _log.warning("goes on without an answer: the host has said so")

    def _look_back(self) -> None:
        """Whether the database was put back under us: on a machine of its own that may be, and no clock tells."""
        gate, own = self.section.gate, claims.own_log(self.section)
        if own is None:
            return
        if gate.reverted(*own) and gate.lasting is not Lasting.ANOTHER:
            _log.error("the database has less of our own log than it had: it was put back")
            gate.put_back()
        gate.know(*own)

    async def _clock(self) -> None:
        """Look whether the clock tells that the machine was put back with what it had in memory, or slept. Then it is silent, and
        the others are asked anew. It waits for nothing else: not for a database either, which may be put back and begin just now.
        """
        gate = self.section.gate
        while True:
            since, now = gate.moment, self.section.now()
            if gate.jumped(now) and self.section.fenced != fence.NOT_JOINED:
                _log.warning("the clock went from %s to %s: the others are asked how far our own log goes", since, now)
                if gate.lasting is not Lasting.ANOTHER:  # which is told further on, and ends with a start
                    self.section.fence(fence.NO_ANSWER)
                gate.inquiry.begin()  # after it was closed: who is about to open it ends what was asked before
                self._shut()
            gate.moment = now  # only now: whoever would say something meanwhile is refused for the one or for the other
            if self._opened.is_set():
                passed.renew(self.section)
            await asyncio.sleep(WORD)

    def _shut(self) -> None:
        """It is not open any more, for the links and for commands, and what anybody has answered does not count."""
        self._opened.clear()
        self._shown.close()
        self._doubt()

    def _doubt(self) -> None:
        self._heard = False
        for link in self.links.values():
            link.doubt()

    async def _answered(self) -> None:
        """Until the fence is open."""
        asked, clock = 0.0, asyncio.get_running_loop().time
        objecting = set[Link]()
        while self.section.fenced is not None:
            closings = self.section.gate.closings
            if clock() > asked + WORD:
                asked = clock()
                if await self._released(closings):
                    continue  # unless the clock has closed it in this moment
            answered = [link for link in self.links.values() if link.clearance.verdict != fence.NO_ANSWER]
            if objecting.difference(answered):  # what a hub that went knew, the others may have heard of since
                self._doubt()
            objecting = {link for link in answered if link.clearance.verdict is not None}
            if objection := await self._objection(answered):
                self.section.fence(objection)
            elif await self._may_open(answered) and await self._lift(closings):
                break
            await asyncio.sleep(PAUSE)

    async def _released(self, closings: int) -> bool:
        """Look at what other processes have noted. Whether it is open now: by the host's word, or as there is nobody to ask."""
        gate = self.section.gate
        await in_thread(self._look_back)
        if await in_thread(gate.take_word):
            _log.warning("goes on without an answer: the host has said so")
            return True
        if await in_thread(gate.load):
            self._doubt()
        if gate.lasting is None and not await self._hubs():
            await in_thread(self.section.unfence, closings)
        return self.section.fenced is None

    async def _objection(self, answered: Sequence[Link]) -> Message | None:
        """What speaks against writing: a hub that has answered, or that the other sections have not."""
        own = next((link.clearance.verdict for link in answered if link.clearance.verdict is not None), None)
        return own or (await in_thread(witnesses.objection, self.section) if answered or self._heard else None)

    async def _may_open(self, answered: Sequence[Link]) -> bool:
        """Whether every hub that can be reached has answered; where there is none, the sections themselves."""
        links = self.links.values()
        asked = all(link.clearance.verdict != fence.NO_ANSWER or link.tried for link in links)
        return asked and (bool(answered) or self._heard) and await in_thread(fence.may_open, self.section)

    async def _lift(self, closings: int) -> bool:
        """Open the fence, unless something was heard or noted meanwhile. Whether it is open."""
        if await in_thread(claims.behind, self.section) is None:
            await in_thread(self.section.unfence, closings)
        if self.section.fenced is None:
            _log.info("nothing speaks against writing")
            return True
        self._doubt()
        return False

    async def _without_hubs(self) -> None:
        """While no hub can be reached, or brings no answers that are waited for, the sections are asked themselves."""
        while True:
            await asyncio.sleep(ALONE)
            hubs = any(link.connected for link in self.links.values())
            if not hubs or await in_thread(witnesses.objection, self.section) is not None:
                self._heard = bool((await direct.hear(self.section)).answered)

    async def _resume(self) -> None:
        """What a command was taking in and left off between two portions: nobody brings it again, for it is here."""
        tried = set[tuple[str, int, int]]()
        while True:
            await asyncio.sleep(LOOK)
            tried = await in_thread(self.section.resume, tried)

    async def _hubs(self) -> Sequence[Hub]:
        return await in_thread(named, self.section)


@asynccontextmanager
async def running(section: Section) -> AsyncIterator[Worker]:
    """Have the errands done for as long as the block lasts."""
    worker = Worker(section)
    await worker.begin()
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await stop([task])
        section.gate.moment = None
