"""How often this section has signed something with this database, and when it did so last as one that has forgotten nothing.

Our heads that others keep tell nothing of that: they may be of a later night than the database. How often only ever rises, with
each transaction that says something and each time that heads are signed; the log itself may be cut. So who finds it lower than it
has been has another database before it: one that was put back.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from internationale.kit.prepared import Prepared
from internationale.ledger.tables import awake

_NOTE = Prepared(
    update(awake).values(at=bindparam("now", type_=awake.c.at.type), signings=awake.c.signings + 1).returning(awake.c.signings)
)
_SIGNINGS = Prepared(select(awake.c.signings))


def note(connection: Connection, now: datetime) -> int:
    """It signs something now. Returns how often it has, with this."""
    if rows := _NOTE.all(connection, {"now": now}):
        return int(rows[0][0])
    connection.execute(insert(awake).values(id=1, at=now, signings=1))
    return 1


def signings(connection: Connection) -> int:
    """How often it has."""
    row = _SIGNINGS.first(connection)
    return 0 if row is None else int(row[0])


def last(connection: Connection) -> datetime | None:
    """When it did so last; None: never, or before that was noted."""
    return connection.execute(select(awake.c.at)).scalar_one_or_none()
