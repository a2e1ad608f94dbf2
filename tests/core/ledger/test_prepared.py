"""Prepared statements say and refuse what SQLAlchemy's own execution would."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from internationale.kit import new_row
from internationale.kit.prepared import Prepared
from internationale.ledger import database, tables
from internationale.testing.notes import NoteRow

WHEN = datetime(2026, 5, 1, 12, tzinfo=UTC)
OF_NAME = select(tables.cursor).where(tables.cursor.c.hub == bindparam("hub"))


def cursor(number: int) -> dict[str, object]:
    return {column.key: number if column.key in ("epoch", "sequence") else f"hub {number}" for column in tables.cursor.columns}


def test_rows_come_back_as_sqlalchemy_would_give_them(house):
    home = house()
    query = Prepared(select(tables.fence).order_by(tables.fence.c.since))
    with database.writing(home.database) as session:
        connection = session.connection()
        Prepared(insert(tables.fence)).run(connection, {"reason": "restored", "since": WHEN})
        assert query.all(connection) == list(connection.execute(select(tables.fence))) == [("restored", WHEN)]
        assert query.first(connection) == ("restored", WHEN)


def test_many_rows_and_a_value_that_is_missing(house):
    home = house()
    put, get = Prepared(insert(tables.cursor)), Prepared(OF_NAME)
    with database.writing(home.database) as session:
        connection = session.connection()
        put.run_all(connection, map(cursor, range(3)))
        assert get.first(connection, {"hub": "hub 2"}) == tuple(cursor(2).values())
        assert get.first(connection, {"hub": "elsewhere"}) is None
        with pytest.raises(KeyError, match="hub"):
            get.first(connection, {})


def test_what_the_driver_refuses_is_sqlalchemys_error_and_shows_no_values(house):
    home = house()
    put = Prepared(insert(tables.cursor))
    with pytest.raises(IntegrityError) as refused, database.writing(home.database) as session:
        put.run_all(session.connection(), [cursor(1), cursor(1)])
    assert "hub 1" not in str(refused.value).partition("DETAIL")[0]
    with database.reading(home.database) as session:
        assert Prepared(OF_NAME).first(session.connection(), {"hub": "hub 1"}) is None


def test_a_new_row_has_the_defaults_of_its_fields(house):
    home = house()
    with database.writing(home.database) as session:
        NoteRow.metadata.create_all(session.connection())
        new_row(session, NoteRow, section="fr", sequence=1, text="Bread", at=WHEN, unknown="ignored")
        [row] = session.exec(select(NoteRow)).scalars()
        assert row == NoteRow(section="fr", sequence=1, text="Bread", at=row.at, answers="", size=0, epoch=1)
        with pytest.raises(KeyError, match="text"):
            new_row(session, NoteRow, section="fr", sequence=2, at=WHEN)
