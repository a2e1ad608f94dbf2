"""What a new roster makes of the logs: where it ends one, and from where a stopped one goes on.

The roster pins the last number that counts of a log by its hash. Where two histories were proved up to there, the hash says which
of them is the true one (``pinned``). What may be appended then is parked, from where the log ends: see ``Intake.go_on``.
"""

from collections.abc import Iterable

from sqlalchemy import func, select

from internationale.events.envelope import Address
from internationale.events.logs import Keyring, LogRules
from internationale.ledger import forks, tables
from internationale.ledger.heads import Head
from internationale.ledger.overtaken import Overtaken
from internationale.ledger.parking import Parking
from internationale.ledger.pinned import CONTESTED, FORKED, Pinned
from internationale.ledger.reading import Gap
from internationale.ledger.unit import Unit

ENDED = "ended_by_roster"


class Following:
    """One look at logs under the roster in force. ``gone``: the events that were decided and are withdrawn."""

    def __init__(self, unit: Unit, keyring: Keyring) -> None:
        self._unit = unit
        self._keyring = keyring
        self.gone = set[Address]()

    def all(self) -> list[tuple[str, int]]:
        """Every log of which anything is here. Returns those that may go on, also where that was broken off."""
        queries = (select(table.c.section, table.c.epoch).distinct() for table in (tables.head, tables.parked))
        return self.some({(row.section, row.epoch) for query in queries for row in self._unit.connection.execute(query)})

    def some(self, logs: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """These logs only."""
        ready: list[tuple[str, int]] = []
        parking = Parking(self._unit.connection, self._unit.now, self._keyring)
        for section, epoch in sorted(logs):
            rules = self._keyring[section].of(epoch) if section in self._keyring else None
            if rules is not None:
                head = self._unit.heads.of(section, epoch)
                before = head.cut
                overtaken, gone = Overtaken(self._unit, rules, head).take_out(self._keyring)
                self.gone |= gone
                on = self._look(rules, head)
                if overtaken or on or head.cut != before:  # it goes on: what was cut off and is still put aside makes room
                    self.gone |= forks.clear(self._unit, (section, epoch))
                if on or parking.follows(head):
                    ready.append((section, epoch))
        self._unit.heads.save()
        return ready

    def stopped(self, logs: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Of these, those with a pin of which something is here under each number up to there, so that they may go on now."""
        found = list[tuple[str, int]]()
        for log in sorted(logs):
            rules = self._keyring[log[0]].of(log[1]) if log[0] in self._keyring else None
            if rules is not None and rules.pin is not None and Pinned(self._unit, rules, self._unit.heads.of(*log)).whole:
                found.append(log)
        return found

    def _look(self, rules: LogRules, head: Head) -> bool:
        """Set where the log is stopped. Returns whether it may go on."""
        decided = False
        if rules.pin is not None and (pinned := Pinned(self._unit, rules, head)).contested:
            decided = pinned.walk()
            self.gone |= pinned.gone
            if not decided and head.reason in CONTESTED:
                return False  # what is missing is asked for; until it is here nothing is appended
        first, reason = self._stop(rules, head, decided=decided)
        if first is not None and head.sequence >= first:
            self.gone |= forks.cut(self._unit, Address(head.section, head.epoch, first), reason)
        if head.cut == first:
            return decided
        further = head.cut is not None and (first is None or first > head.cut)
        head.cut, head.reason = first, reason if first is not None else ""  # also of a log that has not come so far yet
        return decided or further

    def _stop(self, rules: LogRules, head: Head, *, decided: bool) -> tuple[int | None, str]:
        """The first number that may not be appended, and why; None: the log goes on. Of two that were proved up to the pinned
        number it is ``decided`` which one counts; until then those stop the log that are after its end.
        """
        ended = rules.ended
        fork = tables.fork.c
        first = select(func.min(fork.sequence)).where(fork.section == rules.section, fork.epoch == rules.epoch)
        if rules.pin is not None:
            first = first.where(fork.sequence > (rules.pin[0] if decided else head.sequence))
        forked = self._unit.connection.execute(first).scalar()
        return (forked, FORKED) if forked is not None and (ended is None or forked < ended) else (ended, ENDED)


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
