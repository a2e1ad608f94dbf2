"""Reading what was said, by address: within a section, in the order in which it said it (open calls first).

Pages ask for it at every turn: so as prepared queries and plain rows, not as objects that could be changed.
"""

from collections import defaultdict, namedtuple
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, inspect, select, tuple_
from sqlmodel import Session

from internationale.kit.prepared import Prepared
from internationale_actions.rows import Call, Closing, Commitment, Report, Said, Withdrawal

Row = Any
"""A named tuple with the columns of its table."""
Rows = Sequence[Row]


def about(session: Session, table: type[Said], action: str) -> Rows:
    """What was said under one action's id."""
    return [*map(_row(table)._make, _query(table, "action").all(session.connection(), {"action": action}))]


def every(session: Session, table: type[Said], *, section: str | None = None) -> Rows:
    """What was said about every action; by all sections, or by one."""
    query = _query(table) if section is None else _query(table, "section")
    return [*map(_row(table)._make, query.all(session.connection(), {"section": section}))]


def grouped(rows: Rows, by: str) -> Mapping[str, Rows]:
    """Rows by one of their columns, in the order in which they are."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[getattr(row, by)].append(row)
    return found


def standing(session: Session, action: str, section: str) -> tuple[Row, str | None, bool, bool] | None:
    """The call that counts under this id, the ref of the section's commitment that holds, whether the section has reported, and
    whether the action is closed; None without a call.
    """
    found = _standing().first(session.connection(), {"action": action, "section": section})
    if found is None:
        return None
    *call, current, reported, closed = found
    return _row(Call)._make(call), current, reported, closed


@cache
def _standing() -> Prepared:
    calls, plans, withdrawals, reports, closings = (
        inspect(table).local_table.c for table in (Call, Commitment, Withdrawal, Report, Closing)
    )

    def ours(columns: Any, call: ColumnElement[str]) -> ColumnElement[bool]:
        return and_(columns.call == call, columns.section == bindparam("section"))

    taken_back = exists().where(
        ours(withdrawals, plans.call), tuple_(withdrawals.epoch, withdrawals.sequence) > tuple_(plans.epoch, plans.sequence)
    )
    current = select(plans.ref).where(ours(plans, calls.ref), ~taken_back)
    current = current.order_by(plans.epoch.desc(), plans.sequence.desc()).limit(1)
    closed = exists().where(closings.call == calls.ref)
    query = select(*calls, current.scalar_subquery(), exists().where(ours(reports, calls.ref)), closed)
    return Prepared(query.where(calls.action == bindparam("action")).order_by(*_order(calls)).limit(1))


@cache
def _row(table: type[Said]) -> Any:
    return namedtuple(table.__name__, inspect(table).local_table.c.keys())  # its columns are known to the table


@cache
def _query(table: type[Said], by: str | None = None) -> Prepared:
    columns = inspect(table).local_table.c
    query = select(*columns).order_by(*_order(columns))
    return Prepared(query if by is None else query.where(columns[by] == bindparam(by)))


def _order(columns: Any) -> Sequence[ColumnElement[Any]]:
    """By address; of calls the open ones before the sealed ones, or an id would be another's for whoever can open those."""
    sealed = [columns.sealed] if "sealed" in columns else []
    return [columns.section, *sealed, columns.epoch, columns.sequence]
