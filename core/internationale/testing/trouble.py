"""Databases in trouble."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import event, text

from internationale.section import Section


@contextmanager
def only_read(section: Section) -> Iterator[None]:
    """It can be read, and not written: another writes to SQLite and never ends, PostgreSQL is a standby after a fail-over."""

    def begun(connection: Any) -> None:
        if section.database.engine.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA busy_timeout=1")
        else:
            connection.execute(text("SET TRANSACTION READ ONLY"))

    event.listen(section.database.engine, "begin", begun)
    if section.database.engine.dialect.name == "sqlite":
        with section.writing():
            pass
        with closing(sqlite3.connect(section.settings.home / "section.db", isolation_level=None)) as another:
            another.execute("BEGIN IMMEDIATE")
            yield
    else:
        yield
    event.remove(section.database.engine, "begin", begun)
