"""Which revisions of a document count."""

from typing import NamedTuple

from sqlmodel import Session, col, select

from internationale.rooms.documents.rows.shared import Revision


class Link(NamedTuple):
    """What of a revision decides whether it counts: the rest of the row may be long, and there may be thousands."""

    event: str
    base: str
    number: int
    epoch: int
    sequence: int


def counted(session: Session, document: str) -> list[str]:
    """The events of the revisions that count, first to latest: of several with one number on one base, the one that its log has
    first.

    Only the home section revises, so one log decides; two can only be there when two hands of one section wrote at once.
    """
    columns = (Revision.event, Revision.base, Revision.number, Revision.epoch, Revision.sequence)
    rows = session.exec(select(*columns).where(col(Revision.document) == document))  # type: ignore[call-overload]  # it knows four columns at most
    found: list[str] = []
    for row in sorted(map(Link._make, rows), key=lambda row: (row.number, row.epoch, row.sequence)):
        if row.number == len(found) + 1 and row.base == (found[-1] if found else ""):
            found.append(row.event)
    return found
