"""Hubs that lose what they had: streams, disks, blocks, bits, consumers."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import nats
from nats.js import JetStreamContext

from internationale.bus import LOG, PART

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
    for code in stage.codes:
        stage.say(code, 60)
    stage.until(stage.settled, "all have it")


@fault(8, "power lost at the hub: the end of its last block was never written")
def power(stage: Stage) -> None:
    spoken(stage)
    stage.rate(AT_ONCE)
    stage.rest(1)
    stage.hubs[0].kill()
    last = max(blocks(stage), key=lambda block: block.stat().st_mtime)
    size = last.stat().st_size
    with last.open("r+b") as file:
        file.truncate(max(1, size - stage.chance.randrange(1, max(2, size // 2))))
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
    stage.kill("ic")
    stage.rate(AT_ONCE)
    stage.rest(0.5)
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
    stage.rest(2)
    stage.hubs[0].kill()
    disks.copy(stage.folder / "copy", store(stage))
    stage.hubs[0].start()
    stage.rest(1)


@fault(16, "bits are flipped in the hub's blocks")
def flipped(stage: Stage) -> None:
    spoken(stage)
    stage.kill("ar")
    stage.say("fr", 40)
    stage.say("ic", 40)
    stage.rest(0.5)
    stage.hubs[0].kill()
    for _ in range(3):
        disks.flip_bit(stage.chance.choice(blocks(stage)), stage.chance)
    for index in store(stage).rglob("index.db"):
        index.unlink()
    stage.hubs[0].start()
    stage.expected = None  # what a bit changed is refused by whoever it was brought to
    stage.rest(1)


@fault(44, "the consumer of a section is deleted")
def consumer(stage: Stage) -> None:
    stage.begin(AT_ONCE)
    as_admin(stage, lambda context: context.delete_consumer(LOG, "ar"))
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


@fault(25, "the end of a log is withheld: the hub lost it, and who said it is away")
def withheld(stage: Stage) -> None:
    spoken(stage)
    stage.kill("ar")
    stage.say("fr", 10)
    stage.until(lambda: stage.holds("ic", "fr", 70), "ic has it")
    stage.kill("fr")
    for number in range(61, 71):
        subject = f"intl.v1.log.fr.1.{number}"
        as_admin(stage, lambda context, subject=subject: context.purge_stream(LOG, subject=subject))
    stage.start("ar")
    stage.until(lambda: stage.holds("ar", "fr", 70), "ar has it from ic")


@fault(37, "long contents: the hub has something else under their names, and the line is cut again and again")
def pieces(stage: Stage) -> None:
    """What is wrong is not kept; the true piece comes from whom it is."""
    spoken(stage)
    stage.kill("ar")
    stage.instances["fr"].order("long", 12)
    stage.until(lambda: stage.instances["fr"].done >= 60 + 12, "fr says long notes")
    stage.until(lambda: stage.holds("ic", "fr", 72), "ic has them")

    async def spoil(context: JetStreamContext) -> None:
        info = await context.stream_info(PART, subjects_filter=">")
        for subject in stage.chance.sample(sorted(info.state.subjects or {}), 6):
            await context.purge_stream(PART, subject=subject)
            await context.publish(subject, stage.chance.randbytes(100_000))

    as_admin(stage, spoil)
    stage.start("ar")
    for _ in range(8):
        stage.wires["ar", 0].cut_after(stage.chance.randrange(50_000, 500_000))
        stage.rest(0.7)
