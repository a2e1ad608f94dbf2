"""The endless errands of one section: to and from each hub, and its plugins' regular tasks.

``running`` is what an edge needs: ``async with worker.running(section): ...`` for as long as the section is up.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from internationale.bus.ending import stop
from internationale.bus.nats import NatsBus
from internationale.ledger.log import SAID
from internationale.ledger.outages import account
from internationale.section import Section
from internationale.worker import direct, tasks, witnesses
from internationale.worker.hubs import Connect, Hub, named
from internationale.worker.link import Link
from internationale.worker.pace import Bells, in_thread, lasting, together
from internationale.worker.silence import Silence

_log = logging.getLogger(__name__)
LOOK = 5.0
"""Seconds after which it is looked whether a new roster names other hubs."""
ALONE = 60.0
"""Seconds without any hub after which the sections are asked themselves, and again after as many."""


class Worker:
    """The errands of one section. ``begin`` before anybody may write; then ``run`` until cancelled."""

    def __init__(self, section: Section, connect: Connect = NatsBus.connect) -> None:
        self.section = section
        self.links: dict[str, Link] = {}
        self._connect = connect
        self._bells = Bells()
        self._silence = Silence(section, self.links)
        section.on_commit(self._bells.written.ring)
        section.on_commit(self._bells.said.ring, SAID)

    async def begin(self) -> None:
        """From now on nothing is said where others have to be asked first."""
        await self._silence.begin()

    async def run(self) -> None:
        """Everything, until cancelled."""
        regular = [tasks.regularly(self.section, task) for task in self.section.plugins.all("tasks")]
        errands = map(lasting, (self._silence.watch_clock, self._silence.keep, self._attend, self._without_hubs, self._resume))
        await together(tasks.tell(self.section, self._bells.written), *errands, *regular)

    async def _attend(self) -> None:
        """Keep one link to each hub that the settings and the roster name."""
        attending: dict[Hub, asyncio.Task[None]] = {}
        try:
            while True:
                try:
                    wanted = await in_thread(named, self.section)
                except Exception as error:
                    _log.error("the list of hubs cannot be read: %s", account(error))
                    wanted = tuple(attending)
                for hub in attending.keys() - set(wanted):
                    await stop([attending.pop(hub)])
                    self.links.pop(hub.name).standing.forget()
                for hub in wanted:
                    if hub not in attending:
                        self.links[hub.name] = Link(self.section, hub, self._connect, self._bells, self._silence.opened)
                        attending[hub] = asyncio.create_task(lasting(self.links[hub.name].run))
                await asyncio.sleep(LOOK)
        finally:
            await stop(attending.values())
            for link in self.links.values():
                link.standing.forget()

    async def _without_hubs(self) -> None:
        """While no hub can be reached, or brings no answers that are waited for, the sections are asked themselves."""
        while True:
            await asyncio.sleep(ALONE)
            hubs = any(link.connected for link in self.links.values())
            if not hubs or await in_thread(witnesses.objection, self.section) is not None:
                self._silence.hear((await direct.hear(self.section)).answered)

    async def _resume(self) -> None:
        """What a command was taking in and left off between two portions: nobody brings it again, for it is here."""
        tried = set[tuple[str, int, int]]()
        while True:
            await asyncio.sleep(LOOK)
            tried = await in_thread(self.section.resume, tried)


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
