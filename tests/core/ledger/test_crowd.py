"""Writers wait for each other: a few of them for long, so that threads are left for who only reads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from sqlalchemy.exc import TimeoutError as WaitedTooLong

from internationale.ledger import database
from internationale.ledger.outages import outage


def test_where_many_wait_for_their_turn_to_write_another_does_not_wait_for_long(
    fresh_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CROWD", 3)
    monkeypatch.setattr(database, "BRIEF", 0.05)
    base = database.connect(fresh_database())

    def write() -> str:
        with database.writing(base):
            return "written"

    with ThreadPoolExecutor(3) as threads:
        with base.queue:  # as in a long transaction
            waiting = [threads.submit(write) for _ in range(3)]
            while base.patient._value:
                sleep(0.01)
            for _ in range(2):
                with pytest.raises(WaitedTooLong) as told:
                    write()
                assert outage(told.value) is told.value
            assert not any(each.done() for each in waiting)
        assert [each.result() for each in waiting] == ["written"] * 3
    assert write() == "written"
    base.dispose()
