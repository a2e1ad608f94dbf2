"""What was authentic by an earlier list only: signed with a key that another has followed, from a number before its own.

Whoever gets it later refuses it. So here it is as if it came now: it goes out of the log, of what is parked and of the proofs,
into quarantine with its reason. No signature is checked for that: a list changes who signs which number, not what was signed.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, delete, false, func, or_, select, true

from internationale.errors import Untrusted
from internationale.events import envelope as envelopes
from internationale.events.envelope import Address, Signed
from internationale.events.logs import KeyRange, Keyring, LogRules, check_again
from internationale.ledger import forks, quarantine, tables
from internationale.ledger.deliveries import Arrival, Delivery
from internationale.ledger.heads import Head
from internationale.ledger.parking import discard
from internationale.ledger.records import among, chunks, of
from internationale.ledger.unit import Unit

VIA, REASON = "parked", "key_not_valid_at_number"
AT_ONCE = 50
"""How many events that may have been overtaken are held in memory at one time."""


class Overtaken:
    """What of one log these rules have overtaken."""

    def __init__(self, unit: Unit, rules: LogRules, head: Head) -> None:
        self._unit = unit
        self._rules = rules
        self._head = head

    def take_out(self, keyring: Keyring) -> tuple[bool, set[Address]]:
        """Put it into quarantine. Returns whether there was any, and the events of the log that were decided and are withdrawn.

        What is parked beyond the end of its log stays there: that may be set further by a later list.
        """
        gone = self._unseat()
        found = False
        for arrivals in (*self._proofs(), *self._parked()):
            quarantine.keep(self._unit.connection, arrivals, keyring, self._unit.now)
            found = True
        return found, gone

    def _unseat(self) -> set[Address]:
        """Park what was appended with another key than signs it by now, and all after it; the log goes on from before it."""
        first = min(filter(None, map(self._first_wrong, self._rules.keys)), default=None)
        if first is None:
            return set()
        before = self._head.cut, self._head.reason
        gone = forks.cut(self._unit, Address(self._head.section, self._head.epoch, first), REASON)
        self._head.cut, self._head.reason = before
        return gone

    def _first_wrong(self, entry: KeyRange) -> int | None:
        """The first number in the range of this key that another has signed here. One key has followed the other in the log as
        well: so the ends of the range tell whether there is any.
        """
        last = self._head.sequence if entry.last is None else min(entry.last, self._head.sequence)
        if last < entry.first:
            return None
        event = tables.event.c
        here = (event.section == self._head.section) & (event.epoch == self._head.epoch)
        wrong = here & ~_names(tables.event, "signature", entry)
        if (
            self._unit.connection.execute(select(event.sequence).where(wrong, event.sequence.in_([entry.first, last]))).first()
            is None
        ):
            return None
        first: int = self._unit.connection.execute(
            select(func.min(event.sequence)).where(wrong, event.sequence.between(entry.first, last))
        ).scalar_one()
        return first

    def _parked(self) -> Iterator[list[Arrival]]:
        here, parked = self._here(tables.parked), tables.parked.c
        pinned = parked.sequence == self._rules.pin[0] if self._rules.pin is not None else false()
        suspect = or_(~self._allowed(tables.parked, "signature"), parked.sequence == 1, pinned)
        for some in self._portions(tables.parked, here & suspect):
            rows = self._unit.connection.execute(select(tables.parked).where(among(tables.parked, some))).all()
            refused = {of(row): reason for row in rows if (reason := self._reason(row))}
            if refused:
                yield [
                    _arrival(of(row), Signed(row.body, row.signature), refused[of(row)], row.via)
                    for row in rows
                    if of(row) in refused
                ]
                discard(self._unit.connection, among(tables.parked, refused))

    def _proofs(self) -> Iterator[list[Arrival]]:
        """Of two events that one key has signed, under a number that belongs to another by now."""
        fork = tables.fork
        allowed = self._allowed(fork, "first_signature") & self._allowed(fork, "second_signature")
        for some in self._portions(fork, self._here(fork) & ~allowed):
            rows = self._unit.connection.execute(select(fork).where(among(fork, some))).all()
            both = [(of(row), Signed(row.first_body, row.first_signature)) for row in rows]
            both += [(of(row), Signed(row.second_body, row.second_signature)) for row in rows]
            yield [
                _arrival(where, signed, REASON)
                for where, signed in both
                if not self._rules.allows(signed.signature, where.sequence)
            ]
            self._unit.connection.execute(delete(fork).where(among(fork, some)))

    def _portions(self, table: FromClause, condition: ColumnElement[bool]) -> Iterator[list[Address]]:
        columns = (table.c.section, table.c.epoch, table.c.sequence)
        rows = self._unit.connection.execute(select(*columns).where(condition)).all()
        return chunks(map(of, rows), AT_ONCE)

    def _here(self, table: FromClause) -> ColumnElement[bool]:
        here = (table.c.section == self._head.section) & (table.c.epoch == self._head.epoch)
        return here if self._rules.ended is None else here & (table.c.sequence < self._rules.ended)

    def _allowed(self, table: FromClause, signature: str) -> ColumnElement[bool]:
        """The condition that the named key signs this number."""
        number = table.c.sequence
        ranges = ((each, true() if each.last is None else number <= each.last) for each in self._rules.keys)
        return or_(false(), *(_names(table, signature, each) & (number >= each.first) & before for each, before in ranges))

    def _reason(self, row: Row[*tuple[Any, ...]]) -> str:
        try:
            check_again(envelopes.parse(row.body), row.signature, self._rules)
        except Untrusted as error:
            return error.reason
        return ""


def _names(table: FromClause, signature: str, entry: KeyRange) -> ColumnElement[bool]:
    named: ColumnElement[bool] = func.substr(table.c[signature], 1, len(entry.key.id) + 1) == f"{entry.key.id}."
    return named


def _arrival(where: Address, signed: Signed, reason: str, via: str = VIA) -> Arrival:
    return Arrival(Delivery(where.subject, bytes(signed.body), signed.signature, via), None, reason)
