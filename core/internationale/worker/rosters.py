"""The exchange of rosters: every section carries the versions it knows to the hub, and follows those it finds.

A version travels as ``intl.v1.roster.<publisher>.v<version>``, below the name of who brings it (``branches``): so there are never
more names of one version than sections that carry it. What counts is what is there, not its name. Names of before,
``intl.v1.roster.<version>.<hash16>``, were nobody's; they are read after all others, and so many at a time.
"""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from heapq import nsmallest

from internationale.bundle import taking
from internationale.bus import ROSTER, Bus, Outcome, Parcel
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.worker.branches import NOBODY, REMEMBERED, Branches, carriers, listed, portions
from internationale.worker.pace import in_thread

_log = logging.getLogger(__name__)

AT_ONCE = 16
HEARD = 64
HEARD_EACH = 4
"""Of what a hub delivers at a time, so many of each section are looked at; all else is found by its name."""
DIGITS = 15
"""Of the number of a version, at most (``events.signed.Number``)."""
LOOKED = 128
"""How many names of nobody's are looked at in one go by who comes again: on some hubs there can be any number of them. Who comes
but once looks at all: among those left out would be the true one.
"""
CROWDED, SLOWLY, REST = 2000, 200, 300.0
"""Names, beyond which somebody leaves junk: then they are asked for a second later for each so many, but for the longest rest."""
LIST_REST = 3600.0
"""Seconds after which everything that is there is compared again."""


class Seen:
    """What was seen of one hub's rosters, for one connection."""

    def __init__(self) -> None:
        self.branches = Branches(_whose)
        self.after, self.of = set[str](), ""
        """What was looked at and does not follow the version in force, and the hash of that."""
        self.places: dict[int, str] = {}
        """Under which subject each of our versions is there."""
        self.listed = self.asked = self.compared = 0.0
        """When everything is compared again. Where there are very many names: before when they are not asked for, those of the
        next version and those of ours."""


async def carry(section: Section, bus: Bus, seen: Seen) -> int:
    """Publish the versions that the hub does not have, and look at those that we do not have. Returns how many were published."""
    known, published = await in_thread(_known, section), 0
    if not known:
        return 0
    if not await _compare(section, bus, known, seen):
        return 0
    for number in [each for each in known if each not in seen.places]:
        if place := await _publish(section, bus, number):
            seen.places[number] = place
            published += 1
    return published


async def look(section: Section, bus: Bus) -> None:
    """Follow as far as the hub has versions, and look at all those that stand against ours."""
    await catch_up(section, bus)
    if known := await in_thread(_known, section):
        await _compare(section, bus, known, Seen(), everything=True)


async def _compare(section: Section, bus: Bus, known: Mapping[int, str], seen: Seen, *, everything: bool = False) -> bool:
    """Find where our versions are, and take in what stands beside them. What a restored instance is told once may have been told
    to the one that the backup was made of. ``everything``: also of what stands under nobody's name, leave nothing for later.

    Returns whether it is known where our versions are: very many names are not asked for all the time.
    """
    now, newest = asyncio.get_running_loop().time(), seen.places.get(max(known))
    if now >= seen.listed or (newest is not None and not await bus.kept(newest)):  # or an old store was put back
        seen.listed = now + LIST_REST
        seen.branches, newest = Branches(_whose), None
        seen.places.clear()
    if newest is None:
        if now < seen.compared:
            return False
        there = await listed(bus, (pattern for number in known for pattern in (_name("*", number), f"intl.v1.roster.{number}.*")))
        seen.compared = now + _rest(len(there))
        names = await in_thread(_of, known, there)
        await in_thread(seen.branches.add, names)
        await _look(section, bus, sorted(set(known.values()).intersection(names)), known, seen)
    members = await in_thread(carriers, section)
    while names := seen.branches.take(AT_ONCE, members):
        await _look(section, bus, names, known, seen)
        if not everything and all(_whose(name) not in members for name in names):
            break  # the others' another time
    return True


def _of(known: Mapping[int, str], names: Collection[str]) -> list[str]:
    return [name for name in names if _number(name) in known]


def _rest(names: int) -> float:
    return min(names / SLOWLY, REST) if names > CROWDED else 0.0


async def _look(section: Section, bus: Bus, names: Sequence[str], known: Mapping[int, str], seen: Seen) -> None:
    for some in portions(names, AT_ONCE):
        strange = []
        for name, parcel in (await bus.get(some)).items():
            if _same(parcel, await in_thread(_version, section, _number(name))):
                seen.places.setdefault(_number(name), name)
            else:
                strange.append(parcel)
        await take_in(section, strange)


async def _publish(section: Section, bus: Bus, number: int) -> str | None:
    """Under our own name; where that is taken (by who had our key, or where everybody may write) under one that nobody foresees.

    Returns where it is then.
    """
    ours = await in_thread(_version, section, number)
    for name in (_name(section.code, number), f"intl.v1.roster.{number}.{secrets.token_hex(8)}"):
        outcome = (await bus.publish([replace(ours, subject=name)]))[0]
        if outcome is Outcome.UNKNOWN:
            return None
        there = ours if outcome is Outcome.STORED else (await bus.get([name])).get(name)
        if there is not None and _same(there, ours):
            return name
    return None


async def follow(section: Section, bus: Bus, wait: float, seen: Seen | None = None) -> int:
    """Wait for versions, take in what came and what follows it. Returns how many are new. ``seen``: as for ``catch_up``."""
    batch = await bus.receive(ROSTER, HEARD, wait)
    latest = await in_thread(_latest, section)
    number = latest[0] if latest else 10**DIGITS
    new = await take_in(section, _worth_a_look(batch.parcels, number))
    await batch.done()
    later = any(_number(parcel.subject) > number for parcel in batch.parcels)
    return new + (await catch_up(section, bus, seen) if new or later else 0)


def _worth_a_look(parcels: Sequence[Parcel], latest: int) -> list[Parcel]:
    """Those that may follow our version or stand against ours, a few of each section's."""
    counted, some = Counter[str](), list[Parcel]()
    for parcel in parcels:
        whose = _whose(parcel.subject)
        if 0 < _number(parcel.subject) <= latest + 1 and counted[whose] < HEARD_EACH:
            counted[whose] += 1
            some.append(parcel)
    return some


async def catch_up(section: Section, bus: Bus, seen: Seen | None = None) -> int:
    """Follow version by version as far as the hub has them: they may have come in another order, or before we had joined.

    ``seen``: of who comes again, what was looked at before; None: everything is looked at now.
    """
    new = 0
    while (latest := await in_thread(_latest, section)) is not None:
        if not await _next(section, bus, latest, seen):
            break
        new += 1
    return new


async def _next(section: Section, bus: Bus, latest: tuple[int, str], seen: Seen | None) -> bool:
    """Look at everything that says to be the next version, until one of them is. Whether one was."""
    (known, hash), now = latest, asyncio.get_running_loop().time()
    if seen is not None and (seen.of != hash or len(seen.after) > REMEMBERED):
        seen.after, seen.of, seen.asked = set(), hash, 0.0
    if seen is not None and now < seen.asked:
        return False
    number, members = known + 1, await in_thread(carriers, section)
    there = await bus.kept(_name("*", number)) | await bus.kept(f"intl.v1.roster.{number}.*")
    if len(there) > LOOKED:
        _log.warning("hub %s has %d names of version %d of the list of sections", bus.hub, len(there), number)
    after = set[str]() if seen is None else seen.after
    sections = [
        name for name in (_name(code, number) for code in members) if (seen is None or name in there) and name not in after
    ]
    others = (name for name in there if name not in after and _whose(name) not in members)
    if seen is not None:
        seen.asked = now + _rest(len(there))
    for some in portions(sections + (sorted(others) if seen is None else nsmallest(LOOKED, others)), AT_ONCE):
        found = await bus.get(some)
        if await take_in(section, [found[name] for name in some if name in found]):
            return True
        after.update(some)
    return False


async def take_in(section: Section, parcels: Sequence[Parcel]) -> int:
    """Follow the roster by what came; then look again at what was refused under the old version."""
    if not parcels:
        return 0
    documents = [SignedDocument.from_header(parcel.body, parcel.signature) for parcel in parcels]
    return await in_thread(taking.follow, section, documents)


def _same(one: Parcel, other: Parcel) -> bool:
    return (one.body, one.signature) == (other.body, other.signature)


def _name(publisher: str, number: int) -> str:
    return f"intl.v1.roster.{publisher}.v{number}"


def _whose(name: str) -> str:
    return name.split(".")[3] if name.split(".")[4].startswith("v") else NOBODY


def _number(name: str) -> int:
    """The number of the version that a subject says to be; 0 when it says none."""
    first, end = name.split(".")[3:5]
    number = end[1:] if end.startswith("v") else first
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= DIGITS else 0


def _known(section: Section) -> dict[int, str]:
    """Our versions, in order, with the names that they had before."""
    with section.reading() as session:
        return {number: name for name, number in queries.subjects(session).items()}


def _version(section: Section, number: int) -> Parcel:
    with section.reading() as session:
        (document,) = queries.chain(session, number - 1, number)
    return Parcel("", document.body, document.header)


def _latest(section: Section) -> tuple[int, str] | None:
    """Number and hash of the version in force."""
    with section.reading() as session:
        number, hash = queries.latest_number(session), queries.latest_hash(session)
        return None if hash is None else (number, hash)
