"""When this database last signed heads, as one that has forgotten nothing.

Our heads that others keep tell nothing of that: they may be of a later night than the database.
"""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from internationale.ledger.tables import awake


def note(connection: Connection, now: datetime) -> None:
    """It signs some now."""
    if connection.execute(update(awake).values(at=now)).rowcount == 0:
        connection.execute(insert(awake).values(at=now))


def last(connection: Connection) -> datetime | None:
    """When it did so last; None: never, or before that was noted."""
    return connection.execute(select(awake.c.at)).scalar_one_or_none()
