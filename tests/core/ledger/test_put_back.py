"""A database that was put back says so until everybody has heard it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from internationale.kit.vocabulary import Restored
from internationale.ledger import database, reasons
from internationale.ledger.reasons import Lasting

from .conftest import House
from .older import older

WHEN, COPIED = datetime(2026, 5, 1, 12, tzinfo=UTC), datetime(2026, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("copied", [COPIED, None])
def test_it_says_so_once_and_when_it_was_copied(house: Callable[..., House], copied: datetime | None) -> None:
    home = house()
    with database.writing(home.database) as session:
        connection = session.connection()
        reasons.keep(connection, Lasting.BEHIND, WHEN)
        assert reasons.restored(connection) is None
        for _again in range(2):
            reasons.put_back(connection, WHEN, copied=copied)
        reasons.keep(connection, Lasting.BEHIND, WHEN)  # it is not forgotten with the reason
        assert reasons.restored(connection) == Restored(copied)
        reasons.heard(connection)
        assert reasons.restored(connection) is None


@pytest.mark.parametrize(("reason", "found"), [("restored", Restored(None)), ("behind", None)])
def test_a_backup_of_an_older_build_says_so_too(house: Callable[..., House], reason: str, found: Restored | None) -> None:
    home = house()
    with home.database.engine.begin() as connection:
        reasons.keep(connection, reason, WHEN)
        connection.exec_driver_sql("DROP TABLE ledger_restored")
        older(connection, "ledger_0009")
    home.restart()
    with database.reading(home.database) as session:
        assert reasons.restored(session.connection()) == found
