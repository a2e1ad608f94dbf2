"""The ways to events that did not come by themselves, each tried when those before it did not bring them all.

1. the hub, under their own subjects;
2. the hub's seeds: what any section republished of somebody else's;
3. the sections that say they hold them, asked directly over the hub, the log's own section first of all;
4. the log's own section over HTTPS (``origin``), where no hub helps.

After these only a bundle helps, which people carry. Whichever way something comes, it is verified alike.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import msgspec

from internationale.bus import Bus, Parcel, Unprovisioned
from internationale.events.envelope import Address
from internationale.ledger.reading import Gap
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.worker.branches import everybody, listed, portions
from internationale.worker.origin import Origin
from internationale.worker.pace import in_thread
from internationale.worker.questions import PATIENCE, Question
from internationale.worker.receiving import take_back, take_in
from internationale.worker.resting import Resting
from internationale.worker.seeding import SEED, unseeded

_log = logging.getLogger(__name__)

AT_ONCE = 500
"""Numbers fetched at a time."""
SEEDS = 100
"""Seeds fetched at a time."""
USELESS = frozenset(["quarantined", "full"])


@dataclass
class Sought:
    """The numbers of a gap that are still to be found."""

    gap: Gap
    numbers: set[int] = field(default_factory=set)
    resting: Resting | None = None
    """Who did not answer lately, and is not asked."""

    @classmethod
    def of(cls, gap: Gap, resting: Resting | None = None) -> "Sought":
        return cls(gap, set(range(gap.first, min(gap.last, gap.first + AT_ONCE - 1) + 1)), resting)

    def address(self, number: int) -> Address:
        return Address(self.gap.section, self.gap.epoch, number)

    def strike(self, parcels: Sequence[Parcel], outcomes: Sequence[str]) -> None:
        """What came need not be looked for any more. Where another copy is wanted, only one that is different helps."""
        useless = USELESS | {"duplicate"} if self.gap.another else USELESS
        subjects = {parcel.subject for parcel, outcome in zip(parcels, outcomes, strict=True) if outcome not in useless}
        self.numbers = {number for number in self.numbers if self.address(number).subject not in subjects}


Found = AsyncIterator[tuple[str, str, Sequence[Parcel]]]
"""What a way brings: from where, by whom (empty: by their own section), and what."""
Rung = Callable[[Section, Bus, Sought], Found]


async def fill(section: Section, bus: Bus, gap: Gap, origin: Origin | None = None, resting: Resting | None = None) -> int:
    """Fetch a gap (its first ``AT_ONCE`` numbers). Returns how many events came that were not here."""
    sought = Sought.of(gap, resting)
    came = await climb(section, bus, sought, RUNGS)
    if not sought.numbers or origin is None:
        return came
    return came + await origin.fetch(gap, min(sought.numbers), max(sought.numbers))


async def climb(section: Section, bus: Bus, sought: Sought, rungs: Sequence[Rung]) -> int:
    """Try some ways in turn, until all is found. Returns how many events came that were not here."""
    came, own = 0, await in_thread(_own_log, section)
    take = take_back if own == (sought.gap.section, sought.gap.epoch) else take_in
    for rung in rungs:
        async for via, by, parcels in rung(section, bus, sought):
            outcomes = await take(section, parcels, via, by)
            sought.strike(parcels, outcomes)
            news = _news(outcomes)
            if news and via != bus.hub:
                _log.info("%d missing events of %s came from %s", news, sought.gap.section, via)
            came += news
            if not sought.numbers:
                return came
    return came


def _own_log(section: Section) -> tuple[str, int]:
    """Our log that is in force."""
    with section.reading() as session:
        rules = section.keyring(session).get(section.code)
    return section.code, 0 if rules is None else rules.epoch


async def from_the_hub(_section: Section, bus: Bus, sought: Sought) -> Found:
    subjects = [sought.address(number).subject for number in sorted(sought.numbers)]
    found = await bus.get(subjects)
    yield bus.hub, "", [found[subject] for subject in subjects if subject in found]


async def _from_seeds(section: Section, bus: Bus, sought: Sought) -> Found:
    """Several may have republished one event, and some of them wrongly: so all of them are looked at."""
    log = f"{sought.gap.section}.{sought.gap.epoch}"
    try:
        codes = await in_thread(everybody, section)
        names = await listed(bus, [f"{SEED}{code}.{log}.*" for code in ("*", *codes)])  # also of whom we do not know yet
    except Unprovisioned:
        return  # a hub of an older make
    numbers = {str(number) for number in sought.numbers}
    wanted = sorted(name for name in names if name.rpartition(".")[2] in numbers)
    for publisher, seeds in groupby(wanted, lambda name: name.split(".")[3]):
        for some in portions([*seeds], SEEDS):
            found = await bus.get(some)
            yield f"{bus.hub} seed {publisher}", publisher, [unseeded(parcel) for parcel in found.values()]


async def _from_holders(section: Section, bus: Bus, sought: Sought) -> Found:
    question = Question(sought.gap.section, sought.gap.epoch, min(sought.numbers), max(sought.numbers))
    for peer in await in_thread(_holders, section, sought.gap):
        yield f"{bus.hub} {peer}", peer, await ask(bus, peer, question, sought.resting)


async def ask(bus: Bus, peer: str, question: Question, resting: Resting | None) -> list[Parcel]:
    """Ask another section. Who was silent the last time is left in peace for a while: everybody else waits meanwhile."""
    if resting is None:
        return await bus.ask(peer, msgspec.json.encode(question), PATIENCE)
    if not resting.due(("asked", peer)):
        return []
    clock = asyncio.get_running_loop().time
    began = clock()
    answer = await bus.ask(peer, msgspec.json.encode(question), PATIENCE)
    resting.note(("asked", peer), worked=bool(answer) or clock() - began < PATIENCE)
    return answer


RUNGS: tuple[Rung, ...] = (from_the_hub, _from_seeds, _from_holders)


def _news(outcomes: Sequence[str]) -> int:
    """Not what is ``forked``: anybody can bring that again and again; what a new proof changes shows in what is missing next."""
    return sum(outcome not in ("duplicate", "quarantined", "full", "forked") for outcome in outcomes)


def _holders(section: Section, gap: Gap) -> list[str]:
    """Who may have it: the log's own section, then those whose heads cover it."""
    with section.reading() as session:
        held = queries.held(session, gap.section)
    covering = [peer for peer, head in sorted(held.items()) if head.covers(gap.epoch, gap.first)]
    return [peer for peer in dict.fromkeys([gap.section, *covering]) if peer != section.code]
