"""What one hub has to say against our writing: asked until it has nothing against it, and again when that is in doubt, or when a
connection is there that was lost: that may be because the machine was put back with its memory, and no clock tells.

While the other sections are waited for (``witnesses``), they are asked over each hub again and again. That is no word of the hub.
"""

import asyncio
import logging

from internationale.bus import Bus
from internationale.messages import Message
from internationale.section import Section
from internationale.worker import fence, witnesses
from internationale.worker.pace import in_thread

_log = logging.getLogger(__name__)

REST = 5.0
"""Seconds until a hub that has something against it is asked again."""


class Clearance:
    """``verdict``: what this hub has to say against our writing; None: nothing."""

    def __init__(self, section: Section) -> None:
        self.verdict: Message | None = fence.NO_ANSWER
        self._section = section
        self._doubted = asyncio.Event()
        self._looked = False

    def looked(self) -> bool:
        """Whether it was asked, since the connection is there, what it has of our own log."""
        return self._looked

    def doubt(self) -> None:
        """What it has said does not count any more, nor what it is about to say."""
        self.verdict = fence.NO_ANSWER
        self._doubted.set()

    def lost(self) -> None:
        """Who is away, or does not come to an end, has nothing to say: it would be its last word for ever."""
        self._looked = False
        if self.verdict is not None:
            self.verdict = fence.NO_ANSWER

    async def ask(self, bus: Bus) -> None:
        """Until cancelled."""
        begun = False
        while True:
            while not begun or await self._unsettled():
                begun = True
                self._doubted.clear()
                try:
                    verdict = await fence.patiently(self._section, fence.look(self._section, bus))
                    self.verdict = fence.NO_ANSWER if self._doubted.is_set() else verdict
                    self._looked = True
                except TimeoutError as trouble:
                    self.lost()
                    _log.warning("hub %s: %s", bus.hub, trouble)
                if await self._unsettled():
                    await asyncio.sleep(REST)
            await self._doubted.wait()

    async def _unsettled(self) -> bool:
        return self.verdict is not None or await in_thread(witnesses.objection, self._section) is not None
