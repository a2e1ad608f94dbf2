"""Deciding events, and then those that waited for them, and so on: in causal order, without recursion, a chunk at a time."""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from internationale.errors import without_content
from internationale.events import envelope as envelopes
from internationale.events import sealed
from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.events.sealed import Reshared
from internationale.events.types import Event
from internationale.events.withdrawn import REASON as TAKEN_BACK
from internationale.events.withdrawn import PartWithdrawn
from internationale.ledger import parts
from internationale.ledger.judging import Verdict, address, authorise, judge
from internationale.ledger.outages import outage
from internationale.ledger.projecting import Projector, Run, log
from internationale.ledger.records import CHUNK, Record, State, chunks
from internationale.ledger.unit import Unit

DECIDED = (State.APPLIED, State.VOID)


class Settlement:
    """Decides the events of one transaction. ``strict``: a projection that raises is the caller's error (own events)."""

    def __init__(self, unit: Unit, projector: Projector, *, strict: bool = False) -> None:
        self._unit = unit
        self._projector = projector
        self._strict = strict
        self._shown: set[tuple[Address, str]] = set()
        self._taken: list[Event[PartWithdrawn]] = []

    def settle(self, records: Iterable[Record]) -> None:
        """Decide these, write them, then decide whatever waited for them."""
        free: deque[Address] = deque()
        for chunk in chunks(records):
            free += self._step(chunk)
        self._settle_released(free)

    def release(self, addresses: Iterable[Address]) -> None:
        """Decide events of the log that wait for nothing any more (or are to be tried again)."""
        self._settle_released(deque(addresses))

    def _settle_released(self, free: deque[Address]) -> None:
        while free:
            some = dict.fromkeys(free.popleft() for _ in range(min(CHUNK, len(free))))
            records = self._unit.load(some)
            free += self._step([record for record in records if record.state not in DECIDED])  # several may have set one free

    def _step(self, records: Sequence[Record]) -> list[Address]:
        self._unit.open(records)
        self._unit.prefetch(records)
        verdicts: dict[Address, Verdict] = {}
        start = self._unit.position
        run = Run(self._unit.session, self._projector, strict=self._strict)

        def work() -> None:
            self._unit.position = start
            self._shown.clear()
            self._taken.clear()
            for record in records:
                record.decide(State.WAITING)
                self._unit.know(record)
            for record in records:
                verdicts[record.address] = self._decide(record, run)

        run.all(work)
        self._unit.write(records, verdicts)
        self._unit.withdrawals += self._taken
        # a sealed one tells enough of itself, whatever becomes of it: see ``judging``
        told = [record.envelope.id for record in records if record.position is not None or record.envelope.sealed]
        return [*self._unit.released("ref", told), *self._unit.sealed_among(self._shown)]

    def _decide(self, record: Record, run: Run) -> Verdict:
        unit, envelope = self._unit, record.envelope
        unit.archive.keep(envelope)
        verdict = self._judge(record)
        reason = verdict.reason
        state = verdict.state
        if verdict.payload is not None:
            state, reason = self._apply(unit.archive.event(envelope, verdict.payload), run)
        position = unit.next_position() if state in (State.APPLIED, State.VOID) else None
        record.decide(state, reason, position)
        unit.know(record)
        return verdict

    def _judge(self, record: Record) -> Verdict:
        unit, envelope, taken_back = self._unit, record.envelope, self._unit.taken_back(record)
        if taken_back and envelope.sealed:  # for who can still look into it as for who cannot
            unit.archive.opener.forget(envelopes.recall(record.body, envelope.hash))
            return Verdict(State.VOID, TAKEN_BACK)
        if record.unopened is not None:
            return record.unopened
        known = unit.vocabulary, unit.lookup, unit.has_part
        return judge(envelope, *known, beside=record.beside, taken_back=taken_back)

    def _apply(self, event: Event[Any], run: Run) -> tuple[State, str]:
        try:
            reason = authorise(event, self._unit.vocabulary)
        except Exception as error:
            if self._strict or outage(error):
                raise
            log.error("the authority of %s failed at %s: %s", event.envelope.type, event.envelope.id, without_content(error))
            return State.FAILED, f"authority_failed:{type(error).__name__}"
        if reason:
            return State.VOID, reason
        failure = run.project(event, event.payload)
        if isinstance(event.payload, Reshared) and not failure:
            self._show(event)
        if isinstance(event.payload, PartWithdrawn) and not failure:
            self._taken.append(event)
        return (State.FAILED, failure) if failure else (State.APPLIED, "")

    def _show(self, event: Event[Reshared]) -> None:
        """Keep the insides that somebody shows to us: what was written for the event that it is said to be of, unless that was
        taken back. What they are of is decided again.
        """
        shown = dict.fromkeys(zip(map(Ref.parse, event.payload.events), event.envelope.parts, strict=True))
        gone = self._taken_back({ref for ref, _name in shown})
        there = [(address(ref), event.parts[name]) for ref, name in shown if address(ref) not in gone]
        insides = [(where, plain) for where, plain in there if sealed.written_for(plain) == where]
        digests = self._unit.archive.opener.show(event.envelope.address, (plain for _where, plain in insides))
        self._shown |= {(where, digest) for (where, _plain), digest in zip(insides, digests, strict=True)}

    def _taken_back(self, refs: Collection[Ref]) -> set[Address]:
        """Where something was taken back, of what is here. What has no parts is not taken back."""
        unit, where = self._unit, set(map(address, refs))
        unit.look_up(refs)
        said = {each for each in where if (found := unit.lookup(each)) is not None and found.reason == TAKEN_BACK}
        noted = parts.taken_back(unit.connection, where)
        here = unit.load(map(address, noted))
        return said | {record.address for record in here if record.beside and record.envelope.ref in noted}
