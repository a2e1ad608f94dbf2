"""Hubs that lose what they had: streams, disks, blocks, bits, consumers."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import nats
from nats.js import JetStreamContext

from internationale.bus import LOG

from . import disks
from .faults import fault
from .stage import Stage

AT_ONCE = 60


def as_admin(stage: Stage, deed: Callable[[JetStreamContext], Awaitable[object]], hub: int = 0) -> None:
    """Do something at a hub with its administrator's rights."""

    async def run() -> None:
        client = await nats.connect(stage.hubs[hub].url)
        try:
            await deed(client.jetstream())
        finally:
            await client.close()

    asyncio.run(run())


def store(stage: Stage, hub: int = 0) -> Path:
    return stage.hubs[hub].folder / "store"


def blocks(stage: Stage) -> list[Path]:
    """The files that hold the log's messages."""
    return sorted(store(stage).rglob(f"{LOG}/msgs/*.blk"))


def spoken(stage: Stage) -> None:
    """Everybody says much, and all have it."""
    stage.start()
    for code in stage.cast:
        stage.say(code, stage.chance.randrange(30, 70))
    stage.until(stage.settled, "all have it")


@fault(8, "power lost at the hub: the end of its last block was never written")
def power(stage: Stage) -> None:
    spoken(stage)
    stage.rate(AT_ONCE)
    stage.rest(stage.chance.uniform(0.5, 1.5))
    stage.hubs[0].kill()
    last = max(blocks(stage), key=lambda block: block.stat().st_mtime)
    size = last.stat().st_size
    with last.open("r+b") as file:
        file.truncate(max(1, size - int(size / 2 * stage.chance.random())))
    for index in store(stage).rglob("index.db"):
        index.unlink()
    stage.hubs[0].start()
    stage.rest(1)


@fault(13, "the stream of events is deleted while all write")
def deleted(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    as_admin(stage, lambda context: context.delete_stream(LOG))
    stage.rest(2)


@fault(14, "the hub's disk is lost while all write, and one section is away")
def disk_lost(stage: Stage) -> None:
    spoken(stage)
    stage.kill(stage.cast[0])
    stage.rate(AT_ONCE)
    stage.rest(stage.chance.uniform(0.2, 1))
    stage.hubs[0].kill()
    shutil.rmtree(store(stage))
    stage.rest(0.5)
    stage.hubs[0].start()
    stage.rest(1)


@fault(15, "the hub is restored from an old copy")
def restored(stage: Stage) -> None:
    spoken(stage)
    stage.hubs[0].stop()
    disks.copy(store(stage), stage.folder / "copy")
    stage.hubs[0].start()
    stage.rate(AT_ONCE)
    stage.rest(stage.chance.uniform(1, 3))
    stage.hubs[0].kill()
    disks.copy(stage.folder / "copy", store(stage))
    stage.hubs[0].start()
    stage.rest(1)


@fault(16, "bits are flipped in the hub's blocks")
def flipped(stage: Stage) -> None:
    away, *others = stage.cast
    spoken(stage)
    stage.kill(away)
    for code in others:
        stage.say(code, stage.chance.randrange(20, 60))
    stage.rest(0.5)
    stage.hubs[0].kill()
    where = stage.chance.apart()
    for _ in range(stage.chance.randrange(1, 6)):
        disks.flip_bit(where.choice(blocks(stage)), where)
    for index in store(stage).rglob("index.db"):
        index.unlink()
    stage.hubs[0].start()
    stage.expected = None  # what a bit changed is refused by whoever it was brought to
    stage.rest(1)


@fault(44, "the consumer of a section is deleted")
def consumer(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    as_admin(stage, lambda context: context.delete_consumer(LOG, stage.cast[0]))
    stage.rest(2)


@fault(31, "the hub's disk is full", needs_root=True)
def hub_full(stage: Stage) -> None:
    """Publishing stops, saying goes on; after room was made and the hub was started again all arrives."""
    stage.hubs[0].stop()
    with disks.small(store(stage), 8) as folder:
        stage.hubs[0].start()
        stage.begin(AT_ONCE)
        ballast = disks.fill(folder)
        stage.rest(4)
        assert all(stage.instances[code].said for code in stage.codes), "nobody could write"
        stage.hubs[0].kill()
        ballast.unlink()
        stage.hubs[0].start()
        stage.rest(1)
        stage.heal()
        for code in stage.codes:
            stage.stop(code)
        stage.hubs[0].stop()
    stage.hubs[0].start()  # its disk is gone for good now: it is filled again
