"""Hubs that keep something from one section, and the ways on which it comes all the same."""

import asyncio
import io

from internationale.bundle.packing import Wanted, lines
from internationale.bundle.unpacking import unpack
from internationale.bus import LOG
from internationale.bus.nats import NatsBus
from internationale.worker import refilling

from .carriers import as_admin, spoken
from .faults import fault
from .stage import Stage

SOON = 60.0
"""Seconds in which a section must see through it."""
CLOSED = {
    "hub": r"delivered {log}",
    "seeds": r"(delivered|kept) {log}",
    "sections": r"(delivered|kept) ({log}|{seed})",
    "pages": r"(delivered|kept|answered) ({log}|{seed})",
    "bundle": r"(delivered|kept|answered) ({log}|{seed})",
}
"""For each way to what is missing: what the hub keeps from the section, so that the ways before it lead nowhere."""


def withhold(stage: Stage, victim: str, origin: str, numbers: list[int], closed: str) -> None:
    """Let a section have none of these events of a log on the ways that are closed."""
    which = rf"{origin}\.1\.({'|'.join(map(str, numbers))})"
    stage.wires[victim, 0].withhold(closed.format(log=rf"intl\.v1\.log\.{which}", seed=rf"intl\.v1\.seed\..*\.{which}"))


@fault(25, "the hub withholds the end of a log from one section; in half of all cases who said it is away then")
def tail(stage: Stage) -> None:
    """The others' heads show that there is more, and one of them is asked."""
    victim, origin, other = stage.cast
    spoken(stage)
    count = stage.chance.randrange(5, 25)
    first = stage.head(origin, origin).sequence + 1
    numbers = list(range(first, first + count))
    withhold(stage, victim, origin, numbers, CLOSED["sections"])
    stage.say(origin, count)
    stage.until(lambda: stage.holds(other, origin, numbers[-1]), f"{other} has it")
    if away := stage.chance.random() < 0.5:
        stage.kill(origin)
    stage.until(lambda: stage.holds(victim, origin, numbers[-1]), f"{victim} sees through it", SOON)
    hub = stage.wires[victim, 0].url
    came = stage.ways(victim, origin, numbers)
    assert came <= ({f"{hub} {other}"} if away else {f"{hub} {other}", f"{hub} {origin}"}), f"it came by {came}"


@fault(24, "a gap in the middle of a log: each way to it in turn, with those before it closed", addressed=True)
def gap(stage: Stage) -> None:
    """By name from the hub, from seeds, from a section that has it, from the pages of who said it, and as a file."""
    victim, origin, other = stage.cast
    spoken(stage)
    hub = stage.wires[victim, 0].url
    ways = {"hub": hub, "seeds": f"{hub} seed {other}", "sections": f"{hub} {origin}", "bundle": "a file"}
    ways["pages"] = stage.settings[origin].base_url
    for way in stage.chance.sample(list(ways), len(ways)):
        first = stage.head(origin, origin).sequence + stage.chance.randrange(2, 4)
        numbers = list(range(first, first + stage.chance.randrange(1, 4)))
        withhold(stage, victim, origin, numbers, CLOSED["bundle" if way == "seeds" else way])
        stage.say(origin, 8)
        stage.until(lambda last=numbers[-1]: stage.holds(other, origin, last + 1), f"{other} has all")
        if way == "seeds":
            for number in numbers:
                subject = f"intl.v1.log.{origin}.1.{number}"
                as_admin(stage, lambda context, subject=subject: context.purge_stream(LOG, subject=subject))
            seed(stage, other)
            withhold(stage, victim, origin, numbers, CLOSED[way])
        if way == "bundle":
            stage.stop(origin)
            carry(stage, other, victim)
        stage.until(lambda last=numbers[-1]: stage.holds(victim, origin, last + 1), f"{victim} has it by way of {way}", SOON)
        came = stage.ways(victim, origin, numbers)
        assert came == {ways[way]}, f"{way}: it came by {came}"
        if way == "bundle":
            stage.start(origin)


def seed(stage: Stage, code: str) -> None:
    """What ``internationale bundle seed`` does."""

    async def run() -> None:
        bus = await NatsBus.connect(stage.wires[code, 0].url, code)
        try:
            await refilling.refill(section, bus)
        finally:
            await bus.close()

    with stage.opened(code) as section:
        asyncio.run(run())


def carry(stage: Stage, giver: str, taker: str) -> None:
    """A bundle, on a stick."""
    with stage.opened(giver) as section:
        file = b"".join(lines(section, Wanted()))
    with stage.opened(taker) as section:
        unpack(section, io.BytesIO(file), "a file")
