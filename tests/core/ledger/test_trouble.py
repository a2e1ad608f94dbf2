"""When the database itself is in trouble, and when several bring the same at once: nothing half done, nothing blamed wrongly."""

import sqlite3
import threading
from collections import Counter
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import event
from sqlalchemy.exc import InvalidRequestError, OperationalError

from internationale.ledger import database
from internationale.ledger.outages import outage

from .conftest import Author, House


def test_a_full_disk_fails_the_batch_and_no_event(tmp_path, fr: Author):
    # on SQLite whatever the others run on: it can be told that its disk is full
    home = House(f"sqlite:///{tmp_path / 'full'}.db", fr)
    home.accept(fr.say("before"))
    batch = [fr.say("x" * 100_000) for _ in range(20)]
    limit = 120

    def fill(connection) -> None:
        connection.connection.cursor().execute(f"PRAGMA max_page_count={limit}")

    event.listen(home.database.engine, "begin", fill)
    with pytest.raises(OperationalError, match="full"):
        home.accept(*batch)
    assert (home.head("fr"), home.states()) == (1, {"fr:1:1": ("applied", "")})
    limit = 1_000_000
    assert home.accept(*batch) == ["applied"] * 20
    home.database.dispose()


def test_who_finds_the_database_locked_hears_so_and_goes_on_afterwards(tmp_path, fr: Author):
    home = House(f"sqlite:///{tmp_path / 'locked.db'}", fr)
    home.accept(fr.say("before"))
    event.listen(home.database.engine, "begin", lambda begun: begun.connection.cursor().execute("PRAGMA busy_timeout=1"))
    after = fr.say("after")
    with closing(sqlite3.connect(tmp_path / "locked.db", isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        for _ in range(2):
            with pytest.raises(OperationalError, match="locked"):
                home.accept(after)
    assert home.accept(after) == ["applied"]
    home.database.dispose()


def test_the_same_batch_from_two_hubs_at_once_counts_once(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    batch = [fr.say(str(number)) for number in range(30)] + [ar.say(str(number)) for number in range(30)]
    outcomes: Counter[str] = Counter()

    def bring() -> None:
        for start in range(0, 60, 7):
            outcomes.update(home.accept(*batch[start : start + 7]))

    hubs = [threading.Thread(target=bring) for _ in range(3)]
    for hub in hubs:
        hub.start()
    for hub in hubs:
        hub.join()
    assert outcomes == {"applied": 60, "duplicate": 120}
    assert home.rows() == home.replayed()


def test_who_reads_may_write_meanwhile_however_many_do(house, fr: Author):
    home: House = house(fr)
    with ExitStack() as readers:
        for _ in range(20):
            readers.enter_context(database.reading(home.database)).connection()
        with database.writing(home.database) as session:
            assert session.connection().exec_driver_sql("SELECT 1").scalar() == 1


def test_a_session_is_of_no_use_after_its_end(house, fr: Author):
    home: House = house(fr)
    for door in (database.reading, database.writing):
        with door(home.database) as session:
            pass
        with pytest.raises(InvalidRequestError):
            session.connection()


def test_outages_are_told_from_mistakes(house, fr: Author):
    home: House = house(fr)
    with pytest.raises(Exception, match="no_such_table") as caught, database.reading(home.database) as session:
        session.connection().exec_driver_sql("SELECT * FROM no_such_table")
    assert outage(caught.value) is None
    assert outage(ValueError()) is None
    trouble = MemoryError()
    mistake = ValueError()
    mistake.__context__ = trouble
    assert outage(mistake) is trouble
