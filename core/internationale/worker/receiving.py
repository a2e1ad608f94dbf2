"""The others' events in: fetched, accepted in one transaction, and acknowledged only after the commit."""

import logging
from collections.abc import Callable, Sequence

from internationale.bundle import forgotten
from internationale.bus import LOG, Bus, Parcel
from internationale.events.envelope import Address
from internationale.ledger.deliveries import Delivery
from internationale.ledger.reasons import WORDS, Lasting
from internationale.section import Section
from internationale.worker.pace import in_thread
from internationale.worker.published import Published

_log = logging.getLogger(__name__)

BATCH = 256
UNSETTLED = frozenset(["waiting", "parked", "full"])
"""Outcomes after which something has to be fetched from elsewhere."""


async def receive(section: Section, bus: Bus, wait: float, published: Published, cleared: Callable[[], bool]) -> list[str]:
    """Take in the next batch; returns the outcomes, those of our own that came back last; empty when nothing came within ``wait``
    seconds. ``published``: what needs no looking up. ``cleared``: whether it was looked, since the hub is connected, how far our
    own log goes there: before that what we have said and forgotten may come, and after it what only another instance can write.
    """
    batch = await bus.receive(LOG, BATCH, wait)
    parcels = [parcel for parcel in batch.parcels if not published.came_back(parcel)]
    closings, open_before = section.gate.closings, section.fenced is None  # what came while it was closed proves nothing
    outcomes = await (take_in if cleared() else take_back)(section, parcels, bus.hub)
    await batch.done()
    still = open_before and section.fenced is None and section.gate.closings == closings
    if still and await in_thread(_another_speaks, section, parcels, outcomes):
        _log.critical("events of our own log came in that this instance did not write")
        await in_thread(section.fence, WORDS[Lasting.ANOTHER], Lasting.ANOTHER)
    return outcomes + ["duplicate"] * (len(batch.parcels) - len(parcels))


def _another_speaks(section: Section, parcels: Sequence[Parcel], outcomes: Sequence[str]) -> bool:
    """Whether authentic events of our own log came that are not ours; but for those against which the roster has decided: whoever
    has one can bring it again and again. Of an epoch that is closed our own come as well, to who has lost them.
    """
    own = f"intl.v1.log.{section.code}."
    authentic = [one for one, outcome in zip(parcels, outcomes, strict=True) if outcome not in ("duplicate", "quarantined")]
    rivals = [Address.of_subject(one.subject) for one in authentic if one.subject.startswith(own)]
    if not rivals:
        return False
    with section.reading() as session:
        ledger, keyring, now = section.ledger, section.keyring(session), section.now()
        rivals = [each for each in rivals if each.epoch == keyring[section.code].epoch]
        return not all(ledger.decided(session, keyring, each, now) for each in rivals)


async def take_in(section: Section, parcels: Sequence[Parcel], via: str, by: str = "") -> list[str]:
    """Accept parcels that came on any way. ``by``: the section that brought them, where it was not their own."""
    return await in_thread(section.accept, _deliveries(parcels, via, by)) if parcels else []


async def take_back(section: Section, parcels: Sequence[Parcel], via: str, by: str = "") -> list[str]:
    """The same of what may be our own log, further on than it goes here: where that is so this section has forgotten something,
    and says nothing until it was asked what else there is. The fence is closed before anything of it is here to go on from.
    """
    if section.fenced is None and await in_thread(forgotten.beyond, section, _deliveries(parcels, via, by)):
        _log.error("events of our own log came from %s that this section has said and forgotten", via)
        await in_thread(section.fence, WORDS[Lasting.BEHIND], Lasting.BEHIND)
    return await take_in(section, parcels, via, by)


def _deliveries(parcels: Sequence[Parcel], via: str, by: str) -> list[Delivery]:
    return [Delivery(parcel.subject, parcel.body, parcel.signature, via, by) for parcel in parcels]
