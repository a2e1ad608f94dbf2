"""Fetching by name what did not come by itself: parts that events name, numbers that are missing, and answering others who ask.

The hub is asked first, then the sections that say they hold it, the log's own section first of all.
"""

from collections.abc import Sequence

import msgspec

from internationale.bus import Bus, Parcel
from internationale.events.envelope import Address
from internationale.ledger.reading import Gap
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.worker.pace import in_thread
from internationale.worker.receiving import take_in
from internationale.worker.relay import part_subject

AT_ONCE = 500
"""Numbers asked of a hub at a time."""
ANSWERED = 200
"""Events in one answer to another section."""
PARTS_AT_ONCE = 16
PATIENCE = 2.0
"""Seconds without a word after which another section is taken not to answer."""


class Question(msgspec.Struct, forbid_unknown_fields=False):
    """What one section asks another: numbers of a log (``first`` to ``last``), or a part by its hash."""

    section: str
    epoch: int = 1
    first: int = 0
    last: int = 0
    part: str = ""


async def mend(section: Section, bus: Bus) -> int:
    """One round: parts, then gaps. Returns how many things came."""
    came = await fetch_parts(section, bus)
    for gap in await in_thread(wanted, section):
        came += await fill(section, bus, gap)
    return came


def wanted(section: Section) -> list[Gap]:
    """Numbers to fetch: holes before what is parked, and what others say they hold beyond what we do."""
    with section.reading() as session:
        gaps = section.ledger.gaps(session)
        mine = queries.own_heads(session)
        furthest = dict[str, tuple[int, int]]()
        for _heard, said in queries.peers(session).values():
            for origin, head in said.heads.items():
                furthest[origin] = max(furthest.get(origin, (0, 0)), (head.epoch, head.sequence))
        rules = section.keyring(session)
    for origin, (epoch, sequence) in furthest.items():
        held = mine[origin].sequence if origin in mine and mine[origin].epoch == epoch else 0
        if origin in rules and rules[origin].epoch == epoch and sequence > held:
            gaps.append(Gap(origin, epoch, held + 1, sequence))
    return [gap for number, gap in enumerate(gaps) if gap not in gaps[:number]]


async def fill(section: Section, bus: Bus, gap: Gap) -> int:
    """Fetch a gap. Returns how many events came that were not here."""
    last = min(gap.last, gap.first + AT_ONCE - 1)
    subjects = [Address(gap.section, gap.epoch, number).subject for number in range(gap.first, last + 1)]
    found = await bus.get(subjects)
    outcomes = await take_in(section, [found[subject] for subject in subjects if subject in found], bus.hub)
    came = _news(outcomes)
    if len(found) < len(subjects) or "quarantined" in outcomes or (gap.another and not came):
        came += await _ask_around(section, bus, gap)
    return came


async def _ask_around(section: Section, bus: Bus, gap: Gap) -> int:
    question = Question(gap.section, gap.epoch, gap.first, gap.last)
    for peer in await in_thread(_holders, section, gap):
        answer = await bus.ask(peer, msgspec.json.encode(question), PATIENCE)
        if came := _news(await take_in(section, answer, f"{bus.hub} {peer}")):
            return came
    return 0


def _news(outcomes: Sequence[str]) -> int:
    return sum(outcome not in ("duplicate", "quarantined", "full") for outcome in outcomes)


def _holders(section: Section, gap: Gap) -> list[str]:
    """Who may have it: the log's own section, then those whose heads cover it."""
    with section.reading() as session:
        words = queries.peers(session)
    held = {peer: said.heads.get(gap.section) for peer, (_at, said) in sorted(words.items())}
    covering = [peer for peer, head in held.items() if head is not None and head.covers(gap.epoch, gap.first)]
    return [peer for peer in dict.fromkeys([gap.section, *covering]) if peer != section.code]


async def fetch_parts(section: Section, bus: Bus) -> int:
    """Pull the parts that events wait for. Returns how many came."""
    missing = await in_thread(_missing_parts, section)
    names, came = list(missing), 0
    for start in range(0, len(names), PARTS_AT_ONCE):
        some = names[start : start + PARTS_AT_ONCE]
        found = await bus.get([part_subject(missing[name], name) for name in some])
        kept = await in_thread(section.add_parts, [parcel.body for parcel in found.values()])
        came += len(kept)
        for name in some:
            if name not in kept:
                came += await _ask_for_part(section, bus, name, missing[name])
    return came


async def _ask_for_part(section: Section, bus: Bus, name: str, origin: str) -> int:
    for peer in await in_thread(_others, section, origin):
        answer = await bus.ask(peer, msgspec.json.encode(Question(origin, part=name)), PATIENCE)
        if kept := await in_thread(section.add_parts, [parcel.body for parcel in answer]):
            return len(kept)
    return 0


def _others(section: Section, first: str) -> list[str]:
    with section.reading() as session:
        codes = [card.code for card in section.sections(session) if card.status == "member"]
    return sorted((code for code in codes if code != section.code), key=lambda code: (code != first, code))


def _missing_parts(section: Section) -> dict[str, str]:
    with section.reading() as session:
        return section.ledger.missing_parts(session)


async def answer_others(section: Section, bus: Bus) -> None:
    """Answer what other sections ask, as long as the connection lasts. What is in the log is for all of them to have."""

    async def answer(question: bytes) -> list[Parcel]:
        return await in_thread(_answer, section, question)

    await bus.answer(answer)


def _answer(section: Section, question: bytes) -> list[Parcel]:
    try:
        asked = msgspec.json.decode(question, type=Question)
    except msgspec.MsgspecError:
        return []
    with section.reading() as session:
        if asked.part:
            body = section.ledger.part(session, asked.part)
            return [] if body is None else [Parcel(part_subject(asked.section, asked.part), body)]
        count = max(0, min(ANSWERED, asked.last - asked.first + 1))
        events = section.ledger.events_after(session, asked.section, asked.epoch, asked.first - 1, count)
    return [Parcel(event.address.subject, event.signed.body, event.signed.signature) for event in events]
