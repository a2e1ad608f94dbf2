"""Erasing the parts that their section took back. What such an event said, and what stands on it, is void from then on.

Who comes later never had the parts, or hears of the withdrawal first, and must come to the same. So it is noted whether what it
means is here or not; and what is here is decided again, as an event whose parts nobody has. The parts are deleted at once. What
had been decided is put aside until all rows are made anew (see ``pacing``): until then it waits, and so does what stands on it.

A withdrawal may cease to count (its log is cut before it). Then all is decided again that was decided because of it: what it took
back, and what has shown that to more sections, since what was shown was forgotten.
"""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, tuple_, update

from internationale.events import envelope as envelopes
from internationale.events import sealed
from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.events.sealed import Reshared
from internationale.events.types import Event
from internationale.events.withdrawn import REASON, PartWithdrawn
from internationale.ledger import parts, remaining, tables
from internationale.ledger.causes import Archive
from internationale.ledger.database import ERASED
from internationale.ledger.judging import Verdict, address
from internationale.ledger.opening import conceal
from internationale.ledger.records import ASIDE, CUT, Record, State, among, chunks, key, of
from internationale.ledger.unit import Unit


def erase(unit: Unit, said: Sequence[Event[PartWithdrawn]]) -> list[Address]:
    """Do what these withdrawals say. Returns what can be decided again at once, since nothing was made of it."""
    undecided = list[Address]()
    for event in said:
        ref, by = Ref.parse(event.payload.event), event.envelope.address
        _note(unit, ref, by)
        _erase_cut(unit, ref)
        for record in unit.load([address(ref)]):
            if record.envelope.ref != ref or not record.beside or record.reason in (REASON, ASIDE, CUT):
                continue
            if record.position is None:
                undecided.append(record.address)
            unit.session.info[ERASED] = True
            shown = _shown(unit, record)
            _put_aside(unit, record)
            _delete(unit, record.beside)
            if record.envelope.closed:
                unit.archive.opener.forget(record.envelope)
            _hide(unit, record.address, shown)
    return undecided


def aside(connection: Connection) -> list[Address]:
    """What was put aside, because its texts were taken back or it was cut off its log."""
    event = tables.event.c
    put_aside = (event.state == State.WAITING) & event.reason.in_((ASIDE, CUT))
    query = select(event.section, event.epoch, event.sequence).where(put_aside)
    return list(map(of, connection.execute(query)))


def going(connection: Connection) -> list[Address]:
    """What was put aside because its section took its texts back, and counts no more whatever is decided of the rest."""
    event, withdrawn, said = tables.event, tables.withdrawn, tables.event.alias()
    meant = and_(*(event.c[name] == withdrawn.c[name] for name in ("section", "epoch", "sequence")))
    by = (said.c.section == withdrawn.c.section, said.c.epoch == withdrawn.c.by_epoch, said.c.sequence == withdrawn.c.by_sequence)
    query = (
        select(event.c.section, event.c.epoch, event.c.sequence)
        .where(event.c.state == State.WAITING, event.c.reason == ASIDE)
        .where(exists().where(meant, func.substr(event.c.hash, 1, 16) == withdrawn.c.hash16, *by, said.c.state == State.APPLIED))
    )
    return list(map(of, connection.execute(query)))


def gone(connection: Connection) -> frozenset[Ref]:
    """Everything that was taken back, of what is here and had texts."""
    event, withdrawn, mention = tables.event.c, tables.withdrawn.c, tables.mention.c
    names = ("section", "epoch", "sequence")
    meant = and_(*(event[name] == withdrawn[name] for name in names), func.substr(event.hash, 1, 16) == withdrawn.hash16)
    had_texts = exists().where(*(mention[name] == event[name] for name in names))
    query = select(withdrawn.section, withdrawn.epoch, withdrawn.sequence, withdrawn.hash16).distinct().where(meant, had_texts)
    return frozenset(Ref(*row) for row in connection.execute(query))


def restore(unit: Unit, gone: Collection[Address]) -> set[Address]:
    """Withdrawals among ``gone`` do not count any more. What they took back waits for its parts again, and what has shown it is
    decided again; returns both.
    """
    withdrawn, restored = tables.withdrawn, set[Ref]()
    by = tuple_(withdrawn.c.section, withdrawn.c.by_epoch, withdrawn.c.by_sequence)
    for chunk in chunks(gone):
        places = [(each.section, each.epoch, each.sequence) for each in chunk]
        rows = unit.connection.execute(select(withdrawn).where(by.in_(places))).all()
        unit.connection.execute(delete(withdrawn).where(by.in_(places)))
        meant = {Ref(row.section, row.epoch, row.sequence, row.hash16) for row in rows}
        meant -= parts.taken_back(unit.connection, map(of, rows))  # another withdrawal said so too
        for record in unit.load(map(address, sorted(meant))):
            undone = record.state is State.VOID or record.reason == ASIDE
            if record.beside and undone and record.envelope.ref in meant:
                restored.add(record.envelope.ref)
                _put_aside(unit, record)
    showing = list(_showing(unit, restored)) if restored else []
    for record in showing:
        _put_aside(unit, record)
    return {*map(address, restored), *(record.address for record in showing)}


def conceal_all(unit: Unit, by: Collection[Address]) -> None:
    """Delete what these events have shown; and what was shown by those that could be looked into only by that, and so on.

    Whoever showed a word that shows would otherwise leave open here what nobody can look into who comes later.
    """
    pending, seen = set(by), set(by)
    while pending:
        insides = {inside for chunk in chunks(pending) for inside in _insides(unit.connection, chunk)}
        for chunk in chunks(pending):
            conceal(unit.connection, chunk)
        archive = Archive(unit.connection, unit.vocabulary, unit.seals)  # nothing that was opened before is at hand here
        closed = (record for chunk in chunks(insides) for record in unit.load(chunk) if record.envelope.closed)
        pending = {record.address for record in closed if isinstance(archive.open(record.envelope), Verdict)} - seen
        seen |= pending


def _insides(connection: Connection, by: Collection[Address]) -> Iterator[Address]:
    """Whose insides these events have shown."""
    shown = tables.shown.c
    for (plain,) in connection.execute(select(shown.plain).where(among(tables.shown, by))).yield_per(1):
        if (where := sealed.written_for(bytes(plain))) is not None:
            yield where


def _hide(unit: Unit, by: Address, shown: Collection[Ref]) -> None:
    """Let go of what an event has shown. Whose insides nobody else shows, nor a key of ours opens, is put aside with it."""
    conceal(unit.connection, [by])
    archive = Archive(unit.connection, unit.vocabulary, unit.seals)  # nothing that was opened before is at hand here
    for record in unit.load(map(address, shown)):
        decided = record.state in (State.APPLIED, State.VOID) and record.reason != REASON
        if decided and record.envelope.closed and isinstance(archive.open(record.envelope), Verdict):
            _put_aside(unit, record)


def _shown(unit: Unit, record: Record) -> tuple[Ref, ...]:
    """What an event has shown to more sections; nothing when it is not of that kind, or does not count."""
    if record.state is not State.APPLIED:
        return ()
    opened = Archive(unit.connection, unit.vocabulary, unit.seals).open(record.envelope)
    said = None if isinstance(opened, Verdict) else unit.vocabulary.decode(opened)
    return tuple(map(Ref.parse, said.events)) if isinstance(said, Reshared) else ()


def _showing(unit: Unit, originals: Collection[Ref]) -> Iterator[Record]:
    """What has shown one of these to more sections. Looks into everything that has shown something: it is seldom asked."""
    event = tables.event.c
    places = set(map(address, originals))
    wires = [wire for wire, (kind, _) in unit.vocabulary.by_wire.items() if kind.payload is Reshared]
    query = select(event.section, event.epoch, event.sequence).where(event.state == State.APPLIED, event.type.in_(wires))
    for where in map(of, unit.connection.execute(query).all()):
        for record in unit.load([where]):
            if not places.isdisjoint(map(address, _shown(unit, record))):
                yield record


def _note(unit: Unit, ref: Ref, by: Address) -> None:
    row = {**key(address(ref)), "by_epoch": by.epoch, "by_sequence": by.sequence}
    if unit.connection.execute(select(tables.withdrawn).filter_by(**row)).first() is None:  # it may be decided a second time
        unit.connection.execute(insert(tables.withdrawn), {**row, "hash16": ref.hash16})


def _put_aside(unit: Unit, record: Record) -> None:
    """Have an event undecided: it is decided again, as is fit by then."""
    unit.connection.execute(delete(tables.waiting).where(among(tables.waiting, [record.address])))
    changed = update(tables.event).where(among(tables.event, [record.address]))
    unit.connection.execute(changed.values(state=State.WAITING.value, reason=ASIDE, position=None))
    remaining.note(unit.connection)


def _erase_cut(unit: Unit, ref: Ref) -> None:
    """Erase what is meant, where it was cut off its log: it has no rows, and may still have texts here."""
    parked = tables.parked.c
    row = unit.connection.execute(select(parked.body, parked.hash).filter_by(**key(address(ref)))).first()
    if row is None or not row.hash.startswith(ref.hash16):
        return
    cut = envelopes.recall(row.body, row.hash)
    unit.session.info[ERASED] = True
    _delete(unit, cut.parts)
    if cut.closed:
        unit.archive.opener.forget(cut)


def _delete(unit: Unit, names: Collection[str]) -> None:
    """Delete these parts, but for those that a message names which counts or may count. SQLite overwrites what is deleted."""
    unwanted = parts.present(unit.connection, names)
    for name in unwanted - _named(unit, unwanted):
        unit.connection.execute(delete(tables.part).where(tables.part.c.hash == name))


def _named(unit: Unit, names: Collection[str]) -> set[str]:
    """Which of these parts a message names that is not void, nor was taken back. What was cut off its log may count again."""
    found = set[str]()
    event, parked, mention = tables.event, tables.parked, tables.mention
    place = ("section", "epoch", "sequence")
    in_log, beside = (and_(*(each.c[name] == mention.c[name] for name in place)) for each in (event, parked))
    hashes = func.coalesce(event.c.hash, parked.c.hash).label("hash")
    query = select(mention.c.part, *(mention.c[name] for name in place), hashes)
    query = query.select_from(mention.outerjoin(event, in_log).outerjoin(parked, beside))
    query = query.where(or_(event.c.state != State.VOID, and_(event.c.state.is_(None), parked.c.hash.is_not(None))))
    for chunk in chunks(names):
        rows = unit.connection.execute(query.where(mention.c.part.in_(chunk))).all()
        gone = parts.taken_back(unit.connection, map(of, rows))
        found.update(row.part for row in rows if Ref(row.section, row.epoch, row.sequence, row.hash[:16]) not in gone)
    return found
