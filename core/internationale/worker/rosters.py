"""The exchange of rosters: every section carries the versions it knows to the hub, and follows those it finds."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace

from internationale.bundle import taking
from internationale.bus import ROSTER, Bus, Parcel
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.worker.pace import in_thread

_log = logging.getLogger(__name__)

PATTERN = "intl.v1.roster.*.*"
AT_ONCE = 64
DIGITS = 15
"""Of the number of a version, at most (``events.signed.Number``)."""
LOOKED = 512
"""How many names of the next version are looked at in one go by who comes again: who may write on a hub can make as many as they
like. Who comes but once looks at all of them: among those left out would be the true one.
"""


async def carry(section: Section, bus: Bus, seen: set[str]) -> int:
    """Publish the versions that the hub does not have, and look at those that we do not have. Returns how many were published.

    ``seen``: what was looked at before. What it is told once may have been told to the instance that a backup was made of.
    """
    known = await in_thread(_known, section)
    there = await bus.kept(PATTERN) if known else set()
    await _look(section, bus, there - known.keys(), seen)
    missing = [subject for subject in known if subject not in there]
    for subject in missing:
        await bus.publish([await in_thread(_version, section, subject, known[subject])])
    return len(missing) + await _carry_past(section, bus, known, there, seen)


async def _carry_past(section: Section, bus: Bus, known: dict[str, int], there: set[str], seen: set[str]) -> int:
    """Where something else stands under a name of ours, publish that version under a name that nobody could foresee, unless it
    is there under another one. A hub does not look whether a name fits. Returns how many were published.
    """
    names = [name for name in reversed(known) if name in there and name not in seen][:AT_ONCE]
    found = await bus.get(names) if names else {}
    published = 0
    for name in found:
        ours = await in_thread(_version, section, name, known[name])
        if not _same(found[name], ours) and not await _elsewhere(bus, ours, known[name], there - {name}):
            await bus.publish([replace(ours, subject=f"intl.v1.roster.{known[name]}.{secrets.token_hex(8)}")])
            published += 1
        seen.add(name)
    return published


async def _elsewhere(bus: Bus, ours: Parcel, number: int, there: set[str]) -> bool:
    others = sorted(name for name in there if _number(name) == number)[:AT_ONCE]
    return bool(others) and any(_same(each, ours) for each in (await bus.get(others)).values())


def _same(one: Parcel, other: Parcel) -> bool:
    return (one.body, one.signature) == (other.body, other.signature)


async def look(section: Section, bus: Bus) -> None:
    """Follow as far as the hub has versions, and look at all those that stand against ours."""
    await catch_up(section, bus)
    if known := await in_thread(_known, section):
        names, seen = await bus.kept(PATTERN) - known.keys(), set[str]()
        while await _look(section, bus, names, seen):
            pass


async def _look(section: Section, bus: Bus, names: set[str], seen: set[str]) -> int:
    """Look at some names that were not looked at. Returns at how many."""
    some = sorted((name for name in names - seen if _number(name)), key=_number)[:AT_ONCE]
    found = await bus.get(some) if some else {}
    await take_in(section, [found[name] for name in some if name in found])
    seen.update(some)
    return len(some)


async def follow(section: Section, bus: Bus, wait: float, seen: set[str] | None = None) -> int:
    """Wait for versions, take in what came and what follows it. Returns how many are new. ``seen``: as for ``catch_up``."""
    batch = await bus.receive(ROSTER, 16, wait)
    new = await take_in(section, batch.parcels)
    await batch.done()
    return new + (await catch_up(section, bus, set() if seen is None else seen) if batch.parcels else 0)


async def catch_up(section: Section, bus: Bus, seen: set[str] | None = None) -> int:
    """Follow version by version as far as the hub has them: they may have come in another order, or before we had joined.

    ``seen``: what was looked at before and does not follow, of who comes again; None: everything is looked at now.
    """
    new = 0
    while (latest := await in_thread(_latest, section)) is not None:
        if not await _next(section, bus, latest, seen):
            break
        new += 1
    return new


async def _next(section: Section, bus: Bus, latest: tuple[int, str], seen: set[str] | None) -> bool:
    """Look at what says to be the next version, until one of them is. Whether one was."""
    number, hash = latest
    names = {f"{name} after {hash}": name for name in await bus.kept(f"intl.v1.roster.{number + 1}.*")}
    if len(names) > LOOKED:
        _log.warning("%s: %d names say to be version %d of the roster: somebody fills it", bus.hub, len(names), number + 1)
    unseen = sorted(names) if seen is None else sorted(names.keys() - seen)[:LOOKED]
    for start in range(0, len(unseen), AT_ONCE):
        some = unseen[start : start + AT_ONCE]
        found = await bus.get([names[each] for each in some])
        if await take_in(section, [found[names[each]] for each in some if names[each] in found]):
            return True
        if seen is not None:
            seen.update(some)
    return False


async def take_in(section: Section, parcels: Sequence[Parcel]) -> int:
    """Follow the roster by what came; then look again at what was refused under the old version."""
    if not parcels:
        return 0
    documents = [SignedDocument.from_header(parcel.body, parcel.signature) for parcel in parcels]
    return await in_thread(taking.follow, section, documents)


def _known(section: Section) -> dict[str, int]:
    """The subjects of our versions, in order."""
    with section.reading() as session:
        return queries.subjects(session)


def _number(name: str) -> int:
    """The number of the version that a subject says to be; 0 when it says none."""
    number = name.split(".")[3]
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= DIGITS else 0


def _version(section: Section, subject: str, number: int) -> Parcel:
    with section.reading() as session:
        (document,) = queries.chain(session, number - 1, number)
    return Parcel(subject, document.body, document.header)


def _latest(section: Section) -> tuple[int, str] | None:
    """Number and hash of the version in force."""
    with section.reading() as session:
        number, hash = queries.latest_number(session), queries.latest_hash(session)
        return None if hash is None else (number, hash)
