"""Who keeps a stream of a hub from everybody by publishing without a pause: found by listening in for a moment.

A server stores the messages of one stream one after the other, from one queue, also those that it then refuses; who only asks the
stream something stands in the same queue. Whoever publishes without waiting for answers keeps it full, and what others say is
dropped. Nothing of that need be stored, so no share of room shows it. It is looked for only where
a stream does not take what comes.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from internationale.bus import streams
from internationale.bus.shares import KINDS, UNCOUNTED

SLOW = 1.0
"""Seconds in which a stream has answered that is not overrun."""
PROBES = 8
"""How often it is tried. Most of them have to get through."""
_NEVER = str(2**62)
"""A position that no stream comes to."""
_REFUSED = b'"err_code":10071'
"""As every stream says that it is at another."""
LISTENED = 0.5
"""Seconds for which it is listened who publishes."""
HEARD = 2000
"""Messages after which the server stops telling: more are not needed."""
MOST, PART = 500, 4
"""Of one section in that time, and which part of all that was heard, at least."""
TIMES = 3
"""In how many looks after another somebody has to be found, before it is cut: a long log that is sent again is over by then."""
REST = 600.0
"""Seconds for which it is cut then."""


@dataclass
class Overrunning:
    """What was found from look to look, of one hub. Moments are those of any one clock."""

    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    until: dict[tuple[str, str], float] = field(default_factory=dict)

    def note(self, kind: str, loud: Sequence[str], now: float) -> None:
        """Who was found to overrun what, in this look; nobody, where the stream answers as it should."""
        for code in [code for known, code in self.found if known == kind and code not in loud]:
            del self.found[kind, code]
        for code in loud:
            self.found[kind, code] += 1
            if self.found[kind, code] >= TIMES:
                self.until[kind, code] = now + REST
                del self.found[kind, code]

    def cut(self, kind: str, now: float) -> frozenset[str]:
        """Who may not add to this now."""
        return frozenset(code for (known, code), until in self.until.items() if known == kind and now < until)


async def loud(client: Client, kind: str, wait: float) -> list[str]:
    """Who overruns a stream of this kind now; nobody where all of them take what comes. ``wait``: for an answer, in seconds."""
    found = set[str]()
    for stream in KINDS[kind]:
        if stream not in UNCOUNTED and not await _takes(client, stream, wait):
            heard = await _listen(client, stream)
            found.update(code for code, count in heard.items() if count >= max(MOST, heard.total() / PART))
    return sorted(found)


async def _takes(client: Client, stream: str, wait: float) -> bool:
    """Whether most of what is published there reaches the stream in time: it says of each that it is not what it expects."""
    (pattern, *_more) = streams.CONFIGURATIONS[stream].subjects or [""]
    reached = await asyncio.gather(*(_reaches(client, pattern.replace("*", "-"), wait) for _probe in range(PROBES)))
    return sum(reached) * 2 > PROBES


async def _reaches(client: Client, subject: str, wait: float) -> bool:
    try:
        answer = await client.request(subject, b"", timeout=wait, headers={"Nats-Expected-Last-Sequence": _NEVER})
    except TimeoutError:
        return False
    return _REFUSED in answer.data


async def _listen(client: Client, stream: str) -> Counter[str]:
    """How many messages of each publisher were sent to the stream in the moment."""
    heard = Counter[str]()

    async def hear(message: Msg) -> None:
        heard[(message.subject.split(".") + [""] * 4)[3]] += 1

    word = stream.removeprefix("INTL_").lower()
    subscription = await client.subscribe(f"intl.v1.{word}.>", cb=hear)
    await subscription.unsubscribe(HEARD)
    await asyncio.sleep(LISTENED)
    with contextlib.suppress(nats.errors.Error):  # it was so many, and has ended
        await subscription.unsubscribe()
    return heard
