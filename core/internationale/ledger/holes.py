"""Where numbers are missing in what is parked of a log."""

from sqlalchemy import Connection, func, or_, select

from internationale.ledger.heads import Head
from internationale.ledger.tables import parked


def jumps(connection: Connection, log: Head) -> list[tuple[int, int]]:
    """The first number that is parked, and each before which another is missing: with the one that is parked before it, or the
    end of the log. Only before its cut. Very many may be parked: they are not read, and there are few holes (see ``Parking``).
    """
    here = (parked.c.section == log.section) & (parked.c.epoch == log.epoch)
    if log.cut is not None:
        here &= parked.c.sequence < log.cut
    before = func.lag(parked.c.sequence).over(order_by=parked.c.sequence).label("before")
    place = select(before, parked.c.sequence).where(here).subquery().c
    query = select(func.coalesce(place.before, log.sequence), place.sequence).order_by(place.sequence)
    missing = or_(place.before.is_(None), place.sequence > place.before + 1)
    return [(last, number) for last, number in connection.execute(query.where(missing))]
