"""What the room keeps of a person at home: for their export, and when they leave."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from internationale.rooms.documents.queries.private import CARRIED
from internationale.rooms.documents.rows.private import Debate, Motion, Private


def kept(session: Session, account: str) -> dict[str, Any] | None:
    """Their contributions, their proposals and their answers to others' proposals, each the earliest first; None: nothing."""
    said = session.exec(select(Debate).where(Debate.account == account).order_by(col(Debate.written), col(Debate.id)))
    moved = session.exec(select(Motion).where(Motion.account == account).order_by(col(Motion.written), col(Motion.id)))
    answered = session.exec(select(Motion).where(Motion.answerer == account).order_by(col(Motion.answered), col(Motion.id)))
    found = {
        "contributions": [_plain(row, {"account"}) for row in said],
        "proposals": [_plain(row, {"account", "answer", "answered_by", "answerer", *_not_yet(row)}) for row in moved],
        "answers": [_plain(row, {"id", "document", "state", "answer", "answered"}, only=True) for row in answered],
    }
    return found if any(found.values()) else None


def forget(session: Session, account: str) -> None:
    """Others have answered what this person said, so the words stay, as a former member's; the person goes."""
    nobody = {"account": "", "handle": ""}
    session.execute(update(Debate).where(col(Debate.account) == account).values(nobody))
    session.execute(update(Motion).where(col(Motion.account) == account).values(nobody))
    session.execute(update(Motion).where(col(Motion.answerer) == account).values(answerer=None, answered_by=""))


def _not_yet(row: Motion) -> set[str]:
    """What means nothing yet: the id of an amendment that nobody has sent."""
    return set() if row.state == CARRIED else {"amendment"}


def _plain(row: Private, fields: set[str], *, only: bool = False) -> dict[str, Any]:
    values = row.model_dump(include=fields) if only else row.model_dump(exclude=fields)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
