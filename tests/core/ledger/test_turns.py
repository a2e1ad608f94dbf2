"""The writers of one process wait for each other in a queue."""

import pytest
from sqlalchemy.exc import OperationalError

from internationale.ledger import database


def test_a_writer_gives_its_turn_on_also_when_it_fails(tmp_path):
    opened = database.connect(f"sqlite:///{tmp_path / 'turns.db'}")
    with database.writing(opened), database.reading(opened):
        assert opened.queue.locked()
    assert not opened.queue.locked()
    with pytest.raises(ZeroDivisionError), database.writing(opened):
        _ = 1 // 0
    assert not opened.queue.locked()
    opened.dispose()


def test_whoever_has_waited_too_long_hears_it_from_the_database(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE_MS", 20)
    opened = database.connect(f"sqlite:///{tmp_path / 'turns.db'}")
    with database.writing(opened):
        with pytest.raises(OperationalError, match="locked"), database.writing(opened):
            pass
        assert opened.queue.locked(), "the turn is still the first one's"
    assert not opened.queue.locked()
    opened.dispose()
