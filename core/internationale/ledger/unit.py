"""One transaction's work on the log: what it has read, what it has decided, what is to be written."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlmodel import Session

from internationale.events.envelope import Address, recall
from internationale.events.refs import Ref
from internationale.events.types import Event, Vocabulary
from internationale.events.withdrawn import PartWithdrawn
from internationale.kit.prepared import Prepared
from internationale.ledger import parts, tables
from internationale.ledger.causes import Archive
from internationale.ledger.heads import Heads
from internationale.ledger.judging import Known, Verdict, address
from internationale.ledger.opening import NO_KEY, Seals
from internationale.ledger.records import Record, State, among, chunks, key, of
from internationale.ledger.tried import only_these

_HERE = (
    tables.event.c.section == bindparam("section_"),
    tables.event.c.epoch == bindparam("epoch_"),
    tables.event.c.sequence == bindparam("sequence_"),
)
_CHANGE = (
    update(tables.event)
    .where(*_HERE)
    .values({name: bindparam(f"{name}_") for name in ("type", "readers", "state", "reason", "position")})
)
_START = Prepared(
    select(
        select(func.max(tables.event.c.position)).scalar_subquery(),
        exists().where(tables.waiting.c.section != ""),
        select(func.max(tables.fence.c.reason)).scalar_subquery(),
    )
)
_INSERT = Prepared(insert(tables.event))
_MENTION = Prepared(insert(tables.mention))
_event = tables.event.c
_KNOWN = select(
    _event.section, _event.epoch, _event.sequence, _event.hash, _event.state, _event.readers, _event.type, _event.reason
)
_ONE_KNOWN = Prepared(_KNOWN.add_columns(_event.body).where(*_HERE))
FEW = 8
"""So many events are asked for one by one: what is said mostly stands on one or two."""


class Unit:
    """Shared by everything that happens to the log in one transaction."""

    def __init__(self, session: Session, vocabulary: Vocabulary, now: datetime, seals: Seals) -> None:
        self.session = session
        self.connection = session.connection()
        self.vocabulary = vocabulary
        self.now = now
        self.seals = seals
        self.heads = Heads(self.connection)
        self.archive = Archive(self.connection, vocabulary, seals)
        position, self.somebody_waits, silenced = _START.first(self.connection) or (0, False, None)
        self.position: int = position or 0
        self.silenced: str = silenced or ""
        """Why nothing of ours may be said (``fencing``), as it is noted in this very moment; a command may just have done so."""
        self._known: dict[Address, Known] = {}
        self._parts: set[str] = set()
        self._taken_back: set[Ref] = set()
        self.withdrawals: list[Event[PartWithdrawn]] = []
        """Withdrawals of parts that were applied in this transaction and are still to be done."""

    def next_position(self) -> int:
        """The next place in the order of decision."""
        self.position += 1
        return self.position

    def know(self, record: Record) -> None:
        """Have hash and state of an event at hand."""
        envelope = record.envelope
        self._known[record.address] = Known(envelope.hash, record.state, envelope.readers, envelope.type, record.reason)

    def lookup(self, where: Address) -> Known | None:
        """An event that ``prefetch`` or ``look_up`` was told of."""
        return self._known.get(where)

    def has_part(self, name: str) -> bool:
        """Whether a part that ``prefetch`` was told of is here."""
        return name in self._parts

    def taken_back(self, record: Record) -> bool:
        """Whether the parts of an event that ``prefetch`` was told of were taken back."""
        return bool(record.beside) and record.envelope.ref in self._taken_back

    def open(self, records: Sequence[Record]) -> None:
        """Look into the sealed ones among these."""
        for record in records:
            if record.envelope.closed:
                if record.new:
                    self.archive.hold(record.envelope)
                opened = self.archive.open(record.envelope)
                if isinstance(opened, Verdict):
                    record.unopened = opened
                else:
                    record.envelope = opened

    def look_up(self, refs: Iterable[Ref]) -> None:
        """Read what these events are judged by, for ``lookup``; of a few also what was said openly, which rules ask for next."""
        found: Iterator[Sequence[Any]]
        unknown = {where for where in map(address, refs) if where not in self._known}
        if len(unknown) > FEW:
            found = (row for some in chunks(unknown) for row in self.connection.execute(_KNOWN.where(among(tables.event, some))))
        else:
            found = (self._whole(row) for where in unknown for row in _ONE_KNOWN.all(self.connection, _named(where)))
        for section, epoch, sequence, hash_, state, *rest in found:
            self._known[Address(section, epoch, sequence)] = Known(hash_, State(state), *rest)

    def _whole(self, row: Sequence[Any]) -> Sequence[Any]:
        *known, body = row
        envelope = recall(body, known[3])
        if not envelope.closed:
            self.archive.keep(envelope)
        return known

    def prefetch(self, records: Sequence[Record]) -> None:
        """Read what these events are judged by: all that they refer to, which of their parts are here, which were taken back."""
        self.look_up(ref for record in records for ref in record.envelope.refs)
        named = {name for record in records for name in record.envelope.parts}
        self._parts |= parts.present(self.connection, named - self._parts)
        self._taken_back |= parts.taken_back(self.connection, {record.address for record in records if record.beside})

    def sealed_among(self, shown: Collection[tuple[Address, str]]) -> list[Address]:
        """Those of these events that are here and could not be opened, and whose inside has this digest."""
        sealed = (record for record in self.load({where for where, _digest in shown}) if record.state is State.SEALED)
        return [record.address for record in sealed if (record.address, record.envelope.data.get("digest")) in shown]

    def load(self, addresses: Iterable[Address]) -> list[Record]:
        """Records of the log, in the order asked for."""
        found: dict[Address, Record] = {}
        for chunk in chunks(wanted := list(addresses)):
            for row in self.connection.execute(select(tables.event).where(among(tables.event, chunk))):
                found[of(row)] = Record.of_row(row)
        return [found[where] for where in wanted if where in found]

    def write(self, records: Sequence[Record], verdicts: dict[Address, Verdict]) -> None:
        """Write what these events have become, and what the waiting ones wait for."""
        if fresh := [_values(record) for record in records if record.new]:
            _INSERT.run_all(self.connection, fresh)
        if named := [{**key(record.address), "part": name} for record in records if record.new for name in record.beside]:
            _MENTION.run_all(self.connection, named)
        if changed := [_change(record) for record in records if not record.new]:
            self.connection.execute(_CHANGE, changed)
        for record in records:
            record.new = False
        if any(record.state is State.SEALED and record.reason == NO_KEY for record in records):
            only_these(self.connection, self.archive.opener.identities)
        self.archive.written()
        waiting = [record for record in records if record.state is State.WAITING]
        for some in chunks(record.address for record in waiting):
            self.connection.execute(delete(tables.waiting).where(among(tables.waiting, some)))
        waits = [
            {**key(record.address), "kind": kind, "what": what}
            for record in waiting
            for kind, what in dict.fromkeys(verdicts[record.address].missing)  # an event may name one thing twice
        ]
        if waits:
            self.connection.execute(insert(tables.waiting), waits)
            self.somebody_waits = True

    def released(self, kind: str, names: Iterable[str]) -> list[Address]:
        """Strike these off what is waited for; returns the events that wait for nothing any more, in order of address."""
        if not self.somebody_waits:
            return []
        waiting, free = tables.waiting, set[Address]()
        columns = (waiting.c.section, waiting.c.epoch, waiting.c.sequence)
        for chunk in chunks(names):
            here = (waiting.c.kind == kind) & waiting.c.what.in_(chunk)
            free.update(map(of, self.connection.execute(select(*columns).where(here).distinct())))
            self.connection.execute(delete(waiting).where(here))
        for some in chunks(sorted(free, key=_order)):
            free.difference_update(map(of, self.connection.execute(select(*columns).where(among(waiting, some)).distinct())))
        return sorted(free, key=_order)


def _order(address: Address) -> tuple[str, int, int]:
    return (address.section, address.epoch, address.sequence)


def _values(record: Record) -> dict[str, Any]:
    envelope = record.envelope
    return {
        **key(record.address),
        "hash": envelope.hash,
        "body": record.body,
        "signature": record.signature,
        "type": envelope.type,
        "readers": envelope.readers,
        "state": record.state.value,
        "reason": record.reason,
        "position": record.position,
        "received_at": record.received_at,
        "via": record.via,
    }


def _change(record: Record) -> dict[str, Any]:
    return {
        **_named(record.address),
        "type_": record.envelope.type,
        "readers_": record.envelope.readers,
        "state_": record.state.value,
        "reason_": record.reason,
        "position_": record.position,
    }


def _named(where: Address) -> dict[str, Any]:
    return {"section_": where.section, "epoch_": where.epoch, "sequence_": where.sequence}
