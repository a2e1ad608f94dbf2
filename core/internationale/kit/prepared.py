"""Statements through which every event passes: compiled once, and given to the database's driver as they are.

For such a statement SQLite itself takes some five microseconds and SQLAlchemy's way to it fifty.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase

Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class _Compiled:
    """A statement for one kind of database, with what makes a driver's values of ours, and ours of a driver's.

    ``names``: its values in the order of the text; ``constants``: those that need not be given; ``binds`` and ``converts``: by
    the place of a value, or of a column of the result, what it has to go through.
    """

    text: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    binds: tuple[tuple[int, Convert], ...]
    positional: bool
    converts: tuple[tuple[int, Convert], ...]

    def bind(self, given: Mapping[str, Any]) -> Any:
        """The values as the driver wants them. Raises ``KeyError`` when one is missing."""
        if self.constants:
            given = {**self.constants, **given}
        values = [given[name] for name in self.names]
        for place, convert in self.binds:
            values[place] = convert(values[place])
        return values if self.positional else dict(zip(self.names, values, strict=True))

    def row(self, found: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row of the result."""
        if not self.converts:
            return found
        values = list(found)
        for place, convert in self.converts:
            values[place] = convert(values[place])
        return tuple(values)


class Prepared:
    """A query or an update whose values are ``bindparam``, or an insert of whole rows.

    Raises SQLAlchemy's ``DBAPIError``, which does not show the values.
    """

    def __init__(self, statement: Select[Any] | UpdateBase) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Run it once."""
        compiled = self._for(connection.dialect)
        _run(connection, compiled.text, compiled.bind(values))

    def run_all(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run it for each of these."""
        compiled = self._for(connection.dialect)
        _run(connection, compiled.text, [compiled.bind(values) for values in rows], many=True)

    def first(self, connection: Connection, values: Mapping[str, Any] = MappingProxyType({})) -> tuple[Any, ...] | None:
        """The first row of what is asked for; None when there is none."""
        compiled = self._for(connection.dialect)
        found = _run(connection, compiled.text, compiled.bind(values)).fetchone()
        return None if found is None else compiled.row(found)

    def all(self, connection: Connection, values: Mapping[str, Any] = MappingProxyType({})) -> list[tuple[Any, ...]]:
        """All rows of what is asked for."""
        compiled = self._for(connection.dialect)
        return [compiled.row(found) for found in _run(connection, compiled.text, compiled.bind(values)).fetchall()]

    def _for(self, dialect: Dialect) -> _Compiled:
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _compile(self._statement, dialect)
        return self._compiled[dialect.name]


def _run(connection: Connection, text: str, values: Any, *, many: bool = False) -> DBAPICursor:
    cursor = connection.connection.cursor()
    driver = connection.dialect.loaded_dbapi
    try:
        (cursor.executemany if many else cursor.execute)(text, values)
    except driver.Error as error:
        raise DBAPIError.instance(text, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect) from error
    return cursor


def _compile(statement: Select[Any] | UpdateBase, dialect: Dialect) -> _Compiled:
    keys = [column.key for column in statement.table.columns] if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    bound = {name: bind for bind, name in compiled.bind_names.items()}
    names = tuple(bound) if compiled.positiontup is None else tuple(compiled.positiontup)
    processors = [bound[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names]
    columns = statement.selected_columns if isinstance(statement, Select) else ()
    converts = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    return _Compiled(
        compiled.string,
        names,
        {name: bind.effective_value for name, bind in bound.items() if not bind.required},
        _placed(processors),
        compiled.positiontup is not None,
        _placed(converts),
    )


def _placed(converts: Iterable[Convert | None]) -> tuple[tuple[int, Convert], ...]:
    return tuple((place, convert) for place, convert in enumerate(converts) if convert is not None)
