"""Which history of a log leads to the event that the roster has pinned: walked back from there, number by number.

The hash of the pinned event is true by the roster, and each event holds the hash of the one before it. So of all that came under
a number, in the log, parked, or in a proof, it is known which is the true one, as far down as the events above it are here.
"""

from typing import Any

from sqlalchemy import ColumnElement, Table, exists, func, insert, select

from internationale.events import envelope as envelopes
from internationale.events.envelope import Address, Signed
from internationale.events.logs import LogRules
from internationale.ledger import forks, tables
from internationale.ledger.heads import Head
from internationale.ledger.parking import discard
from internationale.ledger.records import among, key
from internationale.ledger.unit import Unit

FORKED, OTHERWISE = "forked", "pinned_otherwise"
CONTESTED = (FORKED, OTHERWISE)
"""Why a log stands still that the pinned event may lead elsewhere: two were proved, or what is here does not lead to that one."""
VIA = "parked"
AT_ONCE = 50
"""How many numbers are looked at at one time: so many events, and twice as many in proofs, are held in memory."""


class Pinned:
    """One log with a pin. ``gone``: the events that were decided and are withdrawn."""

    def __init__(self, unit: Unit, rules: LogRules, head: Head) -> None:
        if rules.pin is None:
            raise ValueError("nothing of this log is pinned")
        self._unit = unit
        self._genesis = rules.genesis
        self._last, self._hash = rules.pin
        self._head = head
        self.gone = set[Address]()

    @property
    def contested(self) -> bool:
        """Whether what is here up to the pinned number may be of another history. Not because an earlier list has ended the log
        before that.
        """
        head = self._head
        if head.sequence >= self._last:
            return self._ours(self._last, self._last).get(self._last) != self._hash
        if head.cut is not None and head.cut <= self._last and head.reason in CONTESTED:
            return True
        return bool(self._unit.connection.execute(select(exists().where(self._open(tables.fork)))).scalar()) or self._misfit

    @property
    def whole(self) -> bool:
        """Whether there is something under each number from our log's end to the pinned one: else no walk comes to an end."""
        head, connection, fork, parked = self._head, self._unit.connection, tables.fork, tables.parked
        if head.sequence >= self._last:
            return True
        if not connection.execute(select(self._something(self._last) & self._something(head.sequence + 1))).scalar():
            return False
        also_parked = exists().where(self._here(parked) & (parked.c.sequence == fork.c.sequence)).correlate(fork)
        counts = (select(func.count()).where(self._open(parked)), select(func.count()).where(self._open(fork), ~also_parked))
        return sum(connection.execute(count).scalar_one() for count in counts) >= self._last - head.sequence

    def walk(self) -> bool:
        """Have nothing but the true events parked from the end of our log on, and nothing but true ones in it, as far down as can
        be told. Returns whether that is all the way; otherwise one is missing, and its place is free for it.
        """
        number, needed = self._last, self._hash
        while number > 0:
            first = max(1, number - AT_ONCE + 1)
            ours = self._ours(first, number)
            held = self._held(first, number)
            others = list[tuple[int, str, Signed]]()
            lowest = number + 1
            while number >= first and ours.get(number) != needed:
                found = held.get(number, {}).get(needed)
                if found is None:
                    break
                others.append((number, needed, found))
                lowest, needed, number = number, envelopes.recall(found.body, needed).prevhash, number - 1
            met, missing = ours.get(number) == needed, number >= first
            self._cut(number if missing and not met else lowest)
            self._put(others)
            if met:
                discard(self._unit.connection, self._here(tables.parked) & (tables.parked.c.sequence <= number))
                return True
            if missing:
                discard(self._unit.connection, self._here(tables.parked) & (tables.parked.c.sequence == number))
                return False
        return needed == self._genesis

    def _ours(self, first: int, last: int) -> dict[int, str]:
        """The hashes of our log between these numbers, by number; not of what was cut off it and put aside."""
        event = tables.event.c
        between = self._here(tables.event) & event.sequence.between(first, min(last, self._head.sequence))
        return {
            row.sequence: row.hash for row in self._unit.connection.execute(select(event.sequence, event.hash).where(between))
        }

    def _held(self, first: int, last: int) -> dict[int, dict[str, Signed]]:
        """What is parked or in proofs, by number and hash."""
        found: dict[int, dict[str, Signed]] = {}
        parked, fork = tables.parked, tables.fork
        proofs = select(fork).where(self._here(fork) & fork.c.sequence.between(first, last))
        for row in self._unit.connection.execute(proofs):
            both = ((row.first_body, row.first_signature), (row.second_body, row.second_signature))
            signed = (Signed(bytes(body), signature) for body, signature in both)
            found[row.sequence] = {each.hash: each for each in signed}
        rows = self._unit.connection.execute(select(parked).where(self._here(parked) & parked.c.sequence.between(first, last)))
        for row in rows:
            found.setdefault(row.sequence, {})[row.hash] = Signed(row.body, row.signature)
        return found

    def _cut(self, first: int) -> None:
        """What our log holds from this number on is of the other history."""
        if first <= self._head.sequence:
            self.gone |= forks.cut(self._unit, Address(self._head.section, self._head.epoch, first), OTHERWISE)

    def _put(self, others: list[tuple[int, str, Signed]]) -> None:
        """Park the true ones in the place of those that are not."""
        where = {number: Address(self._head.section, self._head.epoch, number) for number, _hash, _signed in others}
        parked, connection = tables.parked, self._unit.connection
        rows = connection.execute(select(parked.c.sequence, parked.c.hash).where(among(parked, where.values())))
        there = {row.sequence: row.hash for row in rows}
        put = [(where[number], hash_, signed) for number, hash_, signed in others if there.get(number) != hash_]
        if put:
            discard(connection, among(parked, (address for address, _hash, _signed in put)))
            connection.execute(insert(parked), [self._row(*each) for each in put])

    def _row(self, address: Address, hash_: str, signed: Signed) -> dict[str, Any]:
        values = {"hash": hash_, "body": signed.body, "signature": signed.signature}
        return {**key(address), **values, "received_at": self._unit.now, "via": VIA}

    @property
    def _misfit(self) -> bool:
        """Whether what is parked next does not fit: it or our log is of another history."""
        head, parked = self._head, tables.parked
        query = select(parked.c.body, parked.c.hash).where(self._here(parked), parked.c.sequence == head.sequence + 1)
        row = self._unit.connection.execute(query).first()
        return row is not None and envelopes.recall(row.body, row.hash).prevhash != (head.hash or self._genesis)

    def _something(self, number: int) -> ColumnElement[bool]:
        """Whether something is parked, or in a proof, under this number."""
        both = (tables.parked, tables.fork)
        parked, fork = (exists().where(self._here(table) & (table.c.sequence == number)) for table in both)
        return parked | fork

    def _open(self, table: Table) -> ColumnElement[bool]:
        """After the end of our log, up to the pinned number."""
        return self._here(table) & table.c.sequence.between(self._head.sequence + 1, self._last)

    def _here(self, table: Table) -> ColumnElement[bool]:
        return (table.c.section == self._head.section) & (table.c.epoch == self._head.epoch)
