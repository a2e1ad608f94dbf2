"""Republishing what others said, where a hub has lost it and who said it is away: under one's own seeds, never as their log.

So an event of a section that is offline reaches those who were away before, through any hub, as long as one section holds it.
What its own section can publish again by itself is left to it.
"""

import logging
from collections.abc import Sequence

import msgspec

from internationale.bus import Bus, Outcome, Parcel, Unprovisioned
from internationale.events.envelope import Address
from internationale.ledger.heads import Head
from internationale.section import Section
from internationale.worker.branches import carriers, listed, portions
from internationale.worker.pace import in_thread
from internationale.worker.questions import PATIENCE, Question

_log = logging.getLogger(__name__)
_LOG, SEED = "intl.v1.log.", "intl.v1.seed."
AT_ONCE = 500
COMPARED = 32
"""Seeds whose contents are compared at a time."""


def seeded(publisher: str, parcel: Parcel) -> Parcel:
    """An event as ``publisher`` republishes it: ``intl.v1.seed.<publisher>.<section>.<epoch>.<sequence>``."""
    return Parcel(f"{SEED}{publisher}.{parcel.subject.removeprefix(_LOG)}", parcel.body, parcel.signature)


def unseeded(parcel: Parcel) -> Parcel:
    """A republished event under its own subject."""
    return Parcel(_LOG + parcel.subject.removeprefix(SEED).partition(".")[2], parcel.body, parcel.signature)


async def seed(section: Section, bus: Bus, *, always: bool = False) -> int:
    """Republish what the hub lacks of other sections' logs, if they do not answer (or ``always``). Returns how many events."""
    count, publishers = 0, await in_thread(carriers, section)
    for log in await in_thread(_foreign, section):
        lacking = await _lacking(section, bus, log, publishers)
        if lacking and (always or not await _present(bus, log.section)):
            count += await _publish(section, bus, log, lacking)
    return count


async def _lacking(section: Section, bus: Bus, log: Head, publishers: Sequence[str]) -> list[int]:
    """Numbers that we hold and this hub has neither as their log nor as anybody's seed. A seed counts for what it is, not for its
    name: below their own name everybody may leave anything.
    """
    there = await bus.kept(f"{_LOG}{log.section}.{log.epoch}.*")
    lacking = [number for number in range(1, log.sequence + 1) if f"{_LOG}{log.section}.{log.epoch}.{number}" not in there]
    try:
        places = [f"{SEED}{publisher}.{log.section}.{log.epoch}.*" for publisher in publishers]
        seeds = await listed(bus, places) if lacking else set()
    except Unprovisioned:
        return []  # a hub of an older make, without seeds
    for publisher in publishers:
        name = f"{SEED}{publisher}.{log.section}.{log.epoch}."
        true = await _true(section, bus, log, publisher, [number for number in lacking if f"{name}{number}" in seeds])
        lacking = [number for number in lacking if number not in true]
    return lacking


async def _true(section: Section, bus: Bus, log: Head, publisher: str, numbers: Sequence[int]) -> set[int]:
    """Those of one publisher's seeds that are what they are called, until some are not."""
    true = set[int]()
    for some in portions(numbers, COMPARED):
        ours = [seeded(publisher, parcel) for parcel in await in_thread(_read, section, log, some)]
        found = await bus.get([parcel.subject for parcel in ours]) if ours else {}
        same = [parcel.subject for parcel in ours if found.get(parcel.subject) == parcel]
        true.update(int(name.rpartition(".")[2]) for name in same)
        if len(same) < len(ours):
            break
    return true


async def _present(bus: Bus, code: str) -> bool:
    """Whether a section answers now: then it publishes by itself what the hub has lost."""
    return bool(await bus.ask(code, msgspec.json.encode(Question(code, first=1, last=1)), PATIENCE))


async def _publish(section: Section, bus: Bus, log: Head, numbers: Sequence[int]) -> int:
    stored = 0
    for start in range(0, len(numbers), AT_ONCE):
        parcels = await in_thread(_read, section, log, numbers[start : start + AT_ONCE])
        outcomes = await bus.publish([seeded(section.code, parcel) for parcel in parcels])
        stored += sum(outcome is Outcome.STORED for outcome in outcomes)
    if stored:
        _log.warning("hub %s had lost events of %s: republished %d of them", bus.hub, log.section, stored)
    return stored


def _foreign(section: Section) -> list[Head]:
    with section.reading() as session:
        return [log for log in section.ledger.all_heads(session) if log.section != section.code and log.sequence]


def _read(section: Section, log: Head, numbers: Sequence[int]) -> list[Parcel]:
    """Events that are here as they were signed: a bit that flipped on our disk must not leave it."""
    with section.reading() as session:
        found = [section.ledger.event(session, Address(log.section, log.epoch, number)) for number in numbers]
    return [
        Parcel(event.address.subject, event.signed.body, event.signed.signature)
        for event in found
        if event is not None and event.signed.hash == event.hash
    ]
