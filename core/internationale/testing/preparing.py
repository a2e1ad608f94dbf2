"""Making a section's tables, on which most of the time of many a test was spent: once with Alembic, and then only repeated."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, inspect

from internationale.section import Section

_PREPARED: dict[Hashable, tuple[tuple[str, Any], ...]] = {}
"""By kind of database, lineages and projections: the statements that make all tables."""


def prepare(section: Section) -> None:
    """``Section.prepare``. What that does to an empty database is noted once, and done again without Alembic."""
    engine = section.database.engine
    projections = tuple((each.name, each.version, tuple(each.tables)) for each in section.ledger.projections)
    key = (engine.dialect.name, tuple(section.plugins.folders("migrations").items()), projections)
    with engine.begin() as connection:
        empty = not inspect(connection).get_table_names()
        for statement, parameters in _PREPARED.get(key, ()) if empty else ():
            connection.exec_driver_sql(statement, parameters)
    if not empty or key in _PREPARED:
        section.prepare()
        return
    with _noting(engine) as done:
        section.prepare()
    _PREPARED[key] = tuple(done)


@contextmanager
def _noting(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements with which a database is changed in this block."""
    done: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: bool) -> None:
        if not statement.lstrip().startswith(("SELECT", "PRAGMA", "SET", "INSERT INTO roster_secret")):  # each has its own
            done.append((statement, parameters))

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield done
    finally:
        event.remove(engine, "after_cursor_execute", note)
