"""How often all rows may be made anew because texts were taken back, or somebody has signed two events under one number: a
section could keep everybody busy with nothing else.

A word of a hundred bytes sets everybody to making all rows anew, which takes minutes where there are millions of events. The
first time is at once; after one that took long the next has to wait for a multiple of that, and is for all that came meanwhile.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONG = 1.0
"""Seconds that it may take without a pause after it."""
SHARE = 20
"""The pause, in times of what it took: so at most a twentieth of the time goes into it."""


class Pace:
    """Remembers how long it took the last time, in this process. ``clock``: seconds, never going back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._free = clock()

    @property
    def due(self) -> bool:
        """Whether the pause after the last time is over."""
        return self._clock() >= self._free

    @contextmanager
    def measured(self) -> Iterator[None]:
        """The making anew itself."""
        began = self._clock()
        yield
        ended = self._clock()
        took = ended - began
        self._free = ended + (SHARE * took if took > LONG else 0.0)
