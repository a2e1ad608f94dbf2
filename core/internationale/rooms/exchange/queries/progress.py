"""How far a first sync has come, or catching up after a long absence."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from internationale.ledger.tables import event
from internationale.rooms.roster.queries import ahead, latest, own_heads

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
    epochs = {entry.code: entry.epoch for entry in current.roster.sections}
    here = sum(head.sequence for code, head in own_heads(session).items() if epochs.get(code) == head.epoch)
    known = here + sum(gap.last - gap.first + 1 for gap in ahead(session, epochs))
    if known - here < NOTABLE:
        return None
    query = select(event.c.via).where(event.c.position.is_not(None), event.c.via != "").order_by(event.c.position.desc()).limit(1)
    return Progress(here, known, session.connection().execute(query).scalar() or "")
