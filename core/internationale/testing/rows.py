"""Comparing what is in the tables: live rows with replayed rows, one instance with another."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table, select
from sqlmodel import Session

from internationale.kit.vocabulary import Projection


def dump(session: Session, projections: Iterable[Projection]) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of these projections' tables, by table name, in an order that depends on the rows alone."""
    tables = sorted({_table(model) for projection in projections for model in projection.tables}, key=lambda table: table.name)
    return {table.name: sorted((tuple(row) for row in session.connection().execute(select(table))), key=repr) for table in tables}


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table
