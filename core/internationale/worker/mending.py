"""Fetching by name what did not come by itself: parts that events name, and numbers that are missing (see ``ladder``)."""

import secrets
from collections.abc import AsyncIterator, Mapping

from internationale.bus import Bus
from internationale.ledger.following import unfinished
from internationale.rooms.roster import queries
from internationale.rooms.roster.queries import Claim
from internationale.section import Section
from internationale.worker import ladder
from internationale.worker.ladder import Sought
from internationale.worker.origin import Origin
from internationale.worker.pace import in_thread
from internationale.worker.questions import Question, part_subject
from internationale.worker.resting import Resting, Round

PARTS_AT_ONCE = 16
PARTS_ASKED = 4
"""Parts of one section's events for which the others are asked in one round."""


async def mend(section: Section, bus: Bus, origin: Origin | None = None, resting: Resting | None = None) -> int:
    """One round: gaps, then parts. ``origin``: whom to ask beyond the hub; ``resting``: what was in vain lately, for who comes
    again and again; without it everything is tried. Returns how many things came.
    """
    came, turn = 0, Round(resting)
    for claim in turn.order(await in_thread(wanted, section)):
        if turn.due(claim):
            new = await ladder.fill(section, bus, claim.gap, origin, resting)
            turn.note(claim, worked=new > 0)
            came += new
    return came + await fetch_parts(section, bus, origin, resting)


async def glance(section: Section, bus: Bus, resting: Resting | None = None) -> tuple[int, bool]:
    """What the hub itself has of all that is missing: soon done, whatever else has to be waited for. ``resting`` as in ``mend``.

    Returns how many things came, and whether anything is still missing.
    """
    missing = await in_thread(_missing_parts, section)
    came, turn = len(await _parts_of_the_hub(section, bus, missing)), Round(resting)
    left = came < len(missing)
    for claim in turn.order(await in_thread(wanted, section)):
        sought = Sought.of(claim.gap)
        if turn.due(claim):
            new = await ladder.climb(section, bus, sought, [ladder.from_the_hub])
            turn.note(claim, worked=new > 0)
            came += new
        left = left or bool(sought.numbers)
    return came, left


def wanted(section: Section) -> list[Claim]:
    """What to fetch: holes before what is parked, what others say they hold beyond what we do, and where they hold something
    else than we do under the same number: both together prove a fork. Without witnesses: what the logs and the roster show.
    """
    with section.reading() as session:
        rules = section.keyring(session)
        shown = [*section.ledger.gaps(session), *unfinished(section.ledger.all_heads(session), rules)]
        said = queries.claims(session, {code: its.epoch for code, its in rules.items()})
    return [*(Claim(gap, ()) for gap in dict.fromkeys(shown)), *(claim for claim in said if claim.gap not in shown)]


async def fetch_parts(section: Section, bus: Bus, origin: Origin | None = None, resting: Resting | None = None) -> int:
    """Pull the parts that events wait for. Returns how many came."""
    missing = await in_thread(_missing_parts, section)
    kept = await _parts_of_the_hub(section, bus, missing)
    async for some in _ask_for_parts(section, bus, {name: missing[name] for name in missing if name not in kept}, resting):
        kept |= some
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


async def _ask_for_parts(
    section: Section, bus: Bus, missing: Mapping[str, str], resting: Resting | None
) -> AsyncIterator[set[str]]:
    """Ask the others for parts: of what one section's events name only a few, and none for a while when none of them came."""
    named: dict[str, list[str]] = {}
    for name, origin in missing.items():
        named.setdefault(origin, []).append(name)
    for origin, names in named.items():
        if resting is not None and not resting.due(("parts", origin)):
            continue
        came = set[str]()
        for name in names if resting is None else names[:PARTS_ASKED]:
            came |= await _ask_for_part(section, bus, name, origin, resting)
        if resting is not None:
            resting.note(("parts", origin), worked=bool(came))
        yield came


async def _ask_for_part(section: Section, bus: Bus, name: str, origin: str, resting: Resting | None) -> set[str]:
    question = Question(origin, part=name)
    for peer in await in_thread(_others, section, origin):
        answer = await ladder.ask(bus, peer, question, resting)
        if kept := await in_thread(section.add_parts, [parcel.body for parcel in answer]):
            return set(kept)
    return set()


def _others(section: Section, first: str) -> list[str]:
    with section.reading() as session:
        codes = [card.code for card in section.sections(session) if card.status == "member"]
    return sorted((code for code in codes if code != section.code), key=lambda code: (code != first, code))


def _missing_parts(section: Section) -> dict[str, str]:
    """Others each time: of those that nobody has there may be more than are looked for at once."""
    with section.reading() as session:
        return section.ledger.missing_parts(session, start=secrets.token_hex(4))
