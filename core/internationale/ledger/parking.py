"""Authentic events that cannot be appended yet: there is a gap before them, or their log is cut."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, repeat
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, func, insert, or_, select, tuple_

from internationale.events.envelope import Address, Envelope
from internationale.events.logs import Keyring, LogRules
from internationale.kit.prepared import Prepared
from internationale.ledger.deliveries import Delivery
from internationale.ledger.heads import Head
from internationale.ledger.records import CHUNK, among, chunks, key, of
from internationale.ledger.tables import head, mention, parked

MAX_PARKED = 10_000
"""How many events of one section may be parked. What comes beyond is not kept: it will be asked for when the gap closes.

Those up to a number that the roster has pinned are not counted, nor their bytes: one for each number, they are no more than the
log itself. Of these numbers so many may be missing below the ones that are kept, for each hole is asked for.
"""
MAX_BYTES = 64 * 1024 * 1024
"""How many bytes of one section may be parked."""
_FIRST = Prepared(
    select(func.min(parked.c.sequence)).where(parked.c.section == bindparam("section_"), parked.c.epoch == bindparam("epoch_"))
)


def discard(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Let go of parked events, and of what is noted about the parts that they name (of those that were in the log once)."""
    place = tuple_(mention.c.section, mention.c.epoch, mention.c.sequence)
    gone = select(parked.c.section, parked.c.epoch, parked.c.sequence).where(condition)
    connection.execute(delete(mention).where(place.in_(gone)))
    connection.execute(delete(parked).where(condition))


def furthest(connection: Connection, rules: LogRules | None) -> Delivery | None:
    """What is parked of a section with its highest number: it is signed, and shows by itself how far that log goes. What is left
    over beyond the end that the list has set for an epoch does not count, and shows nothing. None: there is nothing, or nobody
    knows who signs there.
    """
    epochs = () if rules is None else (rules, *rules.closed.values())
    for each in sorted(epochs, key=lambda each: each.epoch, reverse=True):
        here = (parked.c.section == each.section) & (parked.c.epoch == each.epoch)
        if each.ended is not None:
            here &= parked.c.sequence < each.ended
        row = connection.execute(select(parked).where(here).order_by(parked.c.sequence.desc()).limit(1)).first()
        if row is not None:
            return Delivery(of(row).subject, bytes(row.body), row.signature, row.via)
    return None


def ready(connection: Connection) -> set[tuple[str, int, int]]:
    """The logs (section, epoch) of which the next number is parked, and that number, where nothing has stopped them."""
    after = head.c.sequence + 1
    same = and_(head.c.section == parked.c.section, head.c.epoch == parked.c.epoch, parked.c.sequence == after)
    query = select(head.c.section, head.c.epoch, after).join(parked, same).where(or_(head.c.cut.is_(None), head.c.cut > after))
    return {(section, epoch, number) for section, epoch, number in connection.execute(query)}


class Parking:
    """The parked events of the logs that one transaction works on."""

    def __init__(self, connection: Connection, now: datetime, keyring: Keyring) -> None:
        self._connection = connection
        self._now = now
        self._keyring = keyring
        self._below: dict[tuple[str, int], int] = {}
        self._used: dict[str, tuple[int, int]] = {}
        self._first: dict[tuple[str, int], int | None] = {}

    def first(self, section: str, epoch: int) -> int | None:
        """The lowest number of a log that is parked."""
        if (section, epoch) not in self._first:
            found = _FIRST.first(self._connection, {"section_": section, "epoch_": epoch})
            self._first[section, epoch] = None if found is None else found[0]
        return self._first[section, epoch]

    def follows(self, head: Head) -> bool:
        """Whether the number after this end of a log is parked, where nothing has stopped it."""
        return not head.frozen and self.first(head.section, head.epoch) == head.sequence + 1

    def hashes(self, addresses: Iterable[Address]) -> dict[Address, str]:
        """The hashes of those of these events that are parked."""
        columns = (parked.c.section, parked.c.epoch, parked.c.sequence, parked.c.hash)
        found: dict[Address, str] = {}
        for chunk in chunks(addresses):
            found |= {of(row): row.hash for row in self._connection.execute(select(*columns).where(among(parked, chunk)))}
        return found

    def add(self, envelope: Envelope, delivery: Delivery, end: int) -> bool:
        """Keep one of a log that has come to the number ``end``; False when there is no room for more of this section."""
        pin = self._pin(envelope.section, envelope.epoch)
        if envelope.sequence <= pin:
            if not self._dense(envelope, end, pin):
                return False
        else:
            count, size = self._usage(envelope.section)
            if count >= MAX_PARKED or size + len(delivery.body) > MAX_BYTES:
                return False
            self._used[envelope.section] = (count + 1, size + len(delivery.body))
        values = {
            **key(envelope.address),
            "hash": envelope.hash,
            "body": delivery.body,
            "signature": delivery.signature,
            "received_at": self._now,
            "via": delivery.via,
        }
        self._first.pop((envelope.section, envelope.epoch), None)
        self._connection.execute(insert(parked), values)
        return True

    def following(self, section: str, epoch: int, sequence: int) -> Iterator[Row[*tuple[Any, ...]]]:
        """The parked events of a log after a number, without holes, in order. One at first: it may be of another history."""
        for size in chain([1], repeat(CHUNK)):
            here = (parked.c.section == section) & (parked.c.epoch == epoch) & (parked.c.sequence > sequence)
            rows = self._connection.execute(select(parked).where(here).order_by(parked.c.sequence).limit(size)).all()
            for row in rows:
                if row.sequence != sequence + 1:
                    return
                yield row
                sequence = row.sequence
            if not rows:
                return

    def remove(self, addresses: Iterable[Address]) -> None:
        """They were appended."""
        self._first.clear()
        self._below.clear()
        for chunk in chunks(addresses):
            discard(self._connection, among(parked, chunk))

    def _pin(self, section: str, epoch: int) -> int:
        """The last number that counts by the roster; 0: it pins none."""
        rules = self._keyring[section].of(epoch) if section in self._keyring else None
        return 0 if rules is None or rules.pin is None else rules.pin[0]

    def _dense(self, envelope: Envelope, end: int, pin: int) -> bool:
        """Whether one up to the pinned number is kept, and counted: that one is itself, however many are missing before it."""
        log = envelope.section, envelope.epoch
        if log not in self._below:
            up_to = (parked.c.section == log[0]) & (parked.c.epoch == log[1]) & (parked.c.sequence <= pin)
            self._below[log] = self._connection.execute(select(func.count()).where(up_to)).scalar_one()
        missing = envelope.sequence - end - 1 - self._below[log]
        if envelope.sequence < pin and missing > MAX_PARKED:
            return False
        self._below[log] += 1
        return True

    def _usage(self, section: str) -> tuple[int, int]:
        """Of what is beyond the pins: how many, and their bytes."""
        if section not in self._used:
            count = used = 0
            epochs = self._connection.execute(select(parked.c.epoch).distinct().where(parked.c.section == section)).scalars()
            for epoch in epochs.all():
                beyond = (parked.c.section == section) & (parked.c.epoch == epoch)
                beyond &= parked.c.sequence > self._pin(section, epoch)
                size = func.coalesce(func.sum(func.length(parked.c.body)), 0)
                row = self._connection.execute(select(func.count(), size).where(beyond)).one()
                count, used = count + int(row[0]), used + int(row[1])
            self._used[section] = (count, used)
        return self._used[section]
