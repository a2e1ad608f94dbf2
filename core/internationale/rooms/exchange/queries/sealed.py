"""What is sealed and cannot be opened here: all that is known of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from internationale.errors import Untrusted
from internationale.events import sealed
from internationale.events.envelope import Envelope, recall
from internationale.ledger.opening import NO_KEY
from internationale.ledger.records import State
from internationale.ledger.tables import event

SHOWN = 50
"""How many stand on one page, the latest first."""


@dataclass(frozen=True)
class SealedThing:
    """Something that ``section`` said to ``readers``. ``kib``: it is not longer than this. ``ours``: it is for this section, but
    the key for it is not here.
    """

    id: str
    section: str
    time: datetime
    readers: tuple[str, ...]
    kib: int
    ours: bool


@dataclass(frozen=True)
class SealedPage:
    """One page. ``locked``: how many there are, on all pages, that are for this section and cannot be opened."""

    things: tuple[SealedThing, ...]
    total: int
    locked: int
    page: int
    pages: int


def sealed_things(session: Session, number: int = 1) -> SealedPage:
    """One page; one beyond the last is the last."""
    here = event.c.state == State.SEALED
    counted = select(event.c.reason, func.count()).where(here).group_by(event.c.reason)
    reasons: dict[str, int] = dict(session.connection().execute(counted).all())
    total = sum(reasons.values())
    pages = max(1, -(-total // SHOWN))
    number = min(max(number, 1), pages)
    query = select(event.c.body, event.c.hash, event.c.reason).where(here)
    query = query.order_by(event.c.received_at.desc(), event.c.section, event.c.epoch, event.c.sequence.desc())
    rows = session.connection().execute(query.limit(SHOWN).offset((number - 1) * SHOWN))
    things = tuple(_thing(recall(row.body, row.hash), ours=row.reason == NO_KEY) for row in rows)
    return SealedPage(things, total, reasons.get(NO_KEY, 0), number, pages)


def locked(session: Session) -> int:
    """How many are for this section and cannot be opened, because the key is not here."""
    here = (event.c.state == State.SEALED) & (event.c.reason == NO_KEY)
    return int(session.connection().execute(select(func.count()).where(here)).scalar_one())


def _thing(outer: Envelope, *, ours: bool) -> SealedThing:
    try:
        size = sealed.outside(outer).size
    except Untrusted:
        size = 0  # only what has a size is sealed; nothing else comes into this state
    return SealedThing(outer.id, outer.section, outer.time, tuple(outer.audience.split()), size // 1024, ours)
