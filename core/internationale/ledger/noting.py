"""What is noted in passing, for somebody who only reads: when they were last seen, that they took a file.

Nobody is kept from reading because this cannot be written down. While the database itself is in trouble (it is full, it can
only be read, another holds it) the note is left out, and the log says so; the next time that somebody reads it is due again.
"""

import logging
import time
from collections.abc import Callable

from sqlmodel import Session

from internationale.ledger import database
from internationale.ledger.database import Database
from internationale.ledger.outages import account, outage

_log = logging.getLogger(__name__)

PAUSE = 60.0
"""Seconds without another try after one that failed: each may have to wait for the database, and somebody for it."""


class Noting:
    """Notes of one section. ``clock``: seconds, never going back."""

    def __init__(self, where: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = where
        self._clock = clock
        self._free = clock()

    def note(self, write: Callable[[Session], object]) -> bool:
        """Have something written in a transaction of its own, if that can be. Whether it was. Raises what is no trouble of the
        database.
        """
        if self._clock() < self._free:
            return False
        try:
            with database.writing(self._database) as session:
                write(session)
        except Exception as error:
            if outage(error) is None:
                raise
            self._free = self._clock() + PAUSE
            _log.warning("something is not noted, reading goes on: %s", account(error))
            return False
        return True
