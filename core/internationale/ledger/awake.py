"""How often this section has signed something with this database, and when it did so last as one that has forgotten nothing.

Our heads that others keep tell nothing of that: they may be of a later night than the database. How often only ever rises, with
each transaction that says something and each time that heads are signed; the log itself may be cut. Each signing has a mark that
is like no other, and the last ones are kept. So who does not find the last signing that it knows of has another database before
it: one that was put back, even if something was signed with that since.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, bindparam, func, insert, select, update

from internationale.kit.prepared import Prepared
from internationale.ledger.tables import awake

KEPT = 32
"""Marks of so many signings are kept: who knows of an earlier one cannot tell."""
_LENGTH = 8
_MARKS = func.substr(bindparam("mark", type_=Text) + " " + awake.c.marks, 1, KEPT * (_LENGTH + 1))
_NOTE = Prepared(
    update(awake)
    .values(at=bindparam("now", type_=awake.c.at.type), signings=awake.c.signings + 1, marks=_MARKS)
    .returning(awake.c.signings, awake.c.marks)
)
_RECENT = Prepared(select(awake.c.signings, awake.c.marks))


@dataclass(frozen=True)
class Signing:
    """One of them. ``number``: the first has 1; 0: none is known of."""

    number: int = 0
    mark: str = ""


@dataclass(frozen=True)
class Recent:
    """The last ones. ``number``: how many there were in all; ``marks``: of at most ``KEPT`` of them, the latest first."""

    number: int
    marks: tuple[str, ...]

    @property
    def last(self) -> Signing:
        """The latest."""
        return Signing(self.number, self.marks[0] if self.marks else "")

    def follow(self, known: Signing) -> bool:
        """Whether the database is the one with which this was signed, as far as that can be told."""
        since = self.number - known.number
        return since >= 0 and (since >= len(self.marks) or self.marks[since] == known.mark)


def note(connection: Connection, now: datetime) -> Recent:
    """It signs something now. Returns what there is with this."""
    mark = secrets.token_hex(_LENGTH // 2)
    if rows := _NOTE.all(connection, {"now": now, "mark": mark}):
        return _recent(*rows[0])
    connection.execute(insert(awake).values(id=1, at=now, signings=1, marks=mark))
    return Recent(1, (mark,))


def recent(connection: Connection) -> Recent:
    """The last signings."""
    row = _RECENT.first(connection)
    return Recent(0, ()) if row is None else _recent(*row)


def _recent(number: int, marks: str) -> Recent:
    return Recent(int(number), tuple(marks.split()))


def last(connection: Connection) -> datetime | None:
    """When it did so last; None: never, or before that was noted."""
    return connection.execute(select(awake.c.at)).scalar_one_or_none()
