"""Whether rows are still there of what does not count any more, and what it had shown: until all rows are made anew (see
``pacing``). One row says so, since every page asks.
"""

from sqlalchemy import Connection, bindparam, delete, insert, select

from internationale.kit.prepared import Prepared
from internationale.ledger.tables import mark

_NAME = "rows remain"
_THERE = Prepared(select(mark.c.position).where(mark.c.name == bindparam("name")))


def remain(connection: Connection) -> bool:
    """Whether they are."""
    return _THERE.first(connection, {"name": _NAME}) is not None


def note(connection: Connection) -> None:
    """They are from now on."""
    if not remain(connection):
        connection.execute(insert(mark), {"name": _NAME, "position": 0})


def clear(connection: Connection) -> None:
    """All rows were made anew."""
    connection.execute(delete(mark).where(mark.c.name == _NAME))
