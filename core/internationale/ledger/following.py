"""What a new roster makes of the logs: where it ends one, and from where a stopped one goes on.

The roster pins the last number that counts of a log by its hash. Where two histories were proved up to there, the hash says which
of them is the true one: it is walked back from the pinned event, by what we hold of both, to where our log is.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Row, func, select

from internationale.events import envelope as envelopes
from internationale.events.envelope import Address, Envelope, Signed
from internationale.events.logs import Keyring, LogRules
from internationale.ledger import forks, tables
from internationale.ledger.deliveries import Arrival, Delivery
from internationale.ledger.heads import Head
from internationale.ledger.overtaken import Overtaken
from internationale.ledger.parking import MAX_PARKED, discard
from internationale.ledger.reading import Gap
from internationale.ledger.records import key
from internationale.ledger.unit import Unit

ENDED, FORKED = "ended_by_roster", "forked"
VIA = "parked"
Candidates = dict[int, list[tuple[Envelope, Signed]]]


class Following:
    """One look at logs under the roster in force. ``gone``: the events that were decided and are withdrawn."""

    def __init__(self, unit: Unit, keyring: Keyring) -> None:
        self._unit = unit
        self._keyring = keyring
        self.gone = set[Address]()

    def all(self) -> list[Arrival]:
        """Every log of which anything is here. Returns what can be appended now."""
        queries = (select(table.c.section, table.c.epoch).distinct() for table in (tables.head, tables.parked))
        return self.some({(row.section, row.epoch) for query in queries for row in self._unit.connection.execute(query)})

    def some(self, logs: Iterable[tuple[str, int]]) -> list[Arrival]:
        """These logs only."""
        ready: list[Arrival] = []
        for section, epoch in sorted(logs):
            rules = self._keyring[section].of(epoch) if section in self._keyring else None
            if rules is not None:
                head = self._unit.heads.of(section, epoch)
                before = head.cut
                overtaken, gone = Overtaken(self._unit, rules, head).take_out(self._keyring)
                self.gone |= gone
                found = self._look(rules, head)
                if overtaken or found or head.cut != before:  # it goes on: what was cut off and is still put aside makes room
                    self.gone |= forks.clear(self._unit, (section, epoch))
                ready += found
        self._unit.heads.save()
        return ready

    def _look(self, rules: LogRules, head: Head) -> list[Arrival]:
        chain: list[Arrival] = []
        if rules.pin is not None and self._contested(rules.pin, head):
            found = self._chain(rules, rules.pin, head)
            if found is None:
                return []  # what is missing is asked for; until it is here nothing is appended
            chain = found
        first, reason = self._stop(rules)
        if first is not None and head.sequence >= first:
            self.gone |= forks.cut(self._unit, Address(head.section, head.epoch, first), reason)
        if head.cut == first:
            return chain
        further = head.cut is not None and (first is None or first > head.cut)
        head.cut, head.reason = first, reason if first is not None else ""  # also of a log that has not come so far yet
        return [*chain, *self._unpark(head, first)] if further else chain

    def _stop(self, rules: LogRules) -> tuple[int | None, str]:
        """The first number that may not be appended, and why; None: the log goes on."""
        ended = rules.ended
        fork = tables.fork.c
        first = select(func.min(fork.sequence)).where(fork.section == rules.section, fork.epoch == rules.epoch)
        forked = self._unit.connection.execute(first).scalar()
        if forked is not None and not (rules.pin is not None and forked <= rules.pin[0]):
            return (forked, FORKED) if ended is None or forked < ended else (ended, ENDED)
        return ended, ENDED

    def _contested(self, pin: tuple[int, str], head: Head) -> bool:
        """Whether our log is stopped at or before the pinned number, or holds another event there."""
        if head.sequence < pin[0]:
            return head.cut is not None and head.cut <= pin[0]
        return self._hash(head, pin[0]) != pin[1]

    def _hash(self, head: Head, sequence: int) -> str:
        where = key(Address(head.section, head.epoch, sequence))
        return self._unit.connection.execute(select(tables.event.c.hash).filter_by(**where)).scalar() or ""

    def _chain(self, rules: LogRules, pin: tuple[int, str], head: Head) -> list[Arrival] | None:
        """The true events from where our log leaves them up to the pinned one; None while one of them is missing."""
        candidates = self._candidates(head, pin[0])
        number, needed = pin
        chain: list[Arrival] = []
        while number > 0 and (number > head.sequence or self._hash(head, number) != needed):
            found = next((each for each in candidates.get(number, ()) if each[0].hash == needed), None)
            if found is None:
                self._drop_false(head, number, needed)
                return None
            envelope, signed = found
            chain.append(Arrival(Delivery(envelope.address.subject, signed.body, signed.signature, VIA), envelope))
            number, needed = number - 1, envelope.prevhash
        if number == 0 and needed != rules.genesis:
            return None
        if number < head.sequence:
            self.gone |= forks.cut(self._unit, Address(head.section, head.epoch, number + 1), ENDED)
        self._drop(head, pin[0])
        return list(reversed(chain))

    def _candidates(self, head: Head, last: int) -> Candidates:
        found: Candidates = {}
        fork = tables.fork.c
        here = (fork.section == head.section) & (fork.epoch == head.epoch) & (fork.sequence <= last)
        for row in self._unit.connection.execute(select(tables.fork).where(here)):
            for body, signature in ((row.first_body, row.first_signature), (row.second_body, row.second_signature)):
                found.setdefault(row.sequence, []).append((envelopes.parse(bytes(body)), Signed(bytes(body), signature)))
        for row in self._parked(head, last):
            found.setdefault(row.sequence, []).append((envelopes.parse(row.body), Signed(row.body, row.signature)))
        return found

    def _parked(self, head: Head, last: int | None) -> Iterator[Row[*tuple[Any, ...]]]:
        parked = tables.parked.c
        here = (parked.section == head.section) & (parked.epoch == head.epoch)
        if last is not None:
            here &= parked.sequence <= last
        query = select(tables.parked).where(here).order_by(parked.sequence).limit(MAX_PARKED)
        yield from self._unit.connection.execute(query).all()

    def _unpark(self, head: Head, before: int | None) -> list[Arrival]:
        """Take what may be appended again out of the parking place, to be taken in as if it came now."""
        rows = list(self._parked(head, None if before is None else before - 1))
        self._drop(head, None if before is None else before - 1)
        parsed = ((row, envelopes.parse(row.body)) for row in rows)
        return [
            Arrival(Delivery(envelope.address.subject, row.body, row.signature, row.via), envelope) for row, envelope in parsed
        ]

    def _drop(self, head: Head, last: int | None) -> None:
        parked = tables.parked.c
        here = (parked.section == head.section) & (parked.epoch == head.epoch)
        if last is not None:
            here &= parked.sequence <= last
        discard(self._unit.connection, here)

    def _drop_false(self, head: Head, number: int, needed: str) -> None:
        """What we have under this number is of the other history: its place is for the true one."""
        if number <= head.sequence:
            self.gone |= forks.cut(self._unit, Address(head.section, head.epoch, number), ENDED)
        parked = tables.parked.c
        here = (parked.section == head.section) & (parked.epoch == head.epoch) & (parked.sequence == number)
        discard(self._unit.connection, here & (parked.hash != needed))


def unfinished(heads: Iterable[Head], keyring: Keyring) -> list[Gap]:
    """What is missing of logs that the roster has ended: nobody's heads speak of closed epochs any more."""
    held = {(head.section, head.epoch): head for head in heads}
    found = []
    for current in keyring.values():
        for rules in (current, *current.closed.values()):
            head = held.get((rules.section, rules.epoch), Head(rules.section, rules.epoch))
            if rules.pin is not None and head.sequence < rules.pin[0]:
                stopped = head.cut is not None and head.cut <= rules.pin[0]
                found.append(Gap(rules.section, rules.epoch, head.sequence + 1, rules.pin[0], another=stopped))
    return found


def settled(unit: Unit, rules: LogRules | None, where: Address) -> bool:
    """Whether the roster has decided which of two events counts here, and ours is that one: then nothing is cut any more."""
    if rules is None or rules.pin is None or where.sequence > rules.pin[0]:
        return False
    if unit.heads.of(where.section, where.epoch).sequence < rules.pin[0]:
        return False
    held = select(tables.event.c.hash).filter_by(**key(Address(where.section, where.epoch, rules.pin[0])))
    return unit.connection.execute(held).scalar() == rules.pin[1]
