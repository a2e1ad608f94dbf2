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

AWAY = timedelta(minutes=15)
"""After so long a silence there may be more of our log than is here: then the others are asked."""


def apart(before: datetime, now: datetime) -> bool:
    """Whether so much time lies between these two, or the clock was set back, that others may know more of us."""
    return not timedelta(0) <= now - before <= AWAY


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
