"""Workers of several sections, running for as long as a story is told."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

from internationale import worker


async def until(condition, seconds=60):
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.02)


def with_hubs(section, *urls):
    section.settings = replace(section.settings, hubs=urls)
    return section


def live(story, *sections):
    """Run a story while the workers of these sections run."""

    async def run():
        async with AsyncExitStack() as stack:
            for section in sections:
                await stack.enter_async_context(worker.running(section))
            await story()

    asyncio.run(run())
