"""Something done between two moments of a request, for certain: races without sleeping and hoping."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from sqlalchemy import Connection

from internationale.ledger.database import Database
from internationale.section import Section


@contextmanager
def before_writing(section: Section, deed: Callable[[], object], *, turn: int = 1) -> Iterator[list[object]]:
    """Have ``deed`` done before the section's next transaction begins, by whoever is about to begin it; ``turn``: not the next,
    but the one after that many less one. Its own transactions do not count. Yields what it returned, once it was done.
    """
    begin, left, done = Database.writer, turn, list[object]()

    @contextmanager
    def writer(database: Database) -> Iterator[Connection]:
        nonlocal left
        if database is section.database and left:
            left -= 1
            if not left:
                done.append(deed())
        with begin(database) as connection:
            yield connection

    with patch.object(Database, "writer", writer):
        yield done
    assert done, "there was no such transaction"
