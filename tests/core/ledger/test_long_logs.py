"""What a long log costs: for each event as much as a short one. Counted in SQLite's instructions; neighbours change nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from internationale.ledger import database

from .conftest import NOW, TALK, Author, House

EVERY = 10
"""SQLite is asked after so many instructions."""
SHORT, LONG = 500, 2_500


class Work:
    """Counts the instructions that SQLite carries out for a house."""

    def __init__(self, home: House) -> None:
        self.count = 0
        for engine in (home.database.engine, home.database.readers):
            event.listen(engine, "begin", self._watch)

    def of(self, what: Callable[[], object]) -> int:
        self.count = 0
        what()
        return self.count

    def _watch(self, connection) -> None:
        connection.connection.dbapi_connection.set_progress_handler(self._more, EVERY)

    def _more(self) -> int:
        self.count += EVERY
        return 0


def replayed(home: House) -> None:
    with database.writing(home.database) as session:
        home.ledger.replay_all(session, NOW)


def one_page(home: House) -> None:
    assert len(home.read(lambda session: home.ledger.applied_after(session, home.vocabulary, SHORT // 2, 50))) == 50


@pytest.fixture
def grown(tmp_path):
    """A log that is short at first, and then long; with what a question costs each time."""
    author = Author("fr")
    home = House(f"sqlite:///{tmp_path / 'long'}.db", author)
    work = Work(home)

    def measured(what: Callable[[House], object]) -> list[int]:
        found = []
        for length in (SHORT, LONG):
            while (held := home.head("fr")) < length:
                home.accept(*(author.say(str(number)) for number in range(held, min(length, held + 500))))
            found.append(work.of(lambda: what(home)))
        return found

    yield measured
    home.database.dispose()


def test_all_rows_made_anew(grown):
    short, long = grown(replayed)
    assert long / LONG < short / SHORT * 1.2


def test_some_rows_made_anew(grown):
    def away(home: House) -> None:
        home.restart(projections=())
        assert home.restart(projections=(TALK,)) == ["talk"]

    short, long = grown(away)
    assert long / LONG < short / SHORT * 1.2


def test_a_page_of_what_was_applied(grown):
    short, long = grown(one_page)
    assert long < short * 1.2


def test_a_start_with_nothing_to_do(grown):
    short, long = grown(House.restart)
    assert long < short * 1.2


def test_a_large_transaction_leaves_the_disk_as_full_as_a_small_one(tmp_path):
    opened = database.connect(f"sqlite:///{tmp_path / 'large.db'}")
    with database.writing(opened) as session:
        session.connection().exec_driver_sql(f"CREATE TABLE large AS SELECT zeroblob({2 * database.WAL_BYTES}) AS content")
    with database.writing(opened) as session:
        session.connection().exec_driver_sql("CREATE TABLE small (content)")
    assert (tmp_path / "large.db-wal").stat().st_size <= database.WAL_BYTES
    opened.dispose()
