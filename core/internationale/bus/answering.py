"""Answering the other sections' questions, so that none of them can keep us from answering the others.

A question of ninety bytes may have an answer of fifty megabytes. So each section that asks has an allowance, in bytes, that grows
back with time; its questions are answered one after the other, and a few wait at most. An answer that is larger than what is left
is cut short: what came is of use, and the rest is asked for again.
"""

import asyncio
import logging
import re
from collections import deque
from dataclasses import dataclass, field

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from internationale.bus import Answer
from internationale.bus.ending import stop
from internationale.bus.reading import SIGNATURE

_log = logging.getLogger(__name__)
SUBJECT = "Intl-Subject"
MOST = 64 * 1024 * 1024
"""Bytes that a section gets at once when it has not asked for long: the largest answer."""
RATE = 512 * 1024
"""Bytes for each second since, that grow back."""
EACH = 16 * 1024
"""Bytes that a question costs besides its answer: it is looked up in the database."""
WAITING = 8
"""Questions of one section that wait at most."""
LONGEST = 64 * 1024
"""Bytes of a question: far above any of ours."""
AT_ONCE = 2
"""Sections that are answered at a time; the others wait for their turn, in the order in which they asked."""
ASKERS = 1000
"""Of how many sections the allowance is remembered; at a hub without users anybody can ask under any name."""
PIECE = 1024 * 1024
"""Bytes after which it is waited until the server has them: what others wait for comes between."""
SLOWLY = 30
"""Seconds that may take."""


@dataclass
class Allowance:
    """What one section may still have. ``left``: bytes, at the moment ``at`` (seconds of any clock); at most ``most``, of which
    ``rate`` grow back in a second.
    """

    at: float
    most: int = field(default_factory=lambda: MOST)
    rate: int = field(default_factory=lambda: RATE)
    left: float = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.most

    def grow(self, now: float) -> float:
        """How many bytes there are now; less than none where the last that was given was larger than what was left."""
        self.left, self.at = min(self.most, self.left + (now - self.at) * self.rate), now
        return self.left

    def spend(self, size: int) -> bool:
        """Take so many bytes, where any are left. Whether they were taken."""
        enough = self.left > 0
        self.left -= size if enough else 0
        return enough


@dataclass(eq=False)
class _Asker:
    allowance: Allowance
    waiting: deque[Msg] = field(default_factory=deque)
    running: "asyncio.Task[None] | None" = None

    @property
    def busy(self) -> bool:
        return self.running is not None and not self.running.done()


class Answering:
    """The answers of one section at one hub, for as long as the connection lasts or until ``stop``."""

    def __init__(self, client: Client, own: str, answer: Answer) -> None:
        self._client = client
        self._own = own
        self._answer = answer
        self._askers: dict[str, _Asker] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._said: set[str] = set()

    async def asked(self, message: Msg) -> None:
        """A question came. What comes while enough of the same section waits is not answered."""
        code = asker(message, self._own)
        if not code or len(message.data) > LONGEST:
            self._say_once("what is no question is not answered: %s, with the answer to %s", message.subject, message.reply)
            return
        asking = self._known(code)
        if asking is None or len(asking.waiting) >= WAITING:
            self._say_once("section %s asks more than is answered", code)
            return
        asking.waiting.append(message)
        if not asking.busy:
            asking.running = asyncio.create_task(self._serve(asking))

    def _say_once(self, words: str, *who: str) -> None:
        """For as long as the connection lasts: who asks without end shall not fill the disk with our words about it either."""
        if words not in self._said:
            self._said.add(words)
            _log.warning(words, *(each[:100] for each in who))

    async def stop(self) -> None:
        """Answer no more."""
        await stop([each.running for each in self._askers.values() if each.running is not None])

    def _known(self, code: str) -> _Asker | None:
        """The one who asks; None where there are too many."""
        now = asyncio.get_running_loop().time()
        if code not in self._askers and len(self._askers) >= ASKERS:
            self._askers = {known: each for known, each in self._askers.items() if each.busy or each.allowance.grow(now) < MOST}
            if len(self._askers) >= ASKERS:
                return None
        return self._askers.setdefault(code, _Asker(Allowance(now)))

    async def _serve(self, asking: _Asker) -> None:
        while asking.waiting:
            async with self._turns:
                message = asking.waiting.popleft()
                try:
                    await self._give(message, asking.allowance)
                except nats.errors.Error as error:
                    _log.info("a question could not be answered: %s", error)
                except Exception:
                    _log.exception("a question could not be answered")

    async def _give(self, message: Msg, allowance: Allowance) -> None:
        allowance.grow(asyncio.get_running_loop().time())
        unsent = 0
        for found in await self._answer(message.data) if allowance.spend(EACH) else ():
            if not allowance.spend(len(found.body)):
                break
            headers = {SUBJECT: found.subject} | ({SIGNATURE: found.signature} if found.signature else {})
            await self._client.publish(message.reply, found.body, headers=headers)
            unsent += len(found.body)
            if unsent >= PIECE:
                for _ in range(2):  # as in ``asking.serve``
                    await self._client.flush(SLOWLY)
                unsent = 0
        await self._client.publish(message.reply, b"")


def asker(message: Msg, own: str) -> str:
    """Who asks; empty when this is no question to us, or wants its answer anywhere but where its asker listens."""
    fits = re.fullmatch(rf"intl\.v1\.req\.{re.escape(own)}\.([^.*>\s]+)", message.subject)
    if fits is None:
        return ""
    place = rf"intl\.v1\.ans\.{re.escape(fits[1])}\.{re.escape(own)}\.[0-9a-f]{{32}}"
    return fits[1] if re.fullmatch(place, message.reply) else ""
