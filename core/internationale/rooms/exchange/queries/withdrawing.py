"""What sections have taken back."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.ledger import parts
from internationale.rooms.exchange.rows import Withdrawal

SHOWN = 200
"""How many are listed on a page, the latest first."""


@dataclass(frozen=True)
class TakenBack:
    """A message whose long texts nobody is to have any more. ``event``: the message that says so; ``reason``: a code."""

    target: str
    event: str
    section: str
    author: str | None
    reason: str
    time: datetime


def pages(session: Session) -> int:
    """How many pages there are of all of them; 1 where there is none."""
    return max(1, -(-withdrawals(session) // SHOWN))


def withdrawals(session: Session) -> int:
    """How many there are."""
    return session.exec(select(func.count()).select_from(Withdrawal)).one()


def taken_back(session: Session, target: str = "", page: int = 1) -> tuple[TakenBack, ...]:
    """A page of all of them, the latest first; or of those of one message, by its number. None beyond the last."""
    query = select(Withdrawal).order_by(col(Withdrawal.time).desc(), col(Withdrawal.event))
    some = query.limit(SHOWN).offset((max(page, 1) - 1) * SHOWN)
    rows = session.exec(some.where(Withdrawal.target == target) if target else some)
    return tuple(TakenBack(row.target, row.event, row.section, row.author, row.reason, row.time) for row in rows)


def taken_back_of(session: Session, ref: Ref) -> tuple[TakenBack, ...]:
    """Those of this very message, where another has the same number."""
    meant = ref in parts.taken_back(session.connection(), [Address(ref.section, ref.epoch, ref.sequence)])
    return taken_back(session, ref.event_id) if meant else ()
