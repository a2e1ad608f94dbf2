"""What one hub has to say against our writing: asked until it has nothing against it, and again when that is in doubt."""

import asyncio
import logging

from internationale.bus import Bus
from internationale.messages import Message
from internationale.section import Section
from internationale.worker import fence

_log = logging.getLogger(__name__)

REST = 5.0
"""Seconds until a hub that has something against it is asked again."""


class Clearance:
    """``verdict``: what this hub has to say against our writing; None: nothing."""

    def __init__(self, section: Section) -> None:
        self.verdict: Message | None = fence.NO_ANSWER
        self._section = section
        self._doubted = asyncio.Event()

    def doubt(self) -> None:
        """What it has said does not count any more, nor what it is about to say."""
        self.verdict = fence.NO_ANSWER
        self._doubted.set()

    async def ask(self, bus: Bus) -> None:
        """Until cancelled."""
        while True:
            while self.verdict is not None:
                self._doubted.clear()
                try:
                    verdict = await fence.patiently(self._section, fence.look(self._section, bus))
                    self.verdict = fence.NO_ANSWER if self._doubted.is_set() else verdict
                except TimeoutError as trouble:
                    _log.warning("hub %s: %s", bus.hub, trouble)
                if self.verdict is not None:
                    await asyncio.sleep(REST)
            await self._doubted.wait()
