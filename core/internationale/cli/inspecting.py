"""Asking each hub how it stands, from the command line: whether it lets us in, is prepared for us, and has what we said."""

import asyncio
from dataclasses import replace

from internationale.bus import Bus, NotAllowed, NotAuthorised, Parcel, Unreachable
from internationale.bus.nats import NatsBus
from internationale.events.envelope import Address
from internationale.kit import HubState
from internationale.messages import Message
from internationale.section import Section
from internationale.worker.hubs import KEYLESS, NOT_ALLOWED, Hub, keyless, named, worded


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
    with section.reading() as session:
        logs = section.ledger.own_logs(session)
    missing, last = 0, None
    for log in logs:
        there = await bus.kept(f"intl.v1.log.{section.code}.{log.epoch}.*")
        for address in (Address(section.code, log.epoch, number) for number in range(1, log.sequence + 1)):
            missing += address.subject not in there
            last = address if address.subject in there else last
    return replace(state, unsent=missing, trouble=None if last is None else await _taking(section, bus, last))


async def _taking(section: Section, bus: Bus, there: Address) -> Message | None:
    """Whether it still takes what we say: what it has already is said again, which changes nothing there."""
    with section.reading() as session:
        event = section.ledger.event(session, there)
    if event is None or event.signed.hash != event.hash:
        return None
    try:
        await bus.publish([Parcel(there.subject, event.signed.body, event.signed.signature)])
    except NotAllowed:
        return NOT_ALLOWED
    return None
