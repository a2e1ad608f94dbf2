"""What is logged again and again: a stranger must not be able to fill the disk with it, nor have it drown what matters."""

import logging
import time
from collections.abc import Callable
from threading import Lock

MOST, WITHIN = 100, 60.0
"""So many times the same sentence is written within so many seconds, whatever is filled in."""
SENTENCES = 1000
"""More than there are; they are counted anew when there are more."""


class Seldom(logging.Filter):
    """Leaves out of a log what stands there often enough, and says so. May be used by several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = Lock()
        self._each: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is written. The last one tells that no more are, and the first after that how many were not."""
        number, left_out = self._count((record.name, str(record.msg)))
        if left_out:
            record.msg, record.args = f"{record.getMessage()} (and {left_out} times more before that)", None
        elif number == MOST:
            record.msg, record.args = f"{record.getMessage()} (more of these are left out for a minute)", None
        return number <= MOST

    def _count(self, sentence: tuple[str, str]) -> tuple[int, int]:
        """Which of its time it is, and how many were left out of the time before, where it is the first."""
        with self._lock:
            now = self._clock()
            if sentence not in self._each and len(self._each) >= SENTENCES:
                self._each.clear()
            since, count = self._each.get(sentence, (now, 0))
            over = now - since >= WITHIN
            number = 1 if over else count + 1
            self._each[sentence] = now if over else since, number
        return number, max(count - MOST, 0) if over else 0
