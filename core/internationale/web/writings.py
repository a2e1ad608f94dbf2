"""What each person may write: more than people do, and an end for a program that would fill the disk with somebody's account.

It is counted by what is sent, in one place and before anything is looked up: contributions, drafts, reports, amendments, whatever
it is. What says nothing (signing out, withdrawing a token) costs nothing, nor does a short form with which people end ways into
their account or close it (``kit.http.UNCOUNTED``), so that it can always be done, whoever else sends under their name. Files that
are brought have limits of their own (``rooms.attachments``).
"""

import math
import time
from collections.abc import Callable
from threading import Lock

from internationale.bus.answering import Allowance
from internationale.errors import TooSoon
from internationale.messages import marker

_ = marker("core")
MIB = 1024 * 1024
MOST = 32 * MIB
"""Bytes that a person may send at once who has not written for long: ten times the largest text."""
HOUR = 8 * MIB
"""Bytes of it that grow back in an hour."""
EACH = 16 * 1024
"""Bytes that each sending costs besides its size: two thousand at once, five hundred an hour."""
_TOO_MUCH = _(
    "So much was sent under your account lately that no more can be taken for the moment. Keep what you wrote, and send it again"
    " in some minutes."
)


class Writings:
    """The allowance of each account, in the memory of one application: whoever has not written for long has no entry."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._each: dict[str, Allowance] = {}

    def spend(self, account: str, size: int) -> None:
        """So many bytes were sent by somebody. Raises ``TooSoon``, with when there will be room again."""
        with self._lock:
            now = self._clock()
            for other in [other for other, allowance in self._each.items() if allowance.grow(now) >= MOST]:
                del self._each[other]
            allowance = self._each.setdefault(account, Allowance(now, MOST, HOUR // 3600))
            if not allowance.spend(size + EACH):
                seconds = math.floor(-allowance.left / allowance.rate) + 1
                raise TooSoon(_TOO_MUCH, seconds=seconds)
