"""What came and does not count, or does not count yet: with its reason, for the host."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from internationale.ledger.tables import event, fork, parked, quarantine, refusal, waiting

SHOWN = 200
"""How many of each kind are listed, the latest first."""


@dataclass(frozen=True)
class Counts:
    """How many there are of each. ``refused``: everything ever turned away, also what was not kept."""

    waiting: int
    void: int
    failed: int
    parked: int
    quarantined: int
    refused: int
    forks: int


@dataclass(frozen=True)
class Held:
    """One thing that is held back. ``what``: what it waits for, as ``(kind, name)``."""

    name: str
    kind: str
    reason: str
    at: datetime
    via: str
    what: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Stuck:
    """All that is held back, the latest first, at most ``SHOWN`` of each."""

    counts: Counts
    waiting: tuple[Held, ...]
    void: tuple[Held, ...]
    failed: tuple[Held, ...]
    parked: tuple[Held, ...]
    quarantined: tuple[Held, ...]


def counts(session: Session) -> Counts:
    """The numbers alone."""
    connection = session.connection()
    states: dict[str, int] = dict(connection.execute(select(event.c.state, func.count()).group_by(event.c.state)).all())

    def number(table: object) -> int:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]

    refused = connection.execute(select(func.coalesce(func.sum(refusal.c.count), 0))).scalar_one()
    return Counts(
        waiting=states.get("waiting", 0),
        void=states.get("void", 0),
        failed=states.get("failed", 0),
        parked=number(parked),
        quarantined=number(quarantine),
        refused=int(refused),
        forks=number(fork),
    )


def stuck(session: Session) -> Stuck:
    """Everything that is held back."""
    return Stuck(
        counts=counts(session),
        waiting=_events(session, "waiting"),
        void=_events(session, "void"),
        failed=_events(session, "failed"),
        parked=_parked(session),
        quarantined=_quarantined(session),
    )


def _events(session: Session, state: str) -> tuple[Held, ...]:
    query = select(event).where(event.c.state == state).order_by(event.c.received_at.desc(), event.c.section, event.c.sequence)
    return tuple(
        Held(
            name=f"{row.section}:{row.epoch}:{row.sequence}",
            kind=row.type,
            reason=row.reason,
            at=row.received_at,
            via=row.via,
            what=_awaited(session, row.section, row.epoch, row.sequence) if state == "waiting" else (),
        )
        for row in session.connection().execute(query.limit(SHOWN))
    )


def _awaited(session: Session, section: str, epoch: int, sequence: int) -> tuple[tuple[str, str], ...]:
    this = (waiting.c.section == section) & (waiting.c.epoch == epoch) & (waiting.c.sequence == sequence)
    rows = session.connection().execute(
        select(waiting.c.kind, waiting.c.what).where(this).order_by(waiting.c.kind, waiting.c.what)
    )
    return tuple((row.kind, row.what) for row in rows)


def _parked(session: Session) -> tuple[Held, ...]:
    query = select(parked).order_by(parked.c.section, parked.c.epoch, parked.c.sequence).limit(SHOWN)
    return tuple(
        Held(f"{row.section}:{row.epoch}:{row.sequence}", "", "gap", row.received_at, row.via)
        for row in session.connection().execute(query)
    )


def _quarantined(session: Session) -> tuple[Held, ...]:
    query = select(quarantine).order_by(quarantine.c.first_seen.desc(), quarantine.c.id).limit(SHOWN)
    return tuple(Held(row.subject, "", row.reason, row.first_seen, row.via) for row in session.connection().execute(query))
