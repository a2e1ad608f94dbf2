"""Workers of several sections, running for as long as a story is told."""

import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import replace

from internationale import worker
from internationale.bus import Unreachable
from internationale.bus.nats import NatsBus
from internationale.ledger import reasons
from internationale.ledger.reasons import Lasting
from internationale.testing import oracle


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


def opened(section):
    """Whether it may speak, to be asked."""
    return lambda: section.fenced is None


def same(*sections):
    """Whether they hold the same, to be asked."""

    def condition():
        logs = [oracle.log(section) for section in sections]
        return all(each == logs[0] for each in logs)

    return condition


def restored(restore):
    """The section as its backup has it, with the mark that ``internationale backup`` leaves there."""
    section = restore()
    with section.writing() as session:
        reasons.keep(session.connection(), Lasting.RESTORED, section.now())
    section.gate.load()
    return section


def settled(*sections):
    """Wait until all hold the same, and have said so."""

    async def story():
        await until(same(*sections))
        await until(lambda: all(_heard(section, len(sections)) for section in sections))

    live(story, *sections)


def _heard(section, count):
    with section.reading() as session:
        first = next(section.ledger.every_event(session)).envelope.ref
        return sum(receipt.holds for receipt in section.receipts(session, first)) == count


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
