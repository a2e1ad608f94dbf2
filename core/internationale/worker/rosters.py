"""The exchange of rosters: every section carries the versions it knows to the hub, and follows those it finds."""

from collections.abc import Sequence

from internationale.bundle import taking
from internationale.bus import ROSTER, Bus, Parcel
from internationale.events import keys
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.worker.pace import in_thread


def subject(version: int, document: SignedDocument) -> str:
    """Where a version travels. The hash is in it so that nobody can take a true version's place with a false one."""
    return f"intl.v1.roster.{version}.{keys.digest(keys.ROSTER, document.body).hex()[:16]}"


async def carry(section: Section, bus: Bus) -> int:
    """Publish the versions that the hub does not have. Returns how many."""
    known = await in_thread(_known, section)
    there = await bus.kept("intl.v1.roster.*.*") if known else set()
    missing = [parcel for parcel in known if parcel.subject not in there]
    for parcel in missing:
        await bus.publish([parcel])
    return len(missing)


async def follow(section: Section, bus: Bus, wait: float) -> int:
    """Wait for versions, take in what came and what follows it. Returns how many are new."""
    batch = await bus.receive(ROSTER, 16, wait)
    new = await take_in(section, batch.parcels)
    await batch.done()
    return new + (await catch_up(section, bus) if batch.parcels else 0)


async def catch_up(section: Section, bus: Bus) -> int:
    """Follow version by version as far as the hub has them: they may have come in another order, or before we had joined."""
    new = 0
    while (version := await in_thread(_version, section)) and (found := await bus.last(f"intl.v1.roster.{version + 1}.*")):
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


def _known(section: Section) -> list[Parcel]:
    with section.reading() as session:
        chain = queries.chain(session)
    return [Parcel(subject(version, document), document.body, document.header) for version, document in enumerate(chain, 1)]


def _version(section: Section) -> int:
    with section.reading() as session:
        latest = queries.latest(session)
    return 0 if latest is None else latest.roster.version
