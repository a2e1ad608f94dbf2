"""When the others are asked how far our log goes, and for how long they are waited for: by a clock that nobody sets, for where a
machine was put back its own is set just then.

That a hub answers says nothing of the others: it may stand beside this section, whose line to all the rest comes later. So the
little while in which whoever is there will have answered begins with the first who does. Who is alone waits for longer.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

GRACE = timedelta(seconds=20)
"""From the first answer on. Who has lost a hub is back within ten seconds (``link.LONGEST``)."""
UNANSWERED = timedelta(minutes=5)
"""From when a hub could be read, where nobody answers."""

AWAY = timedelta(minutes=3)
"""From the last heads to a start: after a longer silence there may be more of our log than is here. Running, a section signs its
heads each minute; a snapshot of the machine is put back within minutes, too, when an update has failed.
"""
JUMP = timedelta(seconds=30)
"""From one look at the clock to the next, a second later: a busy machine does not come so far. It slept, or was put back with its
memory.
"""
BACK = timedelta(seconds=10)
"""By less than this a clock is only put right."""


def apart(before: datetime, now: datetime, most: timedelta) -> bool:
    """Whether more than ``most`` lies between these two, or the clock was set back: then others may know more of us."""
    return not -BACK <= now - before <= most


class Patience:
    """``lasts``: whether the others are still waited for. ``clock``: seconds, whoever sets the machine's."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting, self._answered = False, False
        self._until: float | None = None

    def begin(self) -> None:
        """They are waited for from now on, and as long as none can be asked."""
        self._waiting, self._answered, self._until = True, False, None

    def reached(self) -> None:
        """They can be asked, as far as is known."""
        if self._until is None:
            self._until = self._clock() + UNANSWERED.total_seconds()

    def answered(self) -> None:
        """One of them has answered; the first counts."""
        if not self._answered:
            self._answered, self._until = True, self._clock() + GRACE.total_seconds()

    def end(self) -> None:
        """Nobody is waited for any more."""
        self._waiting, self._answered, self._until = False, False, None

    @property
    def lasts(self) -> bool:
        return self._waiting and (self._until is None or self._clock() < self._until)
