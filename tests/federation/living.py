"""Workers of several sections, running for as long as a story is told."""

import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import replace

from internationale import worker
from internationale.bus import Unreachable
from internationale.bus.nats import NatsBus


async def until(condition, seconds=60):
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):
            await asyncio.sleep(0.02)


def with_hubs(section, *urls):
    section.settings = replace(section.settings, hubs=urls)
    return section


def night(hub):
    """Copy the store of a hub now; what is returned puts that in its place, while the hub is stopped."""
    hub.stop()
    store, kept = hub.folder / "store", hub.folder / "night"
    shutil.copytree(store, kept)
    hub.start()

    def put_back():
        shutil.rmtree(store)
        kept.rename(store)

    return put_back


def live(story, *sections):
    """Run a story while the workers of these sections run."""

    async def run():
        async with AsyncExitStack() as stack:
            for section in sections:
                await stack.enter_async_context(worker.running(section))
            await story()

    asyncio.run(run())


async def prepare(hub, codes):
    """Make the streams of a hub with users, and places to read for these sections."""
    while True:  # in the very moment in which the server reads its users again it turns people away, and its streams with them
        try:
            bus = await NatsBus.connect(hub.url, "administrator", nkey=hub.administrator)
            try:
                return await bus.prepare(codes)
            finally:
                await bus.close()
        except Unreachable:
            await asyncio.sleep(0.05)
