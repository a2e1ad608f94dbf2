"""Moving everything between sections: over a real hub with the worker's own steps, until nothing moves any more, or by hand."""

import asyncio
import random
from collections.abc import Sequence

from sqlalchemy import select

from internationale.bus import Bus
from internationale.bus.nats import NatsBus
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery
from internationale.ledger.heads import Head
from internationale.section import Section
from internationale.worker import fence, heads, mending, proofs, questions, receiving, rosters, witnesses
from internationale.worker.published import Published
from internationale.worker.relay import Relay

ROUNDS = 50
"""More would mean that something never settles."""
EVERYTHING = 100_000
"""More events than any test says."""
PATIENCE = 3
"""Rounds in which nothing moves, while somebody lacks something."""


def carry(url: str, *sections: Section) -> None:
    """Carry everything among these sections, over the hub at ``url``; those left out are absent."""
    asyncio.run(_carry(url, sections))


async def _carry(url: str, sections: Sequence[Section]) -> None:
    buses: list[Bus] = []
    try:
        for section in sections:
            buses.append(await NatsBus.connect(url, section.code))
            await buses[-1].provision()
            await questions.answer_others(section, buses[-1])
        pairs = list(zip(sections, buses, strict=True))
        await settle(pairs)
        for section, bus in pairs:
            relay = Relay(section, bus, await bus.identity())
            if await relay.audit():
                await _send(relay)
    finally:
        for bus in buses:
            await bus.close()
    for section in sections:
        while await asyncio.to_thread(section.tell):
            pass


async def settle(pairs: Sequence[tuple[Section, Bus]]) -> None:
    """Let all do their errands, in turn, until nothing moves any more. Where somebody lacks what another of them has said, a busy
    hub may not have handed it out yet: then a little longer.
    """
    more = PATIENCE
    seen = [(rosters.Seen(), proofs.Seen()) for _ in pairs]  # as for one connection of the worker's
    for _ in range(ROUNDS):
        if sum([await _step(*pair, *its) for pair, its in zip(pairs, seen, strict=True)]):
            continue
        if not more or not _lacking([section for section, _bus in pairs]):
            return
        more -= 1
        await asyncio.sleep(0.1)
    raise AssertionError(f"still moving after {ROUNDS} rounds")


def _lacking(sections: Sequence[Section]) -> bool:
    """Whether the log of one of these does not go as far at another, where nothing has stopped it."""
    ends = dict[str, list[Head]]()
    for section in sections:
        with section.reading() as session:
            for other in sections:
                ends.setdefault(other.code, []).append(section.ledger.head(session, other.code))
    going = ([(head.epoch, head.sequence) for head in found if head.cut is None] for found in ends.values())
    return any(len(set(each)) > 1 for each in going)


async def _send(relay: Relay) -> int:
    moved = 0
    while sent := await relay.send():
        moved += sent
    await relay.keep()
    return moved


async def _step(section: Section, bus: Bus, lists: rosters.Seen, found: proofs.Seen) -> int:
    """One round of a section's errands. Returns how much moved."""
    moved = await rosters.catch_up(section, bus, lists) + await rosters.carry(section, bus, lists)
    while came := await rosters.follow(section, bus, 0, lists):
        moved += came
    closed = section.fenced is not None and fence.may_open(section)
    if closed and await fence.look(section, bus) is None and witnesses.objection(section) is None:
        section.unfence()
    if section.fenced is None:
        moved += await _send(Relay(section, bus, await bus.identity()))
    while outcomes := await receiving.receive(section, bus, 0, Published(), lambda: True):
        moved += sum(outcome != "duplicate" for outcome in outcomes)
    while outcomes := await proofs.hear(section, bus, 0, found):
        moved += sum(outcome not in ("duplicate", "forked", "quarantined") for outcome in outcomes)
    while await proofs.look(section, bus, found):
        pass
    moved += await proofs.carry(section, bus) + await mending.mend(section, bus)
    moved += section.fenced is None and await heads.say(section, bus)
    moved += await heads.hear(section, bus, 0)
    return moved


def said(*sections: Section) -> list[Delivery]:
    """What these sections said themselves, each in its own order, as a hub delivers it."""
    found = []
    for section in sections:
        with section.reading() as session:
            epoch = section.ledger.head(session, section.code).epoch
            own = section.ledger.own_events_after(session, epoch, 0, EVERYTHING)
        found += [Delivery(each.address.subject, each.signed.body, each.signed.signature, "test") for each in own]
    return found


def parts(*sections: Section) -> list[bytes]:
    """The parts of events that these sections hold, as they travel."""
    found: list[bytes] = []
    for section in sections:
        with section.reading() as session:
            found += map(bytes, session.connection().execute(select(tables.part.c.content)).scalars())
    return found


def hand_on(*sections: Section) -> None:
    """Bring everything that these sections said to all of them, without a hub. Whoever is left out is absent.

    What is sealed stays closed where it is for others.
    """
    events, contents = said(*sections), parts(*sections)
    for section in sections:
        outcomes = section.accept(events)
        assert set(outcomes) <= {"applied", "duplicate", "waiting", "sealed"}, f"{section.code}: {outcomes}"
        section.add_parts(contents)
        with section.reading() as session:
            waiting = session.connection().execute(select(tables.waiting)).all()
        assert not waiting, f"{section.code} waits for {waiting}"


def exchange(*sections: Section) -> None:
    """The same, whatever becomes of it, and again while what they then do by themselves may be more to bring."""
    for _round in range(3):
        events, contents = said(*sections), parts(*sections)
        for section in sections:
            section.accept(events)
            section.add_parts(contents)


def hear(section: Section, deliveries: Sequence[Delivery], seed: int) -> None:
    """Have a section take these in, in an order and in batches that the seed decides."""
    chance = random.Random(seed)
    mixed = chance.sample(deliveries, len(deliveries))
    while mixed:
        size = chance.randint(1, 5)
        section.accept(mixed[:size])
        mixed = mixed[size:]
