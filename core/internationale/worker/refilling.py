"""Giving a hub everything that this section holds, whoever said it, at one go: after its disk was lost, or for a new one."""

from dataclasses import dataclass

from internationale.bus import Bus, Unreachable
from internationale.section import Section
from internationale.worker import proofs, rosters, seeding
from internationale.worker.relay import Relay


@dataclass(frozen=True)
class Refilled:
    """What the hub was given: rosters, own events (or those it had already), others' events as seeds, proofs of forks."""

    rosters: int = 0
    own: int = 0
    seeds: int = 0
    proofs: int = 0


async def refill(section: Section, bus: Bus) -> Refilled:
    """Publish what the hub lacks. A section whose own log is in doubt republishes the others' only. Raises ``Unreachable``."""
    await bus.provision()
    versions, own = await rosters.carry(section, bus, rosters.Seen()), 0
    if section.gate.lasting is None:  # what was said already may always be repeated, unless our log is known to be in doubt
        relay = Relay(section, bus, await bus.identity())
        await relay.audit()
        while sent := await relay.send():
            own += sent
        if sent is None:
            raise Unreachable(f"{bus.hub} stores nothing")
        await relay.keep()
    return Refilled(versions, own, await seeding.seed(section, bus, always=True), await proofs.carry(section, bus))
