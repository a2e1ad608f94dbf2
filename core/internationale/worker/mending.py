"""Fetching by name what did not come by itself: parts that events name, and numbers that are missing (see ``ladder``)."""

from collections.abc import Mapping

import msgspec

from internationale.bus import Bus
from internationale.ledger.following import unfinished
from internationale.ledger.reading import Gap
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.worker import ladder
from internationale.worker.ladder import Sought
from internationale.worker.origin import Origin
from internationale.worker.pace import in_thread
from internationale.worker.questions import PATIENCE, Question, part_subject

PARTS_AT_ONCE = 16


async def mend(section: Section, bus: Bus, origin: Origin | None = None) -> int:
    """One round: parts, then gaps. ``origin``: whom to ask beyond the hub. Returns how many things came."""
    came = await fetch_parts(section, bus, origin)
    for gap in await in_thread(wanted, section):
        came += await ladder.fill(section, bus, gap, origin)
    return came


def wanted(section: Section) -> list[Gap]:
    """Numbers to fetch: holes before what is parked, what others say they hold beyond what we do, and where they hold something
    else than we do under the same number: both together prove a fork.
    """
    with section.reading() as session:
        gaps = section.ledger.gaps(session)
        mine = queries.own_heads(session)
        contested = sorted({origin for origins in queries.contradictions(session).values() for origin in origins})
        rules = section.keyring(session)
        gaps += [
            *unfinished(section.ledger.all_heads(session), rules),
            *queries.ahead(session, {code: its.epoch for code, its in rules.items()}),
        ]
    ends = ((origin, mine[origin]) for origin in contested if origin in rules)
    gaps += [Gap(origin, head.epoch, head.sequence, head.sequence, another=True) for origin, head in ends]
    return [gap for number, gap in enumerate(gaps) if gap not in gaps[:number]]


async def glance(section: Section, bus: Bus) -> tuple[int, bool]:
    """What the hub itself has of all that is missing: soon done, whatever else has to be waited for.

    Returns how many things came, and whether anything is still missing.
    """
    missing = await in_thread(_missing_parts, section)
    came = len(await _parts_of_the_hub(section, bus, missing))
    left = came < len(missing)
    for gap in await in_thread(wanted, section):
        sought = Sought.of(gap)
        came += await ladder.climb(section, bus, sought, [ladder.from_the_hub])
        left = left or bool(sought.numbers)
    return came, left


async def fetch_parts(section: Section, bus: Bus, origin: Origin | None = None) -> int:
    """Pull the parts that events wait for. Returns how many came."""
    missing = await in_thread(_missing_parts, section)
    kept = await _parts_of_the_hub(section, bus, missing)
    for name in missing:
        if name not in kept:
            kept |= await _ask_for_part(section, bus, name, missing[name])
    came = len(kept)
    left = {name: code for name, code in missing.items() if name not in kept and code != section.code}
    if origin is not None:
        for code in sorted(set(left.values())):
            came += await origin.fetch_parts(code, [name for name in left if left[name] == code])
    return came


async def _parts_of_the_hub(section: Section, bus: Bus, missing: Mapping[str, str]) -> set[str]:
    names, kept = list(missing), set[str]()
    for start in range(0, len(names), PARTS_AT_ONCE):
        found = await bus.get([part_subject(missing[name], name) for name in names[start : start + PARTS_AT_ONCE]])
        kept.update(await in_thread(section.add_parts, [parcel.body for parcel in found.values()]))
    return kept


async def _ask_for_part(section: Section, bus: Bus, name: str, origin: str) -> set[str]:
    for peer in await in_thread(_others, section, origin):
        answer = await bus.ask(peer, msgspec.json.encode(Question(origin, part=name)), PATIENCE)
        if kept := await in_thread(section.add_parts, [parcel.body for parcel in answer]):
            return set(kept)
    return set()


def _others(section: Section, first: str) -> list[str]:
    with section.reading() as session:
        codes = [card.code for card in section.sections(session) if card.status == "member"]
    return sorted((code for code in codes if code != section.code), key=lambda code: (code != first, code))


def _missing_parts(section: Section) -> dict[str, str]:
    with section.reading() as session:
        return section.ledger.missing_parts(session)
