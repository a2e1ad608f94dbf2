"""Statements of all sections, compiled once. SQLAlchemy keeps what it compiled for each engine, and a test has six of them."""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

from internationale.ledger.database import Database

_FIRST: dict[tuple[str, bool], Engine] = {}
"""By kind of database and whether it writes: the first engine, with whose dialect the others go on."""
_COMPILED: LRUCache[Any, Any] = LRUCache(10_000)


def compile_once(database: Database) -> None:
    """Have the engines of a database that nobody uses yet take what was compiled for others, and give what they compile."""
    for engine, writes in ((database.engine, True), (database.readers, False)):
        engine.dialect = _FIRST.setdefault((engine.dialect.name, writes), engine).dialect
        engine.update_execution_options(compiled_cache=_COMPILED)
