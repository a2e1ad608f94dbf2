"""Own events to the hub, in order, each read back from the disk and verified before it leaves.

The log itself is the outbox, through all its epochs: what was said before a log was begun anew counts still, and an emptied hub
needs it. A cursor for each hub says how far it is known to be there. Publishing again is harmless, so after
any doubt the answer is to publish again; and so the cursor is kept only now and then.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlmodel import Session

from internationale.bus import Bus, Outcome, Parcel
from internationale.errors import Untrusted
from internationale.events import logs
from internationale.events.envelope import Address
from internationale.events.logs import LogRules
from internationale.ledger import outbox
from internationale.ledger.outbox import Cursor
from internationale.ledger.reading import Stored
from internationale.ledger.reasons import WORDS, Lasting
from internationale.messages import marker
from internationale.section import Section
from internationale.worker.pace import in_thread
from internationale.worker.published import Published
from internationale.worker.questions import part_subject
from internationale.worker.receiving import take_in
from internationale.worker.seeding import seeded

_ = marker("core")
_log = logging.getLogger(__name__)

BATCH = 500
PARTS_AT_ONCE = 16
UNKEPT = 2000
"""After how many events the cursor is kept at the latest: so many are compared again after a crash."""


@dataclass
class Outgoing:
    """What is to be published next: events, where each stands (epoch and number), and the parts they name. ``epoch``: of the own
    log now; 0: not in the roster.
    """

    epoch: int = 0
    events: list[Parcel] = field(default_factory=list)
    places: list[Cursor] = field(default_factory=list)
    parts: list[Parcel] = field(default_factory=list)


class Relay:
    """One section's events on their way to one hub, whose store is named by ``identity``."""

    def __init__(self, section: Section, bus: Bus, identity: str, published: Published | None = None) -> None:
        self._section = section
        self._bus = bus
        self._published = Published() if published is None else published
        self._identity = identity
        self._position: Cursor | None = None
        """Epoch and number up to which the hub is known to have our log; None: not looked up yet."""
        self._kept = (0, 0)
        self._lost: Cursor | None = None
        """Epoch and first number that the audit found missing at the hub."""

    async def send(self) -> int | None:
        """Publish what the hub does not have yet, a batch at a time. Returns how many; None when the hub gave no answer."""
        self._go_back()
        outgoing = await in_thread(self._read)
        if not outgoing.events:
            return 0
        for start in range(0, len(outgoing.parts), PARTS_AT_ONCE):
            if Outcome.UNKNOWN in await self._bus.publish(outgoing.parts[start : start + PARTS_AT_ONCE]):
                return None
        self._published.note(outgoing.events)
        outcomes = await self._bus.publish(outgoing.events)
        settled = await self._settled(outgoing, outcomes)
        if settled:
            await self._advance(outgoing.places[settled - 1])
        return None if Outcome.UNKNOWN in outcomes else settled

    async def keep(self) -> None:
        """Remember the position beyond this process."""
        if self._position is not None and self._position != self._kept:
            await in_thread(_keep, self._section, self._identity, self._position)
            self._kept = self._position

    def unsent(self) -> int:
        """How many of our events the hub is not known to have."""
        position = self._start()
        with self._section.reading() as session:
            return outbox.unsent(self._section.ledger.own_logs(session), position)

    async def audit(self, *, quickly: bool = False) -> int:
        """Look what the hub should have and has lost, for ``send`` to publish again; returns how many. Only names are compared:
        they are many, so that nothing that is said meanwhile waits for this.

        ``quickly``: only when the latest event is gone, as in a store that was put back from an old backup.
        """
        sent = await in_thread(self._sent)
        code = self._section.code
        if not sent or (quickly and await self._bus.last(Address(code, *sent[-1]).subject) is not None):
            return 0
        lost = list[Address]()
        for epoch, last in sent:
            names = await self._bus.kept(f"intl.v1.log.{code}.{epoch}.*")
            there = (Address(code, epoch, number) for number in range(1, last + 1))
            lost += [address for address in there if address.subject not in names]
        if lost:
            _log.warning("hub %s has lost %d of our events, the first is %s", self._bus.hub, len(lost), lost[0])
            self._lost = (lost[0].epoch, lost[0].sequence)
        return len(lost)

    def _go_back(self) -> None:
        """To what the audit found missing. All from there on is published again; most of it is there, which is harmless."""
        if self._lost is not None and self._position is not None:
            self._position = min((self._lost[0], self._lost[1] - 1), self._position)
        self._lost = None

    async def _settled(self, outgoing: Outgoing, outcomes: list[Outcome]) -> int:
        """How many from the beginning need no further care."""
        for number, (parcel, outcome) in enumerate(zip(outgoing.events, outcomes, strict=True)):
            closed = outgoing.places[number][0] < outgoing.epoch
            if outcome is Outcome.UNKNOWN:
                return number
            if outcome is Outcome.TAKEN and await self._another_speaks(parcel, closed=closed):
                return number
        return len(outgoing.events)

    async def _advance(self, position: Cursor) -> None:
        self._position = position
        if position[0] != self._kept[0] or position[1] - self._kept[1] > UNKEPT:
            await self.keep()

    async def _another_speaks(self, ours: Parcel, *, closed: bool) -> bool:
        """The hub has something else under our number. Signed with our key it is a fork, and we stop; otherwise, or where the
        roster has ``closed`` the epoch and decided which of the two counts, somebody squats the subject: ours travels as a seed
        then, and the hub's operator has to purge what stands in its place.
        """
        found = (await self._bus.get([ours.subject])).get(ours.subject)
        if found is None:
            return False
        outcomes = await take_in(self._section, [found], self._bus.hub)
        if closed or outcomes != ["forked"]:
            _log.error("hub %s has something under %s that is not ours (%s)", self._bus.hub, ours.subject, outcomes[0])
            await self._bus.publish([seeded(self._section.code, ours)])
            return False
        _log.critical("another instance of this section writes its log: %s", ours.subject)
        await in_thread(self._section.fence, WORDS[Lasting.ANOTHER], Lasting.ANOTHER)
        return True

    def _start(self) -> Cursor:
        if self._position is None:
            with self._section.reading() as session:
                self._position = self._kept = self._section.ledger.cursor(session, self._identity)
        return self._position

    def _sent(self) -> list[Cursor]:
        position = self._start()
        with self._section.reading() as session:
            return list(outbox.sent(self._section.ledger.own_logs(session), position))

    def _read(self) -> Outgoing:
        position, section = self._start(), self._section
        with section.reading() as session:
            rules = section.keyring(session).get(section.code)
            if rules is None:
                return Outgoing()
            outgoing = Outgoing(rules.epoch)
            for event, its in _after(section, session, rules, position):
                if not _sound(section, event, its):
                    break
                outgoing.places.append((event.address.epoch, event.address.sequence))
                outgoing.events.append(Parcel(event.address.subject, event.signed.body, event.signed.signature))
                for name in event.named_parts:
                    if (body := section.ledger.part(session, name)) is not None:
                        outgoing.parts.append(Parcel(part_subject(section.code, name), body))
        return outgoing


def _after(section: Section, session: Session, rules: LogRules, position: Cursor) -> Iterator[tuple[Stored, LogRules]]:
    """The next own events after a place, at most a batch, each with the rules of its epoch."""
    left = BATCH
    for log in section.ledger.own_logs(session):
        its = rules.of(log.epoch)
        if its is None or log.epoch < position[0]:
            continue
        after = position[1] if log.epoch == position[0] else 0
        for event in section.ledger.own_events_after(session, log.epoch, after, left) if left else ():
            left -= 1
            yield event, its


def _sound(section: Section, event: Stored, rules: LogRules) -> bool:
    """Whether the bytes on our disk are still what we signed: a flipped bit must not leave the house."""
    try:
        logs.check_signature(event.signed, event.address.sequence, rules)
        reason = "" if event.signed.hash == event.hash else "hash_mismatch"
    except Untrusted as error:
        reason = error.reason
    if not reason:
        return True
    _log.error("own event %s does not verify (%s) and is not published", event.address, reason)
    if section.fenced is None:
        section.fence(_("Event %(event)s of this section's own log does not verify.") % {"event": str(event.address)})
    return False


def _keep(section: Section, identity: str, position: Cursor) -> None:
    with section.writing() as session:
        section.ledger.set_cursor(session, identity, *position)
