"""What the other sections get over HTTPS, so that none of them can keep us from anything: over the bus ``bus.answering`` does it.

A question of three hundred bytes may have an answer of eight megabytes. So each section has an allowance, in bytes; a few of its
questions are answered at a time; and an answer that nobody reads is let go of after a while.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

from litestar.response import Response, Stream
from litestar.types import Receive, Scope, Send

from internationale.bus.answering import EACH, Allowance
from internationale.errors import TooSoon
from internationale.messages import marker

_ = marker("core")
_log = logging.getLogger(__name__)
AT_ONCE = 4
"""Answers to one section that are under way at a time: it may ask as often as it has hubs."""
AGAIN = 10
"""After how many seconds who has asked too much may come again."""
SLOWEST = 60.0
"""Seconds in which an answer has to be read; who asks waits no longer (``worker.origin``)."""
PIECE = 64 * 1024
"""Bytes that are given to the connection at a time: so much is kept of an answer that nobody reads."""


class Allowances:
    """What each section may have. May be used by several threads. Only for sections of the roster: there are as many of these."""

    def __init__(self, most: int, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._rate, self._clock = most, rate, clock
        self._lock = Lock()
        self._each: dict[str, Allowance] = {}
        self._under_way: Counter[str] = Counter()

    def begin(self, section: str) -> None:
        """A question is to be answered, until ``end``. Raises ``TooSoon``."""
        with self._lock:
            now = self._clock()
            allowance = self._each.setdefault(section, Allowance(now, self._most, self._rate))
            allowance.grow(now)
            if self._under_way[section] >= AT_ONCE or not allowance.spend(EACH):
                raise TooSoon(_("This section asks more than is answered. Please try again later."), seconds=AGAIN)
            self._under_way[section] += 1

    def end(self, section: str, size: int) -> None:
        """It was answered with so many bytes, or not at all."""
        with self._lock:
            self._each[section].spend(size)
            self._under_way[section] -= 1


class Answer(Response[bytes]):
    """Bytes that go out in pieces, within ``SLOWEST``. ``end``: called when that is over, however it ends."""

    def __init__(self, content: bytes, end: Callable[[], None], *, media_type: str) -> None:
        super().__init__(b"", media_type=media_type)
        self._given = content
        self._end = end

    def to_asgi_response(self, app: Any = None, request: Any = None, **given: Any) -> Any:
        stream = Stream(_pieces(self._given), media_type=self.media_type, headers={"Cache-Control": "no-store"})
        inner = stream.to_asgi_response(app, request, **given)

        async def send_it(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                async with asyncio.timeout(SLOWEST):
                    await inner(scope, receive, send)
            except TimeoutError:
                _log.info("an answer to another section was not read in time")  # the server ends the connection: it is not whole
            finally:
                self._end()

        return send_it


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[start : start + PIECE] for start in range(0, len(content), PIECE))
