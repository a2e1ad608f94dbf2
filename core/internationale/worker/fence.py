"""The fence: before the first shared write after a start, others are asked how far our own log goes.

The usual fork is no attack but a restored backup: an instance that does not know its latest events would say other things
under the same numbers. So it stays silent until a hub has answered; what it has forgotten is taken back and verified first.
A command that speaks is such a start of its own (``clear``), unless the instance runs that has passed the fence already.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from internationale.bundle import holding, taking
from internationale.bus import Bus, Parcel, Unreachable
from internationale.bus.nats import NatsBus
from internationale.errors import Untrusted
from internationale.events.envelope import Address
from internationale.events.signed import SignedDocument
from internationale.ledger.reasons import WORDS, Lasting
from internationale.messages import Message, marker
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.worker import claims, ladder, passed, rosters, witnesses
from internationale.worker.hubs import Connect, Hub, named
from internationale.worker.pace import bounded, in_thread, standstill
from internationale.worker.receiving import take_back

T = TypeVar("T")
_ = marker("core")
_log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds for which a hub may go on answering without anything authentic coming of it. Then it is as one that does not answer."""
AGAIN = 2.0
"""Seconds after which a command that waits for the others asks them again."""
LOOK = 1.0
"""Seconds after which it is looked again whether the section has joined."""
FEWEST, QUICK, LONG = 16, 5.0, 10.0
"""How many own events are taken back at first; twice as many after what was quick, half as many after what was long (seconds)."""

KNOWN = frozenset(["duplicate", "quarantined", "full", "forked"])
"""Outcomes of what was here (also of what we say meanwhile), is not kept, or stands against it: nothing was forgotten."""
ASKED_AGAIN = (Lasting.RESTORED, Lasting.BEHIND)
"""Reasons for silence that a section gets over by asking, also when another process has noted them."""

NOT_JOINED = _("This section has not joined an International yet.")
NO_ANSWER = _("No hub has answered yet, so this section cannot know whether its own log is complete.")


def needed(section: Section, hubs: Sequence[object]) -> bool:
    """Whether there is anybody to ask: a section without hubs, or not yet in a roster, has nothing to fear."""
    return bool(hubs) and joined(section)


def joined(section: Section) -> bool:
    """Whether the section stands in the roster that it knows."""
    with section.reading() as session:
        return section.code in section.keyring(session)


def suspect(section: Section) -> None:
    """Look whether the database is an old one, or may be without anybody having said so. Then the others are asked, and waited
    for.
    """
    section.gate.load()  # who has just joined may have done so for the second time
    if section.gate.lasting in ASKED_AGAIN or witnesses.was_away(section):
        section.gate.inquiry.begin()


async def clear(
    section: Section, connect: Connect = NatsBus.connect, waits: Callable[[Message], object] = lambda _why: None
) -> Message | None:
    """Open the fence for one deed of a command, or tell the reason to stay silent. ``waits``: told that others are waited for."""
    gate, hubs = section.gate, await in_thread(named, section)
    if await in_thread(holding.under_way, section.settings.home):
        return WORDS[Lasting.BEHIND]
    if await in_thread(gate.take_word):
        return None
    if gate.lasting is Lasting.ANOTHER:
        return WORDS[gate.lasting]
    if not await in_thread(needed, section, hubs):
        reason = (await in_thread(witnesses.nobody, section) or WORDS[gate.lasting]) if gate.lasting else None
    elif gate.lasting is None and passed.by_another(section):
        reason = None
    else:
        await in_thread(suspect, section)
        reason = await _ask_until(section, hubs, connect, waits)
    if reason is None:
        await in_thread(section.unfence)
        reason = section.fenced
    return reason


async def _ask_until(
    section: Section, hubs: Sequence[Hub], connect: Connect, waits: Callable[[Message], object]
) -> Message | None:
    """The same as ``_ask_all``, once the others have been waited for."""
    reason = await _ask_all(section, hubs, connect)
    if reason not in (None, NO_ANSWER):  # what one hub lacks another may have brought meanwhile
        reason = await _ask_all(section, hubs, connect)
    if reason == witnesses.ASKS:
        waits(reason)
    while reason == witnesses.ASKS:
        await asyncio.sleep(AGAIN)
        reason = await _ask_all(section, hubs, connect)
    return reason


async def _ask_all(section: Section, hubs: Sequence[Hub], connect: Connect) -> Message | None:
    """What the hubs that can be reached have to say against speaking; ``NO_ANSWER`` when there is none."""
    answers = await asyncio.gather(*(_ask(section, hub, connect) for hub in hubs))
    objections = [answer for answer in answers if answer not in (None, NO_ANSWER)]
    if objections or None not in answers:
        return next(iter(objections), NO_ANSWER)
    return await in_thread(witnesses.objection, section)


async def _ask(section: Section, hub: Hub, connect: Connect) -> Message | None:
    async def asked() -> Message | None:
        async with _reached(section, hub, connect) as bus:
            return await look(section, bus)

    try:
        return await patiently(section, asked())
    except (Unreachable, TimeoutError) as trouble:
        _log.info("hub %s: %s", hub.name, trouble)
        return NO_ANSWER


async def newest(section: Section, connect: Connect = NatsBus.connect) -> bool:
    """Take in the newest roster that the hubs have, before a command signs the next one. Whether any of them has answered."""
    return any(await asyncio.gather(*(_follow(section, hub, connect) for hub in await in_thread(named, section))))


async def _follow(section: Section, hub: Hub, connect: Connect) -> bool:
    """What stands beside our versions may take long to compare; the newest is known before."""
    answered = False

    async def followed() -> None:
        nonlocal answered
        async with _reached(section, hub, connect) as bus:
            await rosters.catch_up(section, bus)
            answered = True
            await rosters.look(section, bus)

    try:
        await patiently(section, followed())
    except (Unreachable, TimeoutError) as trouble:
        _log.info("hub %s: %s", hub.name, trouble)
    return answered


async def patiently(section: Section, work: Coroutine[Any, Any, T]) -> T:
    """What a hub was asked for. Each authentic event, or version of the list, gives it more time. Raises ``TimeoutError``."""
    return await bounded(work, partial(_reached_here, section), PATIENCE)


async def impatient(section: Section) -> None:
    """Until for so long nothing has come of anything, from when the section has joined: before, there is nothing to ask for."""
    while not await in_thread(joined, section):  # noqa: ASYNC110  # another process may join for us
        await asyncio.sleep(LOOK)
    await standstill(partial(_reached_here, section), PATIENCE)


def _reached_here(section: Section) -> tuple[int, tuple[int, int] | None]:
    """What no hub can feign: how far the list of sections and our own log go."""
    with section.reading() as session:
        return queries.latest_number(session), claims.own_log(section)


@asynccontextmanager
async def _reached(section: Section, hub: Hub, connect: Connect) -> AsyncIterator[Bus]:
    """A connection for one question. Raises ``Unreachable``."""
    bus = await connect(hub.addresses, section.code, nkey=section.nkey, certificates=hub.certificates)
    try:
        await bus.provision()
        yield bus
    finally:
        await bus.close()


async def look(section: Section, bus: Bus) -> Message | None:
    """Compare our own log with what this hub and the others' heads on it show, and take back what is missing here.

    Returns what this hub has against writing; None: nothing. Whether the others were waited for long enough is another question
    (``witnesses.objection``).
    """
    await rosters.catch_up(section, bus)  # a later version may have begun a new epoch of our log
    mine = await in_thread(claims.own_log, section)
    if mine is None:
        return None
    if await _take_back(section, bus, mine[0]) and not section.gate.inquiry.question:  # so the database is an old one
        section.gate.inquiry.begin()
    section.gate.inquiry.reached(answered=await in_thread(witnesses.lonely, section))
    if section.gate.inquiry.question:
        await witnesses.ask(section, bus)
    await _hear(section, bus)
    if await in_thread(claims.behind, section) is None:
        return None  # else it is told before it is fetched, which may take long, most of all where there is nothing to fetch
    if (claimed := await in_thread(claims.claimed, section)) is not None:
        await ladder.fill(section, bus, claimed)
    return await in_thread(claims.behind, section)


async def _take_back(section: Section, bus: Bus, epoch: int) -> bool:
    """What the hub has of our log after our own end (and at it, to compare), whoever put it there: it is verified. Whether any
    came.

    Raises ``Unreachable`` when it names what it does not have: then nobody knows what there is.
    """
    start, clock = await in_thread(_own_number, section), asyncio.get_running_loop().time
    names = await bus.kept(f"intl.v1.log.{section.code}.{epoch}.*")
    numbers = {name: number for name in names if (number := _number(name)) >= max(start, 1)}
    later, done, size, new = sorted(numbers, key=numbers.__getitem__), 0, FEWEST, 0
    while some := later[done : done + size]:
        began = clock()
        found = await bus.get(some)
        if not found:
            raise Unreachable(f"{bus.hub} names events of our log that it does not have")
        outcomes = await take_back(section, [found[name] for name in some if name in found], bus.hub)
        new += sum(outcome not in KNOWN for outcome in outcomes)
        done += len(some)
        took = clock() - began
        size = min(size * 2, ladder.AT_ONCE) if took < QUICK else max(size // 2, 1) if took > LONG else size
    if new:
        _log.info("took back %d own events from %s: this looks like a restored backup", new, bus.hub)
    return new > 0


async def _hear(section: Section, bus: Bus) -> None:
    """Take in what this hub has of everybody's heads: who has signed to hold more of our log is known whichever hub is asked."""
    found: list[Parcel] = list((await bus.get(await in_thread(_places, section))).values())
    await in_thread(taking.hear, section, [SignedDocument.from_header(one.body, one.signature) for one in found])


def may_open(section: Section) -> bool:
    """Whether answers count now: not while our own events are being taken back, nor when another instance was noticed."""
    return not section.gate.final and not holding.under_way(section.settings.home)


def _places(section: Section) -> list[str]:
    """Where everybody's heads are."""
    with section.reading() as session:
        return [f"intl.v1.heads.{code}" for code in sorted(section.keyring(session))]


def _own_number(section: Section) -> int:
    return (claims.own_log(section) or (0, 0))[1]


def _number(subject: str) -> int:
    """0 of what is no number of a log: anybody who may write on a hub can leave it there."""
    try:
        return Address.of_subject(subject).sequence
    except Untrusted:
        return 0
