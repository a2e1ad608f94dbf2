"""What to do with an authentic event by its number: the table of cases.

=====================  ============================  ==========================================================
number                 hash, chain                   what happens
=====================  ============================  ==========================================================
already in the log     same hash                     dropped (``duplicate``)
already in the log     another hash                  proof of a fork: the log is cut there (``forked``)
already in a proof     one of its two                dropped: the log is cut there already (``forked``)
next                   prevhash fits                 appended, then the parked ones that follow
next                   prevhash does not fit         parked: a number before it must exist twice; it is asked for
later                                                parked, and the gap is asked for
at or after a cut                                    parked, until people decide
=====================  ============================  ==========================================================

What is in the log or parked by an earlier list only proves nothing and is not appended: see ``overtaken``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from internationale.events import envelope as envelopes
from internationale.events.envelope import Address, Envelope
from internationale.events.logs import Keyring, authentic
from internationale.ledger import deliveries, forks
from internationale.ledger.deliveries import Arrival, Delivery
from internationale.ledger.heads import Head
from internationale.ledger.parking import Parking
from internationale.ledger.records import CHUNK, Record
from internationale.ledger.unit import Unit

AT_ONCE = CHUNK
"""How many parked events are appended in one portion (as far as ``deliveries.AT_ONCE`` bytes go)."""


@dataclass
class Taken:
    """What came of a batch: ``outcomes`` by place in it (missing: look at the record of that address). ``proved``: the places
    of those that are in a proof already; they change nothing. ``more``: the logs of which more is parked that follows than was
    appended.
    """

    outcomes: dict[int, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    rivals: list[Arrival] = field(default_factory=list)
    refused: list[Arrival] = field(default_factory=list)
    proved: set[int] = field(default_factory=set)
    more: set[tuple[str, int]] = field(default_factory=set)


class Intake:
    """Appends what can be appended of a batch, in the caller's transaction; decides nothing about what is said."""

    def __init__(self, unit: Unit, arrivals: Sequence[Arrival], known: dict[Address, str], keyring: Keyring) -> None:
        self._unit = unit
        self._arrivals = arrivals
        self._here = known
        self._keyring = keyring
        self._parking = Parking(unit.connection, unit.now, keyring)
        found = (arrival.envelope.address for arrival in arrivals if arrival.envelope is not None)
        self._parked = self._parking.hashes({each for each in found if self._parking.first(each.section, each.epoch)})
        self._room = AT_ONCE, deliveries.AT_ONCE
        self.taken = Taken()

    def overtaken(self) -> set[tuple[str, int]]:
        """The logs in which something stands in the place of one of these that was authentic by an earlier list only: that proves
        nothing, and has to give way. For it may be that nobody has looked at them under the new list yet.
        """
        found = set[tuple[str, int]]()
        for envelope in (arrival.envelope for arrival in self._arrivals if arrival.envelope is not None):
            where = envelope.address
            if self._held(where) not in (None, envelope.hash):
                held = forks.held(self._unit, where)
                if not authentic(envelopes.parse(held.body), held.signature, self._keyring):
                    found.add((where.section, where.epoch))
        return found

    def take(self) -> Taken:
        """Go through the batch, each log in the order of its numbers."""
        for place in _in_order(self._arrivals):
            arrival = self._arrivals[place]
            if arrival.envelope is None:
                self._refuse(place, arrival)
            elif outcome := self._number(place, arrival.envelope, arrival):
                self.taken.outcomes[place] = outcome
        self._resume()
        self._unit.heads.save()
        return self.taken

    def go_on(self, section: str, epoch: int) -> Taken:
        """Append a portion of what is parked of a log and follows."""
        self._drain(self._unit.heads.of(section, epoch))
        self._unit.heads.save()
        return self.taken

    def _held(self, where: Address) -> str | None:
        return self._here.get(where) or self._parked.get(where)

    def _refuse(self, place: int, arrival: Arrival) -> None:
        self.taken.outcomes[place] = "duplicate" if arrival.reason == "duplicate" else "quarantined"
        if arrival.reason != "duplicate":
            self.taken.refused.append(arrival)

    def _number(self, place: int, envelope: Envelope, arrival: Arrival) -> str:
        where = envelope.address
        head = self._unit.heads.of(envelope.section, envelope.epoch)
        held = self._held(where)
        if held == envelope.hash:
            return "duplicate"
        if self._contested(held, where, head) and envelope.hash in forks.proved(self._unit.connection, where):
            self.taken.proved.add(place)
            return "forked"
        if held is not None:
            self.taken.rivals.append(arrival)
            return "forked"
        if not self._follows(envelope, head):
            return self._park(envelope, arrival.delivery, head)
        self._append(envelope, arrival.delivery, head)
        self._drain(head)
        return ""

    def _contested(self, held: str | None, where: Address, head: Head) -> bool:
        """Whether there may be a proof for this number."""
        return held is not None or (head.cut is not None and head.cut <= where.sequence)

    def _follows(self, envelope: Envelope, head: Head) -> bool:
        if envelope.sequence != head.sequence + 1 or head.frozen:
            return False
        return envelope.sequence == 1 or envelope.prevhash == head.hash

    def _append(self, envelope: Envelope, delivery: Delivery, head: Head) -> None:
        head.sequence, head.hash = envelope.sequence, envelope.hash
        self._here[envelope.address] = envelope.hash
        self.taken.records.append(Record(envelope, delivery.body, delivery.signature, self._unit.now, delivery.via))

    def _park(self, envelope: Envelope, delivery: Delivery, head: Head) -> str:
        if not self._parking.add(envelope, delivery, head.sequence):
            return "full"
        self._parked[envelope.address] = envelope.hash
        return "parked"

    def _resume(self) -> None:
        """Of the logs in this batch, go on with those that were broken off between two portions."""
        found = (arrival.envelope for arrival in self._arrivals if arrival.envelope is not None)
        for log in {(envelope.section, envelope.epoch) for envelope in found} - self.taken.more:
            self._drain(self._unit.heads.of(*log))

    def _drain(self, head: Head) -> None:
        if not self._parking.follows(head):
            return
        appended = []
        for row in self._parking.following(head.section, head.epoch, head.sequence):
            if min(self._room) <= 0:
                self.taken.more.add((head.section, head.epoch))
                break
            envelope = envelopes.parse(row.body)
            if not self._follows(envelope, head) or not authentic(envelope, row.signature, self._keyring):
                break
            self._append(envelope, Delivery(envelope.address.subject, row.body, row.signature, row.via), head)
            self._room = self._room[0] - 1, self._room[1] - len(row.body)
            appended.append(envelope.address)
        self._parking.remove(appended)
        for where in appended:
            self._parked.pop(where, None)


def _in_order(arrivals: Sequence[Arrival]) -> list[int]:
    """Places in the batch, such that each log is in the order of its numbers and logs stay interleaved as they came."""
    logs: dict[tuple[str, int], list[int]] = {}
    for place, arrival in enumerate(arrivals):
        if arrival.envelope is not None:
            logs.setdefault((arrival.envelope.section, arrival.envelope.epoch), []).append(place)
    ordered = list(range(len(arrivals)))
    for places in logs.values():
        by_number = sorted(places, key=lambda place: arrivals[place].envelope.sequence)  # type: ignore[union-attr]  # all have one
        for slot, place in zip(places, by_number, strict=True):
            ordered[slot] = place
    return ordered
