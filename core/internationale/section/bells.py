"""Waking up after a commit."""

import asyncio
import contextlib


class Bell:
    """Rung from any thread after a commit; wakes every errand that waits. Missing a ring is harmless: errands also look
    by themselves now and then.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.rings = 0
        self.waiting: dict[asyncio.Event, None] = {}  # a set that keeps its order: the same things happen in the same order

    def ring(self) -> None:
        """Wake everyone. Safe from any thread, also when the loop is gone.

        While nobody waits it only counts: waking the loop after each of many commits costs more than a commit.
        """
        self.rings += 1
        if self.waiting:
            with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for event in self.waiting:
            event.set()

    def listener(self) -> "Listener":
        """A place to wait at. What rang since the last wait counts."""
        return Listener(self)


class Listener:
    """One errand's ear for the bell."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._heard = bell.rings

    async def wait(self, seconds: float) -> bool:
        """Until the bell rings, at most so long. Whether it rang."""
        event = asyncio.Event()
        self._bell.waiting[event] = None  # first: who rings from now on finds us
        try:
            if self._bell.rings == self._heard:
                with contextlib.suppress(TimeoutError):  # who rings at the last moment counts too
                    await asyncio.wait_for(event.wait(), seconds)
        finally:
            del self._bell.waiting[event]
        before, self._heard = self._heard, self._bell.rings
        return self._heard != before
