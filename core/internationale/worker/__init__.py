"""The endless errands of one section: to and from each hub, and its plugins' regular tasks.

``running`` is what an edge needs: ``async with worker.running(section): ...`` for as long as the section is up.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from internationale.bus.nats import NatsBus
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.worker import fence, tasks
from internationale.worker.link import Connect, Link
from internationale.worker.pace import Bell, in_thread, stop, together

_log = logging.getLogger(__name__)
LOOK = 5.0
"""Seconds after which it is looked whether a new roster names other hubs."""


class Worker:
    """The errands of one section. ``begin`` before anybody may write; then ``run`` until cancelled."""

    def __init__(self, section: Section, connect: Connect = NatsBus.connect) -> None:
        self.section = section
        self.links: dict[str, Link] = {}
        self._connect = connect
        self._bell = Bell()
        self._opened = asyncio.Event()
        section.on_commit(self._bell.ring)

    async def begin(self) -> None:
        """Close the fence where it is needed: from now on nothing is said until a hub has answered."""
        if await in_thread(fence.needed, self.section, await self._hubs()):
            self.section.fence(fence.NO_ANSWER)

    async def run(self) -> None:
        """Everything, until cancelled."""
        regular = [tasks.regularly(self.section, task) for task in self.section.plugins.all("tasks")]
        await together(tasks.tell(self.section, self._bell), self._fence(), self._attend(), *regular)

    async def _attend(self) -> None:
        """Keep one link to each hub that the settings and the roster name."""
        attending: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                try:
                    wanted = await self._hubs()
                except Exception:
                    _log.exception("the list of hubs cannot be read")
                    wanted = tuple(attending)
                for url in wanted:
                    if url not in attending:
                        self.links[url] = Link(self.section, url, self._connect, self._bell, self._opened)
                        attending[url] = asyncio.create_task(self.links[url].run())
                for url in attending.keys() - set(wanted):
                    del self.links[url]
                    await stop([attending.pop(url)])
                await asyncio.sleep(LOOK)
        finally:
            await stop(attending.values())

    async def _fence(self) -> None:
        """Open the fence when every hub that can be reached has answered and none speaks against; until then show the reason."""
        while self.section.fenced is not None:
            links = list(self.links.values())
            answered = [link for link in links if link.verdict != fence.NO_ANSWER]
            objections = [link.verdict for link in answered if link.verdict is not None]
            if objections:
                self.section.fence(objections[0])
            elif answered and all(link in answered or link.tried for link in links):
                self.section.unfence()
                _log.info("nothing speaks against writing")
                break
            await asyncio.sleep(0.05)
        self._opened.set()

    async def _hubs(self) -> Sequence[str]:
        return await in_thread(_named_hubs, self.section)


def _named_hubs(section: Section) -> Sequence[str]:
    with section.reading() as session:
        return tuple(dict.fromkeys((*section.settings.hubs, *queries.hubs(session))))


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
