"""Asking each hub how it stands, from the command line: whether it lets us in, is prepared for us, and has what we said."""

import asyncio
from dataclasses import replace

from internationale.bus import Bus, NotAuthorised, Unreachable
from internationale.bus.nats import NatsBus
from internationale.kit import HubState
from internationale.section import Section
from internationale.worker.fence import own_log
from internationale.worker.hubs import KEYLESS, Hub, keyless, named, worded


def inspect(section: Section) -> list[HubState]:
    """Every hub that the settings and the roster name, asked now. ``unsent``: how many of our events it does not have."""
    return asyncio.run(_all(section))


async def _all(section: Section) -> list[HubState]:
    return await asyncio.gather(*(_ask(section, hub) for hub in named(section)))


async def _ask(section: Section, hub: Hub) -> HubState:
    state = HubState(hub.name)
    try:
        bus = await NatsBus.connect(hub.addresses, section.code, nkey=section.nkey, certificates=hub.certificates)
    except Unreachable as error:
        unknown = isinstance(error, NotAuthorised) and keyless(section)
        return replace(state, trouble=KEYLESS if unknown else worded(error))
    try:
        return await _look(section, bus, replace(state, connected=True, since=section.now()))
    except Unreachable as error:
        return replace(state, connected=True, trouble=worded(error))
    finally:
        await bus.close()


async def _look(section: Section, bus: Bus, state: HubState) -> HubState:
    await bus.identity()
    epoch, number = own_log(section) or (1, 0)
    there = await bus.kept(f"intl.v1.log.{section.code}.{epoch}.*")
    missing = sum(f"intl.v1.log.{section.code}.{epoch}.{each}" not in there for each in range(1, number + 1))
    return replace(state, unsent=missing)
