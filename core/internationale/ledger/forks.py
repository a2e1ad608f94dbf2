"""Two signed events with one number are a proof that anyone can check. The log is cut before them, for everyone, until people
decide through the roster; what came after, and what stands on it, is withdrawn (never lost: the events stay, parked).
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, insert, select
from sqlmodel import Session

from internationale.events.envelope import Address, Signed
from internationale.ledger import tables
from internationale.ledger.deliveries import Arrival
from internationale.ledger.records import key, of
from internationale.ledger.unit import Unit

_MOVED = ("section", "epoch", "sequence", "hash", "body", "signature", "received_at", "via")


@dataclass(frozen=True)
class Proof:
    """Two different events that one section signed for one number."""

    address: Address
    first: Signed
    second: Signed


def prove(unit: Unit, rival: Arrival, *, settled: bool = False) -> set[Address]:
    """Keep the proof that ``rival`` makes with the event that we hold, and cut the log there; unless it is ``settled``: the
    roster has decided that ours is the one that counts.

    Returns the events that had been decided and are withdrawn with it.
    """
    if rival.envelope is None:
        raise ValueError("only an authentic event can prove a fork")
    where = rival.envelope.address
    held = _held(unit, where)
    if unit.connection.execute(select(tables.fork.c.section).filter_by(**key(where))).first() is None:
        values = {
            **key(where),
            "first_body": held.body,
            "first_signature": held.signature,
            "second_body": rival.delivery.body,
            "second_signature": rival.delivery.signature,
            "found_at": unit.now,
        }
        unit.connection.execute(insert(tables.fork), values)
    return set() if settled else cut(unit, where, "forked")


def cut(unit: Unit, first: Address, reason: str) -> set[Address]:
    """Append nothing at or after this number; move what was appended there into the parking place.

    Returns the moved events that had been decided: what stands on them has to be withdrawn by a rebuild.
    """
    event, parked = tables.event, tables.parked
    head = unit.heads.of(first.section, first.epoch)
    if head.cut is None or first.sequence < head.cut:
        head.cut, head.reason = first.sequence, reason
    gone = set[Address]()
    if head.sequence >= first.sequence:
        after = _from(event, first)
        columns = (event.c.section, event.c.epoch, event.c.sequence)
        gone = set(map(of, unit.connection.execute(select(*columns).where(after, event.c.position.is_not(None)))))
        moved = select(*(event.c[name] for name in _MOVED)).where(after)
        unit.connection.execute(insert(parked).from_select(_MOVED, moved))
        for table in (event, tables.waiting):  # it may count again: the parts that it names stay noted
            unit.connection.execute(delete(table).where(_from(table, first)))
        before = select(event.c.hash).filter_by(**key(Address(first.section, first.epoch, first.sequence - 1)))
        head.sequence = first.sequence - 1
        head.hash = unit.connection.execute(before).scalar() or ""
    unit.heads.save()
    return gone


def _from(table: Table, first: Address) -> ColumnElement[bool]:
    """The condition that a row belongs to this event, or to one after it in its log."""
    here = (table.c.section == first.section) & (table.c.epoch == first.epoch)
    return here & (table.c.sequence >= first.sequence)


def _held(unit: Unit, where: Address) -> Signed:
    for table in (tables.event, tables.parked):
        row = unit.connection.execute(select(table.c.body, table.c.signature).filter_by(**key(where))).one_or_none()
        if row is not None:
            return Signed(row.body, row.signature)
    raise LookupError(str(where))


def proofs(session: Session) -> list[Proof]:
    """All proofs that we hold, in order of address."""
    fork = tables.fork
    rows = session.connection().execute(select(fork).order_by(fork.c.section, fork.c.epoch, fork.c.sequence))
    return [
        Proof(of(row), Signed(row.first_body, row.first_signature), Signed(row.second_body, row.second_signature)) for row in rows
    ]
