"""An event loop whose time jumps to the next moment at which something happens, so that an hour of waiting takes no time.

Work for threads is done at once, in the loop's own thread: the same beginning always takes the same course.
"""

import asyncio
import selectors
from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeVarTuple, Unpack

Ts = TypeVarTuple("Ts")


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing: what would be waited is added to the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if timeout is None and not ready:
            raise RuntimeError("everything waits, and nothing will ever come")
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Make it with ``asyncio.Runner(loop_factory=VirtualLoop)``. Nothing in it may wait for the outside world."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        self._spent = 0.0
        super().__init__(self._jumping)

    def time(self) -> float:
        """Virtual seconds since the beginning."""
        return self._jumping.now

    def spend(self, seconds: float) -> None:
        """Called by work for threads: it takes so long (virtually) until whoever waits for it hears that it is done."""
        self._spent += seconds

    def run_in_executor(self, _executor: Any, work: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:  # type: ignore[override]  # looser than asyncio says
        """Do the work now."""
        done, self._spent = self.create_future(), 0.0
        try:
            result = work(*arguments)
        except BaseException as error:
            done.set_exception(error)
        else:
            self.call_later(self._spent, _tell, done, result)
        return done

    def call_soon_threadsafe(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """There is only one thread."""
        return self.call_soon(callback, *args, context=context)


def _tell(done: asyncio.Future[Any], result: Any) -> None:
    if not done.done():
        done.set_result(result)
