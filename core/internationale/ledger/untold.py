"""Which plugins have not heard yet that the database was put back: those that were off, or broken, when the rest were told.

What they keep may be of use again to somebody who was shut out since; so they hear of it when they are on again.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from internationale.kit.vocabulary import Restored
from internationale.ledger import awake
from internationale.ledger.tables import mark

_PREFIX = "restored, untold: "
_TOLD = "restored, told"
"""The mark of how often something had been signed when that was told last."""
_UNKNOWN = -1
"""Where nobody knows when the copy was made; else microseconds since 1970."""
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


def of(connection: Connection) -> Mapping[str, Restored]:
    """What each has not heard, by its name."""
    found = connection.execute(select(mark.c.name, mark.c.position).where(mark.c.name.startswith(_PREFIX))).all()
    return {name.removeprefix(_PREFIX): Restored(_moment(position)) for name, position in found}


def keep(connection: Connection, names: Collection[str], restored: Restored) -> None:
    """These have not heard it."""
    clear(connection, names)
    position = _UNKNOWN if restored.copied is None else (restored.copied - _BEGIN) // timedelta(microseconds=1)
    if rows := [{"name": _PREFIX + name, "position": position} for name in sorted(names)]:
        connection.execute(insert(mark), rows)


def clear(connection: Connection, names: Collection[str]) -> None:
    """These have heard everything."""
    connection.execute(delete(mark).where(mark.c.name.in_([_PREFIX + name for name in names])))


def told(connection: Connection) -> None:
    """Everybody has heard that the database was put back, or is noted not to have."""
    connection.execute(delete(mark).where(mark.c.name == _TOLD))
    connection.execute(insert(mark), {"name": _TOLD, "position": awake.recent(connection).number})


def is_news(connection: Connection) -> bool:
    """Whether something was signed with this database since that was told last: to one with which nothing was, as a new one is,
    it cannot have happened.
    """
    number = awake.recent(connection).number
    return number > 0 and connection.execute(select(mark.c.position).where(mark.c.name == _TOLD)).scalar() != number


def _moment(position: int) -> datetime | None:
    return None if position == _UNKNOWN else _BEGIN + timedelta(microseconds=position)
