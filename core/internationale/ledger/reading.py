"""What the worker and the host ask the ledger. Reads only, but for the cursor of each hub and the marks of readers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, delete, func, insert, select
from sqlmodel import Session

from internationale.errors import Untrusted
from internationale.events import logs
from internationale.events.envelope import Address, Envelope, Signed, recall
from internationale.events.envelope import parse as parse_envelope
from internationale.events.logs import Keyring
from internationale.events.refs import Ref
from internationale.events.sealing import Identity
from internationale.events.types import Event, Vocabulary
from internationale.kit.prepared import Prepared
from internationale.ledger import heads, holes, tables
from internationale.ledger.causes import Archive
from internationale.ledger.heads import Head
from internationale.ledger.judging import Verdict
from internationale.ledger.opening import Seals, nobody
from internationale.ledger.records import CHUNK, CUT, State, key

PARTS = 64
"""Missing parts of one section that are told at a time."""
_event = tables.event.c
_LOG = (_event.section == bindparam("section_")) & (_event.epoch == bindparam("epoch_"))
_HASHES = Prepared(
    select(_event.sequence, _event.hash).where(_LOG, _event.sequence.between(bindparam("first"), bindparam("last")))
)
_READERS = Prepared(select(_event.readers).where(_LOG, _event.sequence == bindparam("number")))
_STORED = select(
    _event.section,
    _event.epoch,
    _event.sequence,
    _event.body,
    _event.signature,
    _event.hash,
    _event.state,
    _event.reason,
    _event.received_at,
    _event.via,
)
_AFTER = Prepared(
    _STORED.where(_LOG, _event.sequence > bindparam("after"), _event.reason != CUT)
    .order_by(_event.sequence)
    .limit(bindparam("most", type_=Integer))
)


@dataclass(frozen=True)
class Stored:
    """An event as it lies in the log."""

    address: Address
    signed: Signed
    hash: str
    state: State
    reason: str
    received_at: datetime
    via: str

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> "Stored":
        """The columns of ``_STORED``."""
        section, epoch, sequence, body, signature, hash_, state, *rest = row
        return cls(Address(section, epoch, sequence), Signed(bytes(body), signature), hash_, State(state), *rest)

    @property
    def envelope(self) -> Envelope:
        """Its contents."""
        return parse_envelope(self.signed.body)

    @property
    def named_parts(self) -> tuple[str, ...]:
        """The parts that it names. Most events name none: these are not parsed for it. Others may write JSON in other ways."""
        return self.envelope.parts if any(way in self.signed.body for way in (b'"parts"', b"\\u")) else ()

    def recheck(self, keyring: Keyring) -> Envelope:
        """Verify it again from its bytes, as before it is sent: a flipped bit on our disk must never be published.

        Raises ``Untrusted``.
        """
        if self.signed.hash != self.hash:
            raise Untrusted("hash_mismatch", place=str(self.address))
        return logs.verify(self.address.subject, self.signed, keyring)


@dataclass(frozen=True)
class Gap:
    """Numbers of a log that are missing between what is appended and what is parked, both inclusive. When ``another`` is
    set, the number is here but what follows does not fit it: another copy of it is wanted, to prove which is the fork.
    """

    section: str
    epoch: int
    first: int
    last: int
    another: bool = False


class Reading:
    """The reading half of the ledger. ``code``: whose log is the own one; ``identities``: with which it opens what is sealed."""

    def __init__(self, code: str, identities: Callable[[], Sequence[Identity]] = nobody) -> None:
        self.code = code
        self.seals = Seals(code, identities)

    def known(self, session: Session, addresses: Iterable[Address]) -> dict[Address, str]:
        """The hashes of those of these events that are in the log. What is beyond the end of its log is not looked for."""
        connection, wanted = session.connection(), list(addresses)
        ends = {(log.section, log.epoch): log.sequence for log in heads.read(connection, {each.section for each in wanted})}
        past = (each for each in wanted if each.sequence <= ends.get((each.section, each.epoch), 0))
        found: dict[Address, str] = {}
        for first, last in _runs(past):
            where = {"section_": first.section, "epoch_": first.epoch, "first": first.sequence, "last": last}
            found |= {Address(first.section, first.epoch, number): hash_ for number, hash_ in _HASHES.all(connection, where)}
        return found

    def event(self, session: Session, address: Address) -> Stored | None:
        """One event of the log."""
        row = session.connection().execute(_STORED.filter_by(**key(address))).one_or_none()
        return None if row is None else Stored.of_row(row)

    def readers(self, session: Session, ref: Ref) -> frozenset[str] | None:
        """The sections that an event is sealed for; None: it was said openly, or is not here."""
        where = {"section_": ref.section, "epoch_": ref.epoch, "number": ref.sequence}
        named = _READERS.first(session.connection(), where)
        return None if named is None or named[0] is None else frozenset(named[0].split())

    def own_events_after(self, session: Session, epoch: int, sequence: int, limit: int = CHUNK) -> list[Stored]:
        """Own events after a number of one epoch, in order: what the relay sends."""
        return self.events_after(session, self.code, epoch, sequence, limit)

    def events_after(self, session: Session, section: str, epoch: int, sequence: int, limit: int = CHUNK) -> list[Stored]:
        """Events of a log after a number, in order."""
        where = {"section_": section, "epoch_": epoch, "after": sequence, "most": limit}
        return list(map(Stored.of_row, _AFTER.all(session.connection(), where)))

    def every_event(self, session: Session) -> Iterator[Stored]:
        """The whole log, by section, epoch and number, a page at a time: for export and verification."""
        for log in heads.read(session.connection()):
            sequence = 0
            while page := self.events_after(session, log.section, log.epoch, sequence):
                yield from page
                sequence = page[-1].address.sequence

    def in_state(self, session: Session, state: State, limit: int = CHUNK) -> list[Stored]:
        """Events in one state, for the host."""
        query = _STORED.where(_event.state == state).order_by(_event.section, _event.epoch, _event.sequence).limit(limit)
        return list(map(Stored.of_row, session.connection().execute(query)))

    def head(self, session: Session, section: str) -> Head:
        """The end of a section's log in its latest epoch here; number 0 when there is none."""
        logs = heads.read(session.connection(), [section])
        return logs[-1] if logs else Head(section, 1)

    def heads(self, session: Session) -> dict[str, Head]:
        """The end of each section's log in its latest epoch here, by section."""
        return {log.section: log for log in heads.read(session.connection())}

    def own_logs(self, session: Session) -> list[Head]:
        """The ends of the own log in each of its epochs, in order."""
        return [log for log in heads.read(session.connection(), [self.code]) if log.sequence]

    def all_heads(self, session: Session) -> list[Head]:
        """The ends of all logs, by section and epoch."""
        return heads.read(session.connection())

    def applied(self, session: Session, vocabulary: Vocabulary, ref: Ref) -> Event[Any] | None:
        """One applied event, decoded, and opened where it is sealed; None when it is not here, void, or cannot be opened."""
        event = tables.event
        where = (event.c.section == ref.section) & (event.c.epoch == ref.epoch) & (event.c.sequence == ref.sequence)
        row = session.connection().execute(select(event.c.body, event.c.hash, event.c.state).where(where)).one_or_none()
        if row is None or row.state != State.APPLIED or not row.hash.startswith(ref.hash16):
            return None
        archive = Archive(session.connection(), vocabulary, self.seals)
        opened = archive.open(recall(row.body, row.hash))
        return None if isinstance(opened, Verdict) else archive.event(opened)

    def applied_after(
        self, session: Session, vocabulary: Vocabulary, position: int, limit: int = CHUNK
    ) -> list[tuple[int, Event[Any]]]:
        """Applied events after a place in the order of decision, decoded, each with its place.

        Sealed ones that cannot be opened any more (their key was lost) are passed over.
        """
        event, archive = tables.event, Archive(session.connection(), vocabulary, self.seals)
        query = select(event.c.position, event.c.body, event.c.hash, event.c.state).order_by(event.c.position).limit(limit)
        found: list[tuple[int, Event[Any]]] = []
        while not found and (rows := session.connection().execute(query.where(event.c.position > position)).all()):
            position = rows[-1].position
            applied = (row for row in rows if row.state == State.APPLIED)  # asked for by state, SQLite would sort the whole log
            opened = [(row.position, archive.open(recall(row.body, row.hash))) for row in applied]
            found = [(place, archive.event(envelope)) for place, envelope in opened if not isinstance(envelope, Verdict)]
        return found

    def gaps(self, session: Session) -> list[Gap]:
        """What is to be fetched so that parked events can be appended; not for those that are beyond the end of their log."""
        found: list[Gap] = []
        for log in heads.read(session.connection()):
            if not log.frozen:
                found += _holes(log, holes.jumps(session.connection(), log))
        parked = tables.parked
        known = {(log.section, log.epoch) for log in heads.read(session.connection())}
        for section, epoch in session.connection().execute(select(parked.c.section, parked.c.epoch).distinct()):
            if (section, epoch) not in known:
                found += _holes(empty := Head(section, epoch), holes.jumps(session.connection(), empty))
        return found

    def missing_parts(self, session: Session, limit: int = PARTS, start: str = "") -> dict[str, str]:
        """Hashes of parts that events wait for, each with a section whose event names it, in any order. Of each section at most
        ``limit``, so that nobody's wait behind those that another made up. ``start``: from which hash on, and round to it.
        """
        waiting = tables.waiting.c
        named = select(waiting.section, waiting.what).where(waiting.kind == "part").distinct().subquery().c
        order = (named.what < start, named.what)
        place = func.row_number().over(partition_by=named.section, order_by=order).label("place")
        turn = select(named.what, named.section, place).subquery().c
        some = select(turn.what, turn.section).where(turn.place <= limit).order_by(func.random())
        found: dict[str, str] = {}
        for name, section in session.connection().execute(some):
            found.setdefault(name, section)
        return found

    def part(self, session: Session, name: str) -> bytes | None:
        """A part as it travels: salt and content."""
        content = session.connection().execute(select(tables.part.c.content).filter_by(hash=name)).scalar()
        return None if content is None else bytes(content)

    def cursor(self, session: Session, hub: str) -> tuple[int, int]:
        """Epoch and number up to which our own log is known to be at a hub; (0, 0) when nothing is known."""
        cursor = tables.cursor
        row = session.connection().execute(select(cursor.c.epoch, cursor.c.sequence).filter_by(hub=hub)).one_or_none()
        return (row.epoch, row.sequence) if row else (0, 0)

    def cursors(self, session: Session) -> dict[str, tuple[int, int]]:
        """The cursors of all hubs' stores that there were, by the store's name."""
        rows = session.connection().execute(select(tables.cursor).order_by(tables.cursor.c.hub))
        return {row.hub: (row.epoch, row.sequence) for row in rows}

    def forget_cursor(self, session: Session, hub: str) -> None:
        """A hub's store that is gone for good."""
        session.connection().execute(delete(tables.cursor).filter_by(hub=hub))

    def set_cursor(self, session: Session, hub: str, epoch: int, sequence: int) -> None:
        """Note that our own log is at a hub up to this number."""
        session.connection().execute(delete(tables.cursor).filter_by(hub=hub))
        session.connection().execute(insert(tables.cursor), {"hub": hub, "epoch": epoch, "sequence": sequence})

    def mark(self, session: Session, name: str) -> int:
        """How far a reader has come in the order of decision."""
        return session.connection().execute(select(tables.mark.c.position).filter_by(name=name)).scalar() or 0

    def set_mark(self, session: Session, name: str, position: int) -> None:
        """Note how far a reader has come."""
        session.connection().execute(delete(tables.mark).filter_by(name=name))
        session.connection().execute(insert(tables.mark), {"name": name, "position": position})

    def refusals(self, session: Session) -> Sequence[Mapping[str, object]]:
        """How often what was refused, by source and reason."""
        refusal = tables.refusal
        rows = session.connection().execute(select(refusal).order_by(refusal.c.source, refusal.c.reason))
        return [dict(row) for row in rows.mappings()]


def _holes(log: Head, jumps: Sequence[tuple[int, int]]) -> Iterator[Gap]:
    if jumps and jumps[0] == (log.sequence, log.sequence + 1) and log.sequence:
        yield Gap(log.section, log.epoch, log.sequence, log.sequence, another=True)
    for before, number in jumps:
        if number > before + 1:
            yield Gap(log.section, log.epoch, before + 1, number - 1)


def _runs(addresses: Iterable[Address]) -> Iterator[tuple[Address, int]]:
    """Numbers of one log that follow each other: the first address and the last number. What comes mostly comes so."""
    logs: dict[tuple[str, int], set[int]] = {}
    for each in addresses:
        logs.setdefault((each.section, each.epoch), set()).add(each.sequence)
    for (section, epoch), numbers in logs.items():
        for first in sorted(number for number in numbers if number - 1 not in numbers):
            last = first
            while last + 1 in numbers:
                last += 1
            yield Address(section, epoch, first), last
