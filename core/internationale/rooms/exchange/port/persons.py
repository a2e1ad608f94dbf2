"""What the room keeps of a person: what they wrote and nobody has released, what they decided; and when they leave."""

from typing import Any

from sqlmodel import Session, col, select, update

from internationale.rooms.exchange import queries
from internationale.rooms.exchange.rows import HeldRow


def kept(session: Session, account: str) -> dict[str, Any] | None:
    """What they wrote that waits or was rejected, and their decisions on what others wrote; None: nothing."""
    written = [
        {
            "written": held.written.isoformat(),
            "state": held.state,
            "reason": held.reason,
            "messages": [{"type": message.type, "data": message.data, "texts": list(message.texts)} for message in held.messages],
        }
        for held in queries.held_of(session, account)
    ]
    rows = session.exec(select(HeldRow).where(HeldRow.decider == account).order_by(col(HeldRow.decided_at), col(HeldRow.id)))
    decided = [
        {"state": row.state, "reason": row.reason, "decided": row.decided_at.isoformat() if row.decided_at else ""}
        for row in rows
    ]
    return {"written": written, "decided": decided} if written or decided else None


def forget(session: Session, account: str) -> None:
    """What nobody released goes with them; what was said is the section's."""
    for row in session.exec(select(HeldRow).where(HeldRow.account == account)).all():
        for part in queries.held_part_rows(session, row.id):
            session.delete(part)
        if row.state == "released":
            row.account, row.handle = "", ""
        else:
            session.delete(row)
    session.execute(update(HeldRow).where(col(HeldRow.decider) == account).values(decider=None, decider_handle=""))
