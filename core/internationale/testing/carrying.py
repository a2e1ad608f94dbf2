"""Moving everything between sections over a real hub, with the worker's own steps, until nothing moves any more."""

import asyncio
from collections.abc import Sequence

from internationale.bus import Bus
from internationale.bus.nats import NatsBus
from internationale.section import Section
from internationale.worker import fence, heads, mending, proofs, questions, receiving, rosters
from internationale.worker.relay import Relay

ROUNDS = 50
"""More would mean that something never settles."""


def carry(url: str, *sections: Section) -> None:
    """Carry everything among these sections, over the hub at ``url``; those left out are absent."""
    asyncio.run(_carry(url, sections))


async def _carry(url: str, sections: Sequence[Section]) -> None:
    buses: list[Bus] = []
    try:
        for section in sections:
            buses.append(await NatsBus.connect(url, section.code))
            await buses[-1].provision()
            await questions.answer_others(section, buses[-1])
        pairs = list(zip(sections, buses, strict=True))
        await settle(pairs)
        for section, bus in pairs:
            relay = Relay(section, bus, await bus.identity())
            if await relay.audit():
                await _send(relay)
    finally:
        for bus in buses:
            await bus.close()
    for section in sections:
        while await asyncio.to_thread(section.tell):
            pass


async def settle(pairs: Sequence[tuple[Section, Bus]]) -> None:
    """Let all do their errands, in turn, until nothing moves any more."""
    for _ in range(ROUNDS):
        if not sum([await step(section, bus) for section, bus in pairs]):
            return
    raise AssertionError(f"still moving after {ROUNDS} rounds")


async def _send(relay: Relay) -> int:
    moved = 0
    while sent := await relay.send():
        moved += sent
    await relay.keep()
    return moved


async def step(section: Section, bus: Bus) -> int:
    """One round of a section's errands. Returns how much moved."""
    moved = await rosters.catch_up(section, bus) + await rosters.carry(section, bus, set())
    while came := await rosters.follow(section, bus, 0):
        moved += came
    if section.fenced is not None and await fence.look(section, bus) is None:
        section.unfence()
    if section.fenced is None:
        moved += await _send(Relay(section, bus, await bus.identity()))
    while outcomes := await receiving.receive(section, bus, 0):
        moved += sum(outcome != "duplicate" for outcome in outcomes)
    while outcomes := await proofs.hear(section, bus, 0):
        moved += sum(outcome not in ("duplicate", "forked", "quarantined") for outcome in outcomes)
    moved += await proofs.carry(section, bus) + await mending.mend(section, bus)
    moved += section.fenced is None and await heads.say(section, bus)
    moved += await heads.hear(section, bus, 0)
    return moved
