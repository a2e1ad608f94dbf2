"""What sections have taken back."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.ledger import parts
from internationale.rooms.exchange.rows import Withdrawal

SHOWN = 200
"""How many are listed, the latest first."""


@dataclass(frozen=True)
class TakenBack:
    """A message whose long texts nobody is to have any more. ``event``: the message that says so; ``reason``: a code."""

    target: str
    event: str
    section: str
    author: str | None
    reason: str
    time: datetime


def taken_back(session: Session, target: str = "") -> tuple[TakenBack, ...]:
    """All of them, the latest first; or those of one message, by its number."""
    query = select(Withdrawal).order_by(col(Withdrawal.time).desc(), col(Withdrawal.event)).limit(SHOWN)
    rows = session.exec(query.where(Withdrawal.target == target) if target else query)
    return tuple(TakenBack(row.target, row.event, row.section, row.author, row.reason, row.time) for row in rows)


def taken_back_of(session: Session, ref: Ref) -> tuple[TakenBack, ...]:
    """Those of this very message, where another has the same number."""
    meant = ref in parts.taken_back(session.connection(), [Address(ref.section, ref.epoch, ref.sequence)])
    return taken_back(session, ref.event_id) if meant else ()
