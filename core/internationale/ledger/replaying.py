"""Making the rows again from the log, in the order of decision (causes first), a chunk at a time, in one transaction.

Two ways: some projections anew from what is applied; or everything anew while events are withdrawn, which is how *applied*
stays revocable (a fork was proved, a type is no longer known, a new version of a projection fails).
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection, MetaData, Table, delete, exists, func, insert, select
from sqlalchemy.schema import sort_tables
from sqlmodel import SQLModel

from internationale.events.envelope import Address
from internationale.events.withdrawn import REASON as TAKEN_BACK
from internationale.kit.vocabulary import Projection
from internationale.ledger import tables
from internationale.ledger.deliveries import AT_ONCE
from internationale.ledger.judging import Verdict, address
from internationale.ledger.projecting import Projector, Run
from internationale.ledger.records import ASIDE, CHUNK, Record, State
from internationale.ledger.unit import Unit
from internationale.ledger.withdrawing import conceal_all, restore

log = logging.getLogger(__name__)

EVERY = 50
"""Pages between two words about how far it has come."""


class Replay:
    """One replay in one transaction."""

    def __init__(self, unit: Unit, projections: Sequence[Projection]) -> None:
        self._unit = unit
        self._projections = projections

    def some(self, outdated: Sequence[Projection]) -> bool:
        """Make some projections anew. False when one of them fails at an event: then everything has to be looked at again."""
        projector = Projector(outdated)
        self._recreate(outdated)
        wires = [wire for wire, (kind, _) in self._unit.vocabulary.by_wire.items() if kind.payload in projector.payloads]
        for records in self._pages(wires) if self._said(wires) else ():
            failed: list[Address] = []
            run = Run(self._unit.session, projector)

            def work(records: Sequence[Record] = records, failed: list[Address] = failed, run: Run = run) -> None:
                failed += [record.address for record in records if record.state is State.APPLIED and self._project(record, run)]

            run.all(work)
            if failed:
                return False
        return True

    def all(self, gone: Iterable[Address] = ()) -> None:
        """Make everything anew; what stands on ``gone``, fails or is not understood any more is withdrawn, and so on."""
        withdrawn = set(gone)
        withdrawn |= restore(self._unit, withdrawn)
        conceal_all(self._unit, withdrawn)
        self._recreate(self._projections)
        projector = Projector(self._projections)
        for records in self._pages():
            verdicts: dict[Address, Verdict] = {}
            run = Run(self._unit.session, projector)

            def work(records: Sequence[Record] = records, verdicts: dict[Address, Verdict] = verdicts, run: Run = run) -> None:
                withdrawn.difference_update(verdicts)
                verdicts.clear()
                for record in records:
                    verdict = self._again(record, withdrawn, run)
                    if verdict.state is not record.state:
                        verdicts[record.address] = verdict
                        withdrawn.add(record.address)

            run.all(work)
            self._withdraw(records, verdicts)

    def _again(self, record: Record, withdrawn: Collection[Address], run: Run) -> Verdict:
        envelope = record.envelope
        if envelope.sealed and (record.state, record.reason) == (State.VOID, TAKEN_BACK):
            return Verdict(State.VOID)
        if record.unopened is not None:
            return record.unopened
        if not self._unit.vocabulary.knows(envelope.type):
            return Verdict(State.WAITING, "unknown_type", (("type", envelope.type),))
        missing = tuple(("ref", ref.event_id) for ref in envelope.refs if address(ref) in withdrawn)
        if missing and record.state is State.VOID:  # it may be void without them as well, and is decided again afterwards
            return Verdict(State.WAITING, ASIDE)
        if missing:
            return Verdict(State.WAITING, "missing_cause", missing)
        if record.state is State.VOID:
            return Verdict(State.VOID)
        failure = self._project(record, run)
        return Verdict(State.FAILED, failure) if failure else Verdict(State.APPLIED)

    def _project(self, record: Record, run: Run) -> str:
        if record.unopened is not None:
            return record.unopened.reason
        self._unit.archive.keep(record.envelope)
        event = self._unit.archive.event(record.envelope)
        return run.project(event, event.payload)

    def _withdraw(self, records: Sequence[Record], verdicts: dict[Address, Verdict]) -> None:
        changed = [record for record in records if record.address in verdicts]
        for record in changed:
            verdict = verdicts[record.address]
            record.decide(verdict.state, verdict.reason)
        if changed:
            self._unit.write(changed, verdicts)

    def _said(self, wires: Collection[str]) -> bool:
        """Whether anything of these types was applied. Mostly nothing was: a plugin is new here."""
        event = tables.event.c
        query = select(exists().where(event.state == State.APPLIED, event.type.in_(wires)))
        return bool(self._unit.connection.execute(query).scalar())

    def _pages(self, wires: Collection[str] | None = None) -> Iterator[list[Record]]:
        """What was applied or is void (that alone has a position), in the order of decision.

        A page at a time, by key: no cursor stays open over the writing in between. And by nothing but the key: asked for states
        as well, SQLite takes the index of those, and reads and sorts the whole log for each page.
        """
        event, last = tables.event, self._unit.position
        query = select(event).order_by(event.c.position)
        if wires is not None:
            query = query.where(event.c.type.in_(wires))
        for page, before in enumerate(range(0, last, CHUNK)):
            if page and page % EVERY == 0:
                log.info("rows are made anew: %(done)d of %(all)d events", {"done": before, "all": last})
            for first, final in self._ranges(before + 1, before + CHUNK):
                rows = self._unit.connection.execute(query.where(event.c.position.between(first, final)))
                records = list(map(Record.of_row, rows))
                self._unit.open(records)
                yield records

    def _ranges(self, first: int, final: int) -> Iterator[tuple[int, int]]:
        """Positions that are read together: all of a page, unless its events are very large."""
        event = tables.event.c
        sizes = select(event.position, func.length(event.body)).where(event.position.between(first, final))
        held = 0
        for position, size in self._unit.connection.execute(sizes.order_by(event.position)).all():
            if held and held + size > AT_ONCE:
                yield first, position - 1
                first, held = position, 0
            held += size
        yield first, final

    def _recreate(self, projections: Sequence[Projection]) -> None:
        self._unit.session.flush()
        self._unit.session.expunge_all()
        for projection in projections:
            recreate(self._unit.connection, projection)


def recreate(connection: Connection, projection: Projection) -> None:
    """Make a projection's tables empty. Those of another version are dropped and created anew, and the version is noted.

    Those of this version are only emptied: on PostgreSQL, whoever reads a table that is dropped waits until the replay is done,
    and reads the old rows of one that is emptied.
    """
    state = tables.projection
    former = connection.execute(select(state.c.version, state.c.tables).where(state.c.name == projection.name)).one_or_none()
    present = [_table(model) for model in projection.tables]
    names = " ".join(table.name for table in present)
    if former is not None and tuple(former) == (projection.version, names):
        for table in reversed(sort_tables(present)):
            connection.execute(delete(table))
        return
    projection.metadata.drop_all(connection, present)
    for name in set(former.tables.split() if former is not None else ()) - {table.name for table in present}:
        Table(name, MetaData()).drop(connection, checkfirst=True)
    projection.metadata.create_all(connection, present)
    connection.execute(delete(state).where(state.c.name == projection.name))
    connection.execute(insert(state), {"name": projection.name, "version": projection.version, "tables": names})


def _table(model: type[SQLModel]) -> Table:
    table = getattr(model, "__table__", None)
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not a table")
    return table
