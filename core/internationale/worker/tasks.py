"""Work at home: the plugins' regular tasks, and telling them of what was applied. Errors are logged and tried again."""

import asyncio
import logging

from internationale.errors import without_content
from internationale.kit.vocabulary import Task
from internationale.section import Section
from internationale.section.bells import Bell
from internationale.worker.pace import Backoff, in_thread

_log = logging.getLogger(__name__)
LOOK = 5.0
"""Seconds after which it is looked for news even if no bell rang."""
GATHER = 0.5
"""Seconds in which what comes after each other is told of together."""


async def regularly(section: Section, task: Task) -> None:
    """Run a task now and then again after each interval, until cancelled."""
    while True:
        try:
            await in_thread(task.run, section)
        except Exception as error:
            _log.error("the task %s failed: %s", task.name, without_content(error))
        await asyncio.sleep(task.every.total_seconds())


async def tell(section: Section, bell: Bell) -> None:
    """Tell plugins of applied events soon after their commit, until cancelled."""
    backoff, listener = Backoff(), bell.listener()
    while True:
        try:
            while await in_thread(section.tell):
                pass
            backoff.reset()
        except Exception as error:
            _log.error("plugins could not be told of what was recorded: %s", without_content(error))
            await backoff.pause()
        if await listener.wait(LOOK):
            await asyncio.sleep(GATHER)
