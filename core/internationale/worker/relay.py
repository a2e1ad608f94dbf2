"""Own events to the hub, in order, each read back from the disk and verified before it leaves.

The log itself is the outbox; a cursor for each hub says how far it is known to be there. Publishing again is harmless, so after
any doubt the answer is to publish again.
"""

import logging
from dataclasses import dataclass, field

from internationale.bus import Bus, Outcome, Parcel
from internationale.errors import Untrusted
from internationale.events.envelope import Address
from internationale.ledger.reading import Stored
from internationale.messages import marker
from internationale.section import Section
from internationale.worker.pace import in_thread
from internationale.worker.receiving import ANOTHER, take_in

_ = marker("core")
_log = logging.getLogger(__name__)

BATCH = 500
PARTS_AT_ONCE = 16


@dataclass
class Outgoing:
    """What is to be published next: events and the parts they name. ``epoch``: of the own log now; 0: not in the roster."""

    epoch: int = 0
    events: list[Parcel] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    parts: list[Parcel] = field(default_factory=list)


async def relay(section: Section, bus: Bus, identity: str) -> int | None:
    """Publish what the hub does not have yet, a batch at a time. Returns how many events; None when the hub gave no answer."""
    outgoing = await in_thread(_read, section, identity)
    if not outgoing.events:
        return 0
    for start in range(0, len(outgoing.parts), PARTS_AT_ONCE):
        if Outcome.UNKNOWN in await bus.publish(outgoing.parts[start : start + PARTS_AT_ONCE]):
            return None
    outcomes = await bus.publish(outgoing.events)
    settled = 0
    for parcel, outcome in zip(outgoing.events, outcomes, strict=True):
        if outcome is Outcome.UNKNOWN:
            break
        if outcome is Outcome.TAKEN and await _another_speaks(section, bus, parcel):
            break
        settled += 1
    if settled:
        await in_thread(_advance, section, identity, outgoing.epoch, outgoing.numbers[settled - 1])
    return settled if settled == len(outcomes) or Outcome.UNKNOWN not in outcomes else None


async def audit(section: Section, bus: Bus, identity: str) -> int:
    """Publish again what the hub should have and has lost; returns how many events. Only names are compared: they are many."""
    epoch, cursor = await in_thread(_cursor, section, identity)
    if not cursor:
        return 0
    kept = await bus.kept(f"intl.v1.log.{section.code}.{epoch}.*")
    lost = [number for number in range(1, cursor + 1) if Address(section.code, epoch, number).subject not in kept]
    if lost:
        _log.warning("hub %s has lost %d of our events, the first is number %d", bus.hub, len(lost), lost[0])
        await in_thread(_advance, section, identity, epoch, lost[0] - 1)
    return len(lost)


def _read(section: Section, identity: str) -> Outgoing:
    with section.reading() as session:
        keyring = section.keyring(session)
        rules = keyring.get(section.code)
        if rules is None:
            return Outgoing()
        epoch, after = section.ledger.cursor(session, identity)
        stored = section.ledger.own_events_after(session, rules.epoch, after if epoch == rules.epoch else 0, BATCH)
        outgoing = Outgoing(rules.epoch)
        for event in stored:
            try:
                envelope = event.recheck(keyring)
            except Untrusted as error:
                _damaged(section, event, error)
                break
            outgoing.events.append(_parcel(event))
            outgoing.numbers.append(event.address.sequence)
            contents = [(name, section.ledger.part(session, name)) for name in envelope.parts]
            outgoing.parts += [Parcel(part_subject(section.code, name), body) for name, body in contents if body is not None]
    return outgoing


def _damaged(section: Section, event: Stored, error: Untrusted) -> None:
    """A flipped bit on our disk, or a key that the roster took from us: it must not leave the house."""
    _log.error("own event %s does not verify (%s) and is not published", event.address, error.reason)
    if section.fenced is None:
        section.fence(_("Event %(event)s of this section's own log does not verify.") % {"event": str(event.address)})


def _parcel(event: Stored) -> Parcel:
    return Parcel(event.address.subject, event.signed.body, event.signed.signature)


def part_subject(section: str, name: str) -> str:
    """Where a part travels: under the section whose event names it."""
    return f"intl.v1.part.{section}.{name}"


async def _another_speaks(section: Section, bus: Bus, ours: Parcel) -> bool:
    """The hub has something else under our number. Signed with our key it is a fork, and we stop; otherwise somebody squats
    the subject, the others fetch our event from us, and the hub's operator has to purge it.
    """
    found = (await bus.get([ours.subject])).get(ours.subject)
    if found is None:
        return False
    outcomes = await take_in(section, [found], bus.hub)
    if outcomes != ["forked"]:
        _log.error("hub %s has something under %s that is not ours (%s)", bus.hub, ours.subject, outcomes[0])
        return False
    _log.critical("another instance of this section writes its log: %s", ours.subject)
    section.fence(ANOTHER)
    return True


def _advance(section: Section, identity: str, epoch: int, sequence: int) -> None:
    with section.writing() as session:
        section.ledger.set_cursor(session, identity, epoch, sequence)


def _cursor(section: Section, identity: str) -> tuple[int, int]:
    with section.reading() as session:
        return section.ledger.cursor(session, identity)
