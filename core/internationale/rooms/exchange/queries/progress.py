"""How far a first sync has come, or catching up after a long absence."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from internationale.ledger.tables import event
from internationale.rooms.exchange import rules
from internationale.rooms.roster.queries import latest, own_heads, peers

NOTABLE = 50
"""How many events have to be missing before it is worth a word: a few are always on their way."""


@dataclass(frozen=True)
class Progress:
    """Of how many events that others have signed to hold how many are here; ``via``: from where the latest came."""

    here: int
    known: int
    via: str


def progress(session: Session) -> Progress | None:
    """None when nothing much is missing."""
    current = latest(session)
    if current is None:
        return None
    mine = own_heads(session)
    furthest = rules.newest([mine, *(said.heads for _heard, said in peers(session).values())])
    here = known = 0
    for entry in current.roster.sections:
        head, held = furthest.get(entry.code), mine.get(entry.code)
        if head is not None:
            known += head.sequence
            here += min(held.sequence, head.sequence) if held is not None and held.epoch == head.epoch else 0
    if known - here < NOTABLE:
        return None
    query = select(event.c.via).where(event.c.position.is_not(None), event.c.via != "").order_by(event.c.position.desc()).limit(1)
    return Progress(here, known, session.connection().execute(query).scalar() or "")
