"""A database that only reads for a moment, and a value that it can never store: the first comes again, the second does not."""

import sqlite3
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from internationale.ledger import database
from internationale.ledger.outages import account, outage
from internationale.testing import carrying
from internationale.testing.people import speaker

LATER = ("08006", "25006", "25P03", "26000", "28P01", "3D000", "40001", "40P01", "42501", "42P05", "53100", "53200")
LATER = (*LATER, "53300", "55P03", "57014", "57P01", "57P03", "58030", "72000", "F0000", "XX001", "XX002")
NEVER = ("0A000", "22001", "22003", "22021", "23505", "25P02", "42601", "42P01", "54000", "54001", "XX000")
SQLITE_LATER = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
SQLITE_LATER = {*SQLITE_LATER, sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH}
SQLITE_NEVER = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_MISMATCH}


def raised(orig: Exception, base: type[Exception]) -> DBAPIError:
    made = DBAPIError.instance("", None, orig, base)
    assert isinstance(made, DBAPIError)
    return made


def of_sqlite(code: int, kind: type[sqlite3.Error]) -> DBAPIError:
    error = kind()
    error.sqlite_errorcode = code
    return raised(error, sqlite3.Error)


@pytest.mark.parametrize("state", [*LATER, *NEVER])
def test_what_postgresql_means(state: str):
    error = raised(psycopg.errors.lookup(state)(), psycopg.Error)
    assert outage(error) is (error if state in LATER else None)


@pytest.mark.parametrize(
    ("state", "file", "later"),
    [
        ("54000", "varsup.c", True),
        ("54000", "multixact.c", True),
        ("54000", "../src/backend/access/transam/varsup.c", True),
        ("54000", "nbtutils.c", False),
        ("54000", None, False),
        ("22023", "varsup.c", False),
    ],
)
def test_no_more_numbers_for_transactions_are_told_from_a_value_too_long_by_where_they_are_refused(state, file, later):
    """PostgreSQL says 54000 of both, and the rest in its own language."""

    class Refused(psycopg.errors.lookup(state)):  # type: ignore[misc]
        diag = SimpleNamespace(source_file=file)

    error = raised(Refused(), psycopg.Error)
    assert outage(error) is (error if later else None)


def test_a_lost_connection_has_no_code_and_is_an_outage():
    for kind in (psycopg.OperationalError, psycopg.InterfaceError):
        error = raised(kind("the connection is lost"), psycopg.Error)
        assert outage(error) is error


@pytest.mark.parametrize("code", sorted(SQLITE_LATER | SQLITE_NEVER))
@pytest.mark.parametrize("kind", [sqlite3.OperationalError, sqlite3.DatabaseError])
def test_what_sqlite_means(code: int, kind: type[sqlite3.Error]):
    error = of_sqlite(code, kind)
    assert outage(error) is (error if code in SQLITE_LATER else None)


def test_what_comes_while_the_database_only_reads_comes_again(federation):
    ic, fr = federation("ic", "fr")
    with fr.writing() as session:
        fr.documents.open(
            session, kind="programme", language="fr", title="H", text="# A\n\nB.\n", audience="international", by=speaker(fr)
        )
    said = carrying.said(fr)
    on = True

    def only_read(begun: Any) -> None:
        if ic.database.engine.dialect.name == "sqlite":
            begun.connection.cursor().execute(f"PRAGMA query_only={'ON' if on else 'OFF'}")
        elif on:
            begun.execute(text("SET TRANSACTION READ ONLY"))

    event.listen(ic.database.engine, "begin", only_read)
    for _ in range(2):
        with pytest.raises(DBAPIError) as caught:
            ic.accept(said)
        assert outage(caught.value) is caught.value
    on = False
    assert ic.accept(said) == ["applied"]


def test_a_value_that_no_index_has_room_for_is_no_outage(federation):
    """SQLite has room for any."""
    (ic,) = federation("ic")
    if ic.database.engine.dialect.name == "sqlite":
        with database.writing(ic.database) as session:
            assert session.connection().execute(text("INSERT INTO ledger_identity SELECT hex(randomblob(3200))")).rowcount == 1
        return
    long = text("INSERT INTO ledger_identity SELECT string_agg(md5(i::text), '') FROM generate_series(1, 200) AS i")
    with database.writing(ic.database) as session, pytest.raises(DBAPIError, match="index row") as caught:
        session.connection().execute(long)
    assert (outage(caught.value), database.trouble(caught.value, ic.settings.database)) == (None, None)


def test_an_error_that_came_of_itself_is_looked_through_once():
    """One that a connection keeps and raises again, while another is dealt with that came of it."""
    kept, other = ConnectionError("kept"), ValueError("other")
    kept.__context__, other.__context__ = other, kept
    assert outage(kept) is None
    assert account(kept).split() == ["ConnectionError", "ValueError"]
    other.__cause__ = found = raised(psycopg.errors.DiskFull(), psycopg.Error)
    assert outage(kept) is found
    assert account(kept) == "OperationalError (53100)"
