"""The ledger of one section: the only writer of events and of the rows that are made of them.

Everything runs in the caller's session, which must be a writing one (``database.writing``): one writer at a time. Reading for
the worker and the host is in ``reading``, which this class includes.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlmodel import Session

from internationale.events.envelope import SEALED, Address, Envelope
from internationale.events.keys import SigningKey
from internationale.events.logs import Keyring, LogRules
from internationale.events.refs import Ref
from internationale.events.sealing import Identity
from internationale.events.types import Vocabulary
from internationale.kit.undecided import Undecided
from internationale.kit.vocabulary import Projection, Utterance
from internationale.ledger import deliveries, forks, parts, quarantine, remaining, tables, threads, undecided, withdrawing
from internationale.ledger.causes import Archive
from internationale.ledger.deliveries import Arrival, Delivery
from internationale.ledger.following import Following
from internationale.ledger.intake import Intake, Taken
from internationale.ledger.judging import Verdict
from internationale.ledger.opening import NO_KEY, nobody
from internationale.ledger.pacing import Pace
from internationale.ledger.projecting import Projector
from internationale.ledger.publishing import Recipients, Speaker, nobody_else, publish
from internationale.ledger.reading import Reading, Stored
from internationale.ledger.records import ASIDE, CUT, State, among, chunks, of
from internationale.ledger.replaying import Replay
from internationale.ledger.settling import Settlement
from internationale.ledger.tried import new_ones
from internationale.ledger.unit import Unit

WROTE, SAID, MORE = "ledger_wrote", "ledger_said", "ledger_more"
"""Keys in ``session.info``: events were appended; own ones were: whoever commits can wake the worker. Logs to ``go_on`` with."""


class Ledger(Reading):
    """Knows the vocabulary and the projections; holds no state between calls but the pace of making rows anew. ``code``: whose
    log is the own one.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        projections: Sequence[Projection],
        code: str = "",
        identities: Callable[[], Sequence[Identity]] = nobody,
    ) -> None:
        super().__init__(code, identities)
        self.vocabulary = vocabulary
        self.projections = tuple(projections)
        self._projector = Projector(self.projections)
        self.pace = Pace()

    def publish(
        self,
        session: Session,
        rules: LogRules,
        key: SigningKey | Sequence[SigningKey],
        utterances: Sequence[Utterance],
        now: datetime,
        *,
        recipients: Recipients = nobody_else,
    ) -> list[Envelope]:
        """Say something in the log of ``rules.section``, signed with that ``key`` of ours which the roster names for the number.

        Raises ``Paused``, ``Invalid``, ``Conflict``; see ``publishing``.
        """
        ours = (key,) if isinstance(key, SigningKey) else tuple(key)
        session.flush()
        unit = self._unit(session, now)
        envelopes = publish(unit, self._projector, Speaker(rules, ours, recipients), utterances)
        self._erase(unit)
        session.info[WROTE] = session.info[SAID] = True
        return envelopes

    def accept(
        self,
        session: Session,
        arrivals: Sequence[Arrival],
        keyring: Keyring,
        now: datetime,
        muted: Collection[str] = (),
        *,
        known: dict[Address, str] | None = None,
    ) -> list[str]:
        """Take in a batch. Returns for each arrival: ``applied``, ``waiting``, ``void``, ``failed``, ``sealed``, ``duplicate``,
        ``parked``, ``quarantined``, ``forked``, or ``full`` (not kept: too much of this section is parked; it will be asked for).
        ``muted``: of whom what is not authentic is only counted. ``known``: the hashes of those that are here (None: to be
        read; not older than this transaction).
        """
        unit = self._unit(session, now)
        if known is None:
            known = self.known(session, (arrival.envelope.address for arrival in arrivals if arrival.envelope is not None))
        intake = Intake(unit, arrivals, known, keyring)
        if logs := intake.overtaken():
            self.follow(session, keyring, now, logs)
            unit = self._unit(session, now)
            here = (arrival.envelope.address for arrival in arrivals if arrival.envelope is not None)
            intake = Intake(unit, arrivals, self.known(session, here), keyring)
        taken = intake.take()
        Settlement(unit, self._projector).settle(taken.records)
        if taken.refused:
            quarantine.keep(unit.connection, taken.refused, keyring, now, muted)
        outcomes = _outcomes(arrivals, taken, unit)
        gone = {where for rival in taken.rivals for where in forks.prove(unit, rival, keyring)}
        unit.withdrawals = [said for said in unit.withdrawals if said.envelope.address not in gone]
        self._erase(unit)
        if gone:
            self.take_back(session, now)
        session.info[WROTE] = session.info.get(WROTE, False) or bool(taken.records or taken.rivals)
        session.info.setdefault(MORE, set()).update(taken.more)
        changed = _changed(arrivals, outcomes, taken, unit)
        if changed and (stopped := Following(self._unit(session, now), keyring).stopped(changed)):
            self.follow(session, keyring, now, stopped)
        return outcomes

    def follow(
        self, session: Session, keyring: Keyring, now: datetime, logs: Collection[tuple[str, int]] | None = None
    ) -> list[str]:
        """Look at all logs, or at these, under a new roster: some end, some that were stopped go on (see ``go_on``). Returns the
        outcomes of the latter.
        """
        following = Following(self._unit(session, now), keyring)
        ready = following.all() if logs is None else following.some(logs)
        if following.gone:
            self._anew(session, now, following.gone)
        return self.go_on(session, keyring, now, ready)

    def go_on(self, session: Session, keyring: Keyring, now: datetime, logs: Collection[tuple[str, int]]) -> list[str]:
        """Append of each of these logs a portion of what is parked and follows (``MORE``: where there is more). Returns what
        became of each. A portion is for a transaction of its own: who says something waits for one, not for all of them.
        """
        outcomes, ended = list[str](), set[tuple[str, int]]()
        for log in sorted(logs):
            taken = Intake(unit := self._unit(session, now), (), {}, keyring).go_on(*log)
            Settlement(unit, self._projector).settle(taken.records)
            outcomes += (record.state.value for record in taken.records)
            self._erase(unit)
            session.info.setdefault(MORE, set()).update(taken.more)
            if taken.records and not taken.more:
                ended.add(log)
        session.info[WROTE] = session.info.get(WROTE, False) or bool(outcomes)
        if ended and (again := Following(self._unit(session, now), keyring).stopped(ended)):
            outcomes += self.follow(session, keyring, now, again)  # what is next may be of the other history
        return outcomes

    def decided(self, session: Session, keyring: Keyring, where: Address, now: datetime) -> bool:
        """Whether the roster has decided which of two events counts under this number, and that one is here."""
        return forks.settled(self._unit(session, now), keyring, where)

    def add_parts(self, session: Session, bodies: Iterable[bytes], now: datetime) -> list[str]:
        """Keep parts (salt and content, as they travelled) that an event waits for; returns the hashes that are new here."""
        unit = self._unit(session, now)
        added = parts.add_wanted(unit.connection, bodies, now)
        if added:
            Settlement(unit, self._projector).release(unit.released("part", added))
            self._erase(unit)
            session.info[WROTE] = True
        return added

    def opened(self, session: Session, stored: Stored) -> Envelope:
        """An event of the log as it was meant: opened when it is sealed and this instance can; else as everybody sees it."""
        envelope = Archive(session.connection(), self.vocabulary, self.seals).open(stored.envelope)
        return stored.envelope if isinstance(envelope, Verdict) else envelope

    def thread(self, session: Session, first: Ref) -> Iterator[tuple[Ref, bytes]]:
        """A sealed event and all that was said on it for the same readers: see ``threads``."""
        return threads.thread(session, self.vocabulary, self.seals, first)

    def retry_quarantine(self, session: Session, keyring: Keyring, limit: int = 10_000) -> list[Arrival]:
        """Take out of quarantine what this roster judges otherwise than the one before, to be accepted."""

        def judge(batch: Sequence[Delivery]) -> list[Arrival]:
            known = self.known(session, filter(None, map(deliveries.address, batch)))
            return deliveries.check(batch, keyring, known)

        return quarantine.take(session.connection(), judge, limit)

    def retry(self, session: Session, addresses: Collection[Address], now: datetime) -> dict[Address, State]:
        """Judge again what waits or failed, of these. Returns what became of each that was looked at."""
        unit, waiting = self._unit(session, now), tables.waiting
        stuck = (record for record in unit.load(addresses) if record.state in (State.WAITING, State.FAILED))
        again = [record.address for record in stuck if record.reason not in (ASIDE, CUT)]
        for chunk in chunks(again):
            unit.connection.execute(delete(waiting).where(among(waiting, chunk)))
        Settlement(unit, self._projector).release(again)
        self._erase(unit)
        session.info[WROTE] = session.info.get(WROTE, False) or bool(again)
        return {record.address: record.state for record in unit.load(again)}

    def prepare(self, session: Session, now: datetime) -> list[str]:
        """Make anew the projections that are new, have changed or were away; apply what can be now. Returns their names."""
        state = tables.projection
        known = dict(session.connection().execute(select(state.c.name, state.c.version)).all())
        away = known.keys() - {projection.name for projection in self.projections}
        session.connection().execute(delete(state).where(state.c.name.in_(away)))
        outdated = [projection for projection in self.projections if known.get(projection.name) != projection.version]
        forgotten = self._forgotten_types(session) or bool(withdrawing.aside(session.connection()))
        if forgotten or not Replay(self._unit(session, now), self.projections).some(outdated):
            self._anew(session, now)
        self._retry(self._unit(session, now))
        return [projection.name for projection in outdated]

    def replay_all(self, session: Session, now: datetime) -> None:
        """Drop and make anew all rows, as a fresh instance would have them."""
        self._anew(session, now)

    def undecided(self, session: Session, keyring: Keyring, sought: undecided.Sought) -> list[Undecided]:
        """What is sought and not decided here, first to last."""
        connection = session.connection()
        archive = Archive(connection, self.vocabulary, self.seals)
        absent = undecided.missing(connection, keyring.get(sought.ref.section), sought.ref)
        return [*absent, *undecided.before(archive, connection, self.code, sought)]

    def takes_back(self, session: Session) -> bool:
        """Whether rows are there of what was taken back or cut off its log, and it is time to make all rows anew."""
        return self.pace.due and remaining.remain(session.connection())

    def take_back(self, session: Session, now: datetime) -> None:
        """Do so, when it is time for it. To be called now and then."""
        if self.takes_back(session):
            self._anew(session, now)

    def _retry(self, unit: Unit) -> None:
        """What waited for a type that is known now, what failed before this build, and, with another key, what could not be
        opened for want of it.
        """
        event = tables.event
        columns = (event.c.section, event.c.epoch, event.c.sequence)
        again = event.c.state == State.FAILED
        if new_ones(unit.connection, self.seals.identities()):
            again |= (event.c.state == State.SEALED) & (event.c.reason == NO_KEY)
        failed = [of(row) for row in unit.connection.execute(select(*columns).where(again))]
        Settlement(unit, self._projector).release([*unit.released("type", [*self.vocabulary.by_wire, SEALED]), *failed])
        self._erase(unit)

    def _erase(self, unit: Unit) -> None:
        """Do what the withdrawals say that were applied: erase, and, when it is time for it, make all rows anew."""
        while unit.withdrawals:
            said, unit.withdrawals = unit.withdrawals, []
            undecided = withdrawing.erase(unit, said)
            unit = self._unit(unit.session, unit.now)
            Settlement(unit, self._projector).release(undecided)
            self.take_back(unit.session, unit.now)

    def _anew(self, session: Session, now: datetime, gone: Collection[Address] = ()) -> None:
        """Make all rows anew without these events and what was put aside, then decide the latter again and what stands on it."""
        with self.pace.measured():
            unit, aside = self._unit(session, now), withdrawing.aside(session.connection())
            forks.clear(unit)
            Replay(unit, self.projections).all({*gone, *aside})
            Settlement(self._unit(session, now), self._projector).release(withdrawing.aside(session.connection()))
            remaining.clear(session.connection())

    def _forgotten_types(self, session: Session) -> bool:
        """Whether something applied is of a type that this build does not know (a plugin was turned off)."""
        types = (wire for state in (State.APPLIED, State.VOID) for wire in self._types(session, state))
        return any(not self.vocabulary.knows(wire) for wire in types if wire != SEALED)

    def _types(self, session: Session, state: State) -> Iterator[str]:
        """The types of what is in a state, each found by one step in the index, however long the log is."""
        event, wire = tables.event.c, ""
        query = select(func.min(event.type)).where(event.state == state)
        while wire := session.connection().execute(query.where(event.type > wire)).scalar() or "":
            yield wire

    def _unit(self, session: Session, now: datetime) -> Unit:
        return Unit(session, self.vocabulary, now, self.seals)


def _changed(arrivals: Sequence[Arrival], outcomes: Sequence[str], taken: Taken, unit: Unit) -> set[tuple[str, int]]:
    """The logs that may go on now, for something of them came that was missing: it was put aside, or appended where there is a
    cut further on (before what was put aside earlier).
    """
    found = set[tuple[str, int]]()
    for place, (arrival, outcome) in enumerate(zip(arrivals, outcomes, strict=True)):
        envelope = arrival.envelope
        if envelope is not None and outcome not in ("duplicate", "full") and place not in taken.proved:
            log = envelope.section, envelope.epoch
            if outcome in ("parked", "forked") or unit.heads.of(*log).cut is not None:
                found.add(log)
    return found


def _outcomes(arrivals: Sequence[Arrival], taken: Taken, unit: Unit) -> list[str]:
    """In the order of arrival. What was appended has become what it is now, after everything in the batch was settled."""
    outcomes = dict(taken.outcomes)
    for place, arrival in enumerate(arrivals):
        if place not in outcomes and arrival.envelope is not None and (found := unit.lookup(arrival.envelope.address)):
            outcomes[place] = found[1].value
    return [outcomes[place] for place in range(len(arrivals))]
