"""Erasing the parts that their section took back. What such an event said, and all that stands on it, is void from then on."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, delete, func, insert, select, tuple_, update

from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.events.types import Event
from internationale.events.withdrawn import REASON, PartWithdrawn
from internationale.ledger import tables
from internationale.ledger.judging import address
from internationale.ledger.records import CHUNK, Record, State, among, chunks, key, of
from internationale.ledger.unit import Unit


def erase(unit: Unit, said: Sequence[Event[PartWithdrawn]]) -> set[Address]:
    """Do what these withdrawals say. Returns the events that are void because of it: rows have to be made again."""
    gone = set[Address]()
    for event in said:
        ref = Ref.parse(event.payload.event)
        where, by = address(ref), event.envelope.address
        if where in unit.withdrawn or not _is(unit, ref):
            continue
        unit.connection.execute(insert(tables.withdrawn), {**key(where), "by_epoch": by.epoch, "by_sequence": by.sequence})
        unit.forget_withdrawn()
        for record in unit.load([where]):
            gone.add(where)
            _void(unit, record)
            _delete(unit, record.envelope.parts)
            if record.envelope.closed:
                unit.archive.opener.forget(record.envelope)
    return gone


def restore(unit: Unit, gone: Collection[Address]) -> set[Address]:
    """Withdrawals among ``gone`` do not count any more. What they took back waits for its parts again; returns it."""
    withdrawn, restored = tables.withdrawn, set[Address]()
    by = tuple_(withdrawn.c.section, withdrawn.c.by_epoch, withdrawn.c.by_sequence)
    for chunk in chunks(gone):
        places = [(each.section, each.epoch, each.sequence) for each in chunk]
        found = [of(row) for row in unit.connection.execute(select(withdrawn).where(by.in_(places)))]
        if not found:
            continue
        restored.update(found)
        unit.connection.execute(delete(withdrawn).where(among(withdrawn, found)))
        unit.forget_withdrawn()
        for record in unit.load(found):
            _wait(unit, record)
    return restored


def _is(unit: Unit, ref: Ref) -> bool:
    """Whether the event is here and is the one that is meant."""
    event = tables.event
    hash_ = unit.connection.execute(select(event.c.hash).filter_by(**key(address(ref)))).scalar()
    return hash_ is not None and hash_.startswith(ref.hash16)


def _void(unit: Unit, record: Record) -> None:
    waiting = tables.waiting
    unit.connection.execute(delete(waiting).where(among(waiting, [record.address])))
    position = record.position if record.position is not None else unit.next_position()
    _set(unit, record.address, State.VOID, REASON, position)


def _wait(unit: Unit, record: Record) -> None:
    _set(unit, record.address, State.WAITING, "missing_part", None)
    here = set(unit.connection.execute(select(tables.part.c.hash).where(tables.part.c.hash.in_(record.envelope.parts))).scalars())
    missing = [("part", name) for name in record.envelope.parts if name not in here]
    waits = missing or [("type", record.envelope.type)]  # nothing is missing: it is looked at again at the next start
    unit.connection.execute(insert(tables.waiting), [{**key(record.address), "kind": kind, "what": what} for kind, what in waits])


def _set(unit: Unit, where: Address, state: State, reason: str, position: int | None) -> None:
    changed = update(tables.event).where(among(tables.event, [where]))
    unit.connection.execute(changed.values(state=state.value, reason=reason, position=position))


def _delete(unit: Unit, names: Sequence[str]) -> None:
    """Delete these parts, but for those that a message names which was not withdrawn."""
    if unit.connection.dialect.name == "sqlite":
        unit.connection.exec_driver_sql("PRAGMA secure_delete=ON")  # overwritten, not only let go
    for name in names:
        if not _named_elsewhere(unit, name):
            unit.connection.execute(delete(tables.part).where(tables.part.c.hash == name))


def _named_elsewhere(unit: Unit, name: str) -> bool:
    event = tables.event
    query = select(event.c.section, event.c.epoch, event.c.sequence).where(_contains(unit, name)).limit(CHUNK)
    return any(Address(*row) not in unit.withdrawn for row in unit.connection.execute(query))


def _contains(unit: Unit, name: str) -> ColumnElement[bool]:
    """That the signed bytes name a part. Looks through all events: withdrawals are rare."""
    body = tables.event.c.body
    if unit.connection.dialect.name == "sqlite":
        return func.instr(body, name.encode()) > 0
    return body.op("LIKE", is_comparison=True)(f"%{name}%".encode())
