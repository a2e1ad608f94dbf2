"""What is answered at length, so that nobody who asks for much of it can keep us from anything else.

Other sections ask over HTTPS (over the bus ``bus.answering`` does it): a question of three hundred bytes may have an answer of
eight megabytes. So each section has an allowance, in bytes; a few of its questions are answered at a time; and an answer that
nobody reads is let go of after a while. People save files, however large, over lines however slow (``cli.connections`` ends what
does not go on at all): of these a few are under way for each account.
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
from internationale.messages import Message, marker
from internationale.web.visits import Visit

_ = marker("core")
_log = logging.getLogger(__name__)
AT_ONCE = 4
"""Answers to one section that are under way at a time: it may ask as often as it has hubs. As many files of one account."""
AGAIN = 10
"""After how many seconds who has asked too much may come again."""
SLOWEST = 60.0
"""Seconds in which an answer has to be read; who asks waits no longer (``worker.origin``)."""
_TOO_MUCH = _("This section asks more than is answered. Please try again later.")
_TOO_MANY = _(
    "Several files are being saved under your account at this moment, and no more are given out at once. Wait until one of them"
    " is complete, or stop one; then try again."
)
PIECE = 64 * 1024
"""Bytes that are given to the connection at a time: so much is kept of an answer that nobody reads."""


class UnderWay:
    """How many answers are under way to each who asks: ``AT_ONCE`` may be. May be used by several threads."""

    def __init__(self, sentence: Message) -> None:
        self._sentence = sentence
        self._lock = Lock()
        self._each: Counter[str] = Counter()

    def begin(self, who: str) -> None:
        """One more is under way, until ``end``. Raises ``TooSoon`` with the sentence."""
        with self._lock:
            if self._each[who] >= AT_ONCE:
                raise TooSoon(self._sentence, seconds=AGAIN)
            self._each[who] += 1

    def end(self, who: str) -> None:
        """One has ended. Whoever has none under way is not remembered."""
        with self._lock:
            self._each -= Counter([who])


class Allowances:
    """What each section may have. May be used by several threads. Only for sections of the roster: there are as many of these."""

    def __init__(self, most: int, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._rate, self._clock = most, rate, clock
        self._lock = Lock()
        self._each: dict[str, Allowance] = {}
        self._under_way = UnderWay(_TOO_MUCH)

    def begin(self, section: str) -> None:
        """A question is to be answered, until ``end``. Raises ``TooSoon``."""
        with self._lock:
            now = self._clock()
            allowance = self._each.setdefault(section, Allowance(now, self._most, self._rate))
            allowance.grow(now)
            self._under_way.begin(section)
            if not allowance.spend(EACH):
                self._under_way.end(section)
                raise TooSoon(_TOO_MUCH, seconds=AGAIN)

    def end(self, section: str, size: int) -> None:
        """It was answered with so many bytes, or not at all."""
        with self._lock:
            self._each[section].spend(size)
            self._under_way.end(section)


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


def downloads() -> UnderWay:
    """The files that are being saved, by account: one for each application."""
    return UnderWay(_TOO_MANY)


class Download(Response[bytes]):
    """A streamed answer, one of those that an account may have under way at a time (else the answer is ``TooSoon``). Passers-by
    have no account: what they can save is public, comes from files, and their connections are counted.
    """

    def __init__(self, stream: Stream, under_way: UnderWay) -> None:
        super().__init__(b"")
        self._stream = stream
        self._under_way = under_way

    def to_asgi_response(self, app: Any = None, request: Any = None, **given: Any) -> Any:
        inner = self._stream.to_asgi_response(app, request, **given)

        async def send_it(scope: Scope, receive: Receive, send: Send) -> None:
            here: Visit = scope["state"]["visit"]
            if here.reader.id is None:
                await inner(scope, receive, send)
                return
            self._under_way.begin(here.reader.id)
            try:
                await inner(scope, receive, send)
            finally:
                self._under_way.end(here.reader.id)

        return send_it


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[start : start + PIECE] for start in range(0, len(content), PIECE))
