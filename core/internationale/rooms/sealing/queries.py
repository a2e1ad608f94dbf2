"""With whom something sealed was shared again."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from internationale.rooms.sealing.rows import ResharedRow


@dataclass(frozen=True)
class SharedAgain:
    """A section that was not among the first readers: ``by`` whom and when it was last shown something of it."""

    section: str
    by: str
    since: datetime


def shared_again(session: Session, subject: str, readers: tuple[str, ...]) -> tuple[SharedAgain, ...]:
    """The sections that were let in later, by code."""
    last: dict[str, ResharedRow] = {}
    for row in session.exec(select(ResharedRow).where(ResharedRow.subject == subject)):
        for code in set(row.readers.split()).difference(readers):
            if code not in last or _order(row) > _order(last[code]):
                last[code] = row
    return tuple(SharedAgain(code, last[code].section, last[code].said) for code in sorted(last))


def already_shown(session: Session, subject: str, section: str) -> frozenset[str]:
    """The originals, by ref, that this section was shown."""
    rows = session.exec(select(ResharedRow).where(ResharedRow.subject == subject))
    return frozenset(row.original for row in rows if section in row.readers.split())


def _order(row: ResharedRow) -> tuple[datetime, str, int, int]:
    return row.said, row.section, row.epoch, row.sequence
