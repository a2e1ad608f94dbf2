"""A clock that tests set."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class Clock:
    """Stands where the test puts it. ``step``: what passes each time that somebody looks."""

    now: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)
    step: timedelta = timedelta()

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now

    def wait(self, **time: float) -> None:
        """Let time pass: ``clock.wait(days=1)``."""
        self.now += timedelta(**time)
