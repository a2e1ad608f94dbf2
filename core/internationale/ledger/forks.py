"""Two signed events with one number are a proof that anyone can check. The log is cut before them, for everyone, until people
decide through the roster; what came after, and what stands on it, is withdrawn (never lost: the events stay, parked).

Nothing is appended from then on, and nothing new can stand on what was cut off. Whoever signs two events under each of its
numbers and lets the proofs go one by one, the highest first, would have all rows made anew for each: so that may have to wait
(see ``pacing``). Until then what was decided stays in the log as well, put aside (``records.CUT``): what is said on that which
stands on it may still ask for it. So does what is sealed, if nothing was made of it either: others may be void for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, func, insert, or_, select, tuple_, update
from sqlmodel import Session

from internationale.events.envelope import Address, Signed
from internationale.events.logs import Keyring
from internationale.ledger import remaining, tables
from internationale.ledger.deliveries import Arrival
from internationale.ledger.records import ASIDE, CUT, State, among, chunks, key, of
from internationale.ledger.unit import Unit

_MOVED = ("section", "epoch", "sequence", "hash", "body", "signature", "received_at", "via")


@dataclass(frozen=True)
class Proof:
    """Two different events that one section signed for one number."""

    address: Address
    first: Signed
    second: Signed


def settled(unit: Unit, keyring: Keyring, where: Address) -> bool:
    """Whether the roster has decided which of two events counts here, and ours is that one: then nothing is cut any more."""
    rules = keyring[where.section].of(where.epoch) if where.section in keyring else None
    if rules is None or rules.pin is None or where.sequence > rules.pin[0]:
        return False
    if unit.heads.of(where.section, where.epoch).sequence < rules.pin[0]:
        return False
    held = select(tables.event.c.hash).filter_by(**key(Address(where.section, where.epoch, rules.pin[0])))
    return unit.connection.execute(held).scalar() == rules.pin[1]


def prove(unit: Unit, rival: Arrival, keyring: Keyring) -> set[Address]:
    """Keep the proof that ``rival`` makes with the event that we hold, and cut the log there; unless the roster has decided that
    ours is the one that counts (see ``settled``).

    Returns the events that others were judged by. They are put aside, until all rows are made anew without them.
    """
    if rival.envelope is None:
        raise ValueError("only an authentic event can prove a fork")
    where = rival.envelope.address
    mine = held(unit, where)
    if unit.connection.execute(select(tables.fork.c.section).filter_by(**key(where))).first() is None:
        values = {
            **key(where),
            "first_body": mine.body,
            "first_signature": mine.signature,
            "second_body": rival.delivery.body,
            "second_signature": rival.delivery.signature,
            "found_at": unit.now,
        }
        unit.connection.execute(insert(tables.fork), values)
    return set() if settled(unit, keyring, where) else cut(unit, where, "forked", aside=True)


def cut(unit: Unit, first: Address, reason: str, *, aside: bool = False) -> set[Address]:
    """Append nothing at or after this number; move what was appended there into the parking place.

    Returns the moved events that others were judged by: these have to be withdrawn by making all rows anew.
    ``aside``: these stay in the log until then, put aside; ``clear`` lets go of them.
    """
    event, parked = tables.event, tables.parked
    head = unit.heads.of(first.section, first.epoch)
    if head.cut is None or first.sequence < head.cut:
        head.cut, head.reason = first.sequence, reason
    gone = set[Address]()
    if head.sequence >= first.sequence:
        after = _from(event, first)
        columns = (event.c.section, event.c.epoch, event.c.sequence)
        known = or_(event.c.position.is_not(None), event.c.readers.is_not(None), event.c.reason.in_((ASIDE, CUT)))
        gone = set(map(of, unit.connection.execute(select(*columns).where(after, known))))
        moved = select(*(event.c[name] for name in _MOVED)).where(after, event.c.sequence <= head.sequence)
        unit.connection.execute(insert(parked).from_select(_MOVED, moved))
        unit.connection.execute(delete(tables.waiting).where(_from(tables.waiting, first)))
        if aside and gone:
            put_aside = update(event).values(state=State.WAITING.value, reason=CUT, position=None)
            unit.connection.execute(put_aside.where(after))
            remaining.note(unit.connection)
        else:
            unit.connection.execute(delete(event).where(after))  # not the parts that it names: it may count again
        before = select(event.c.hash).filter_by(**key(Address(first.section, first.epoch, first.sequence - 1)))
        head.sequence = first.sequence - 1
        head.hash = unit.connection.execute(before).scalar() or ""
    unit.heads.save()
    return gone


def clear(unit: Unit, log: tuple[str, int] | None = None) -> set[Address]:
    """Let go of what was cut off and put aside, of all logs or of one: all rows are made anew without it. Returns it."""
    event = tables.event
    here = (event.c.state == State.WAITING) & (event.c.reason == CUT)
    if log is not None:
        here &= (event.c.section == log[0]) & (event.c.epoch == log[1])
    found = set(map(of, unit.connection.execute(select(event.c.section, event.c.epoch, event.c.sequence).where(here))))
    unit.connection.execute(delete(event).where(here))
    return found


def _from(table: Table, first: Address) -> ColumnElement[bool]:
    """The condition that a row belongs to this event, or to one after it in its log."""
    here = (table.c.section == first.section) & (table.c.epoch == first.epoch)
    return here & (table.c.sequence >= first.sequence)


def held(unit: Unit, where: Address) -> Signed:
    """The event that we hold with this number, in the log or parked. Raises ``LookupError``."""
    for table in (tables.event, tables.parked):
        row = unit.connection.execute(select(table.c.body, table.c.signature).filter_by(**key(where))).one_or_none()
        if row is not None:
            return Signed(row.body, row.signature)
    raise LookupError(str(where))


def proved(connection: Connection, where: Address) -> set[str]:
    """The hashes of the two events that are a proof for this number; none: nothing is proved."""
    query = select(tables.fork.c.first_body, tables.fork.c.second_body).filter_by(**key(where))
    return {Signed(bytes(body), "").hash for row in connection.execute(query) for body in row}


def among_proofs(session: Session, addresses: Iterable[Address]) -> set[Address]:
    """Of which of these numbers a proof is held."""
    fork, connection = tables.fork, session.connection()
    place = (fork.c.section, fork.c.epoch, fork.c.sequence)
    return {of(row) for some in chunks(addresses) for row in connection.execute(select(*place).where(among(fork, some)))}


def open_proofs(session: Session, keyring: Keyring) -> list[Proof]:
    """The first proof of each log of which the list of sections has not decided up to where, and with what, it counts. More of
    the same log tell nothing to who has the first: it is cut there.
    """
    fork = tables.fork
    log = (fork.c.section, fork.c.epoch)
    firsts = select(*log, func.min(fork.c.sequence)).group_by(*log)
    query = select(fork).where(tuple_(*log, fork.c.sequence).in_(firsts)).order_by(*log)
    found = map(_proof, session.connection().execute(query))
    return [each for each in found if each.address.section in keyring and _undecided(keyring, each.address)]


def _undecided(keyring: Keyring, where: Address) -> bool:
    rules = keyring[where.section].of(where.epoch)
    return rules is not None and rules.ended is None


def proofs(session: Session, after: Address | None = None, limit: int | None = None) -> list[Proof]:
    """The proofs that we hold, in order of address: all of them, or so many ``after`` one."""
    fork = tables.fork
    query = select(fork).order_by(fork.c.section, fork.c.epoch, fork.c.sequence).limit(limit)
    if after is not None:
        place = tuple_(fork.c.section, fork.c.epoch, fork.c.sequence)
        query = query.where(place > (after.section, after.epoch, after.sequence))
    return list(map(_proof, session.connection().execute(query)))


def _proof(row: Row[*tuple[Any, ...]]) -> Proof:
    return Proof(of(row), Signed(row.first_body, row.first_signature), Signed(row.second_body, row.second_signature))
