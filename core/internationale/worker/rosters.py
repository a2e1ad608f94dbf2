"""The exchange of rosters: every section carries the versions it knows to the hub, and follows those it finds."""

from collections.abc import Sequence

from internationale.bundle import taking
from internationale.bus import ROSTER, Bus, Parcel
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.worker.pace import in_thread

PATTERN = "intl.v1.roster.*.*"
AT_ONCE = 64


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
    return len(missing)


async def look(section: Section, bus: Bus) -> None:
    """Follow as far as the hub has versions, and look at those that stand against ours."""
    await catch_up(section, bus)
    if known := await in_thread(_known, section):
        await _look(section, bus, await bus.kept(PATTERN) - known.keys(), set())


async def _look(section: Section, bus: Bus, names: set[str], seen: set[str]) -> None:
    some = sorted((name for name in names - seen if _number(name)), key=_number)[:AT_ONCE]
    found = await bus.get(some) if some else {}
    await take_in(section, [found[name] for name in some if name in found])
    seen.update(some)


async def follow(section: Section, bus: Bus, wait: float) -> int:
    """Wait for versions, take in what came and what follows it. Returns how many are new."""
    batch = await bus.receive(ROSTER, 16, wait)
    new = await take_in(section, batch.parcels)
    await batch.done()
    return new + (await catch_up(section, bus) if batch.parcels else 0)


async def catch_up(section: Section, bus: Bus) -> int:
    """Follow version by version as far as the hub has them: they may have come in another order, or before we had joined."""
    new = 0
    while (latest := await in_thread(_latest, section)) and (found := await bus.last(f"intl.v1.roster.{latest + 1}.*")):
        if not await take_in(section, [found]):
            break
        new += 1
    return new


async def take_in(section: Section, parcels: Sequence[Parcel]) -> int:
    """Follow the roster by what came; then look again at what was refused under the old version."""
    if not parcels:
        return 0
    documents = [SignedDocument.from_header(parcel.body, parcel.signature) for parcel in parcels]
    return await in_thread(taking.follow, section, documents)


def _known(section: Section) -> dict[str, int]:
    """The subjects of our versions, in order. The hash is in them so that nobody can take a true one's place with a false one."""
    with section.reading() as session:
        return {f"intl.v1.roster.{number}.{hash[:16]}": number for number, hash in queries.hashes(session).items()}


def _number(name: str) -> int:
    """The number of the version that a subject says to be; 0 when it says none."""
    number = name.split(".")[3]
    return int(number) if number.isdecimal() else 0


def _version(section: Section, subject: str, number: int) -> Parcel:
    with section.reading() as session:
        (document,) = queries.chain(session, number - 1, number)
    return Parcel(subject, document.body, document.header)


def _latest(section: Section) -> int:
    with section.reading() as session:
        return queries.latest_number(session)
