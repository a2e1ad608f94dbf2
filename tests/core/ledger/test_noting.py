"""What is noted in passing keeps nobody from reading, and never hides a mistake."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from internationale.ledger import database
from internationale.ledger.noting import PAUSE, Noting

TABLE = text("CREATE TABLE seen (at INTEGER UNIQUE)")


def put(number: int) -> Callable[[Any], object]:
    return lambda session: session.execute(text(f"INSERT INTO seen VALUES ({number})"))


def test_while_the_database_is_in_trouble_it_is_left_out_and_soon_tried_again(tmp_path, caplog):
    opened = database.connect(f"sqlite:///{tmp_path / 'noting.db'}")
    with database.writing(opened) as session:
        session.execute(TABLE)
    at = 100.0
    noting = Noting(opened, lambda: at)

    def kept() -> list[int]:
        with database.reading(opened) as session:
            return [row[0] for row in session.execute(text("SELECT at FROM seen ORDER BY at"))]

    def refuse(_session: Any) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
        raise OperationalError("", None, error)

    noting.note(put(1))
    noting.note(lambda session: (put(2)(session), refuse(session)))
    at += PAUSE - 1
    noting.note(put(3))
    assert kept() == [1]
    assert [each.getMessage() for each in caplog.records] == [
        "something is not noted, reading goes on: OperationalError (SQLITE_FULL)"
    ]
    at += 1
    noting.note(put(4))
    assert kept() == [1, 4]
    opened.dispose()


def test_any_other_error_is_raised(tmp_path):
    opened = database.connect(f"sqlite:///{tmp_path / 'noting.db'}")
    with database.writing(opened) as session:
        session.execute(TABLE)
    noting = Noting(opened)
    noting.note(put(1))
    with pytest.raises(IntegrityError):
        noting.note(put(1))
    with pytest.raises(ZeroDivisionError):
        noting.note(lambda _session: 1 // 0)
    noting.note(put(2))
    opened.dispose()
