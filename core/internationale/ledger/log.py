"""The ledger of one section: the only writer of events and of the rows that are made of them.

Everything runs in the caller's session, which must be a writing one (``database.writing``): one writer at a time. Reading for
the worker and the host is in ``reading``, which this class includes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session

from internationale.events.envelope import Address, Envelope
from internationale.events.keys import SigningKey
from internationale.events.logs import Keyring, LogRules
from internationale.events.types import Vocabulary
from internationale.kit.vocabulary import Projection, Utterance
from internationale.ledger import forks, parts, quarantine, tables
from internationale.ledger.deliveries import Arrival, Delivery
from internationale.ledger.intake import Intake, Taken
from internationale.ledger.projecting import Projector
from internationale.ledger.publishing import publish
from internationale.ledger.reading import Reading
from internationale.ledger.records import State, of
from internationale.ledger.replaying import Replay
from internationale.ledger.settling import Settlement
from internationale.ledger.unit import Unit

WROTE = "ledger_wrote"
"""The key in ``session.info`` that says that events were appended, so that whoever commits can wake the worker."""


class Ledger(Reading):
    """Knows the vocabulary and the projections; holds no state between calls. ``code``: whose log is the own one."""

    def __init__(self, vocabulary: Vocabulary, projections: Sequence[Projection], code: str = "") -> None:
        super().__init__(code)
        self.vocabulary = vocabulary
        self.projections = tuple(projections)
        self._projector = Projector(self.projections)

    def publish(
        self, session: Session, rules: LogRules, key: SigningKey, utterances: Sequence[Utterance], now: datetime
    ) -> list[Envelope]:
        """Say something in the log of ``rules.section``. Raises ``Paused``, ``Invalid``, ``Conflict``; see ``publishing``."""
        session.flush()
        envelopes = publish(Unit(session, self.vocabulary, now), self._projector, rules, key, utterances)
        session.info[WROTE] = True
        return envelopes

    def accept(self, session: Session, arrivals: Sequence[Arrival], keyring: Keyring, now: datetime) -> list[str]:
        """Take in a batch. Returns for each arrival: ``applied``, ``waiting``, ``void``, ``failed``, ``duplicate``, ``parked``,
        ``quarantined``, ``forked``, or ``full`` (not kept: too much of this section is parked; it will be asked for).
        """
        unit = Unit(session, self.vocabulary, now)
        known = self.known(session, (arrival.envelope.address for arrival in arrivals if arrival.envelope is not None))
        taken = Intake(unit, keyring, known).take(arrivals)
        Settlement(unit, self._projector).settle(taken.records)
        if taken.refused:
            quarantine.keep(unit.connection, taken.refused, keyring, now)
        outcomes = _outcomes(arrivals, taken, unit)
        gone = {where for rival in taken.rivals for where in forks.prove(unit, rival)}
        if gone:
            Replay(Unit(session, self.vocabulary, now), self.projections).all(gone)
        session.info[WROTE] = session.info.get(WROTE, False) or bool(taken.records or taken.rivals)
        return outcomes

    def cut(self, session: Session, first: Address, reason: str, now: datetime) -> None:
        """Append nothing at or after this number of a log, and withdraw what was, with all that stands on it."""
        gone = forks.cut(Unit(session, self.vocabulary, now), first, reason)
        if gone:
            Replay(Unit(session, self.vocabulary, now), self.projections).all(gone)

    def add_parts(self, session: Session, bodies: Iterable[bytes], now: datetime) -> list[str]:
        """Keep parts (salt and content, as they travelled) that an event waits for; returns the hashes that are new here."""
        unit = Unit(session, self.vocabulary, now)
        added = parts.add_wanted(unit.connection, bodies, now)
        if added:
            Settlement(unit, self._projector).release(unit.released("part", added))
            session.info[WROTE] = True
        return added

    def retry_quarantine(self, session: Session, limit: int = 10_000) -> list[Delivery]:
        """Take out of quarantine what a new roster may have made authentic, to be checked and accepted again."""
        return quarantine.take(session.connection(), limit)

    def prepare(self, session: Session, now: datetime) -> list[str]:
        """Make anew the projections that are new, have changed or were away; apply what can be now. Returns their names."""
        state = tables.projection
        known = dict(session.connection().execute(select(state.c.name, state.c.version)).all())
        away = known.keys() - {projection.name for projection in self.projections}
        session.connection().execute(delete(state).where(state.c.name.in_(away)))
        outdated = [projection for projection in self.projections if known.get(projection.name) != projection.version]
        replay = Replay(Unit(session, self.vocabulary, now), self.projections)
        if self._forgotten_types(session) or not replay.some(outdated):
            replay.all()
        self._retry(Unit(session, self.vocabulary, now))
        return [projection.name for projection in outdated]

    def replay_all(self, session: Session, now: datetime) -> None:
        """Drop and make anew all rows, as a fresh instance would have them."""
        Replay(Unit(session, self.vocabulary, now), self.projections).all()

    def _retry(self, unit: Unit) -> None:
        """What waited for a type that is known now, and what failed before this build."""
        event = tables.event
        columns = (event.c.section, event.c.epoch, event.c.sequence)
        failed = [of(row) for row in unit.connection.execute(select(*columns).where(event.c.state == State.FAILED))]
        Settlement(unit, self._projector).release([*unit.released("type", self.vocabulary.by_wire), *failed])

    def _forgotten_types(self, session: Session) -> bool:
        """Whether something applied is of a type that this build does not know (a plugin was turned off)."""
        event = tables.event
        query = select(event.c.type).where(event.c.state.in_([State.APPLIED, State.VOID])).distinct()
        return any(not self.vocabulary.knows(wire) for wire in session.connection().execute(query).scalars())


def _outcomes(arrivals: Sequence[Arrival], taken: Taken, unit: Unit) -> list[str]:
    """In the order of arrival. What was appended has become what it is now, after everything in the batch was settled."""
    outcomes = dict(taken.outcomes)
    for place, arrival in enumerate(arrivals):
        if place not in outcomes and arrival.envelope is not None and (found := unit.lookup(arrival.envelope.address)):
            outcomes[place] = found[1].value
    return [outcomes[place] for place in range(len(arrivals))]
