"""Counting what each section holds in each stream of a hub, for who looks after it.

A server says how much a stream holds, and not whose it is. So each message is weighed once, without its body, and of each section
and stream one number is kept: what came since the last look is added. What went meanwhile (put out, too old, or purged) nobody
tells of; then, where it matters, all is weighed again.
"""

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import StreamInfo
from nats.js.errors import NotFoundError

from internationale.bus import BLOB, LOG, Unprovisioned, Unreachable, overrunning, promising, watched
from internationale.bus.connecting import TIMEOUT, Line, reach
from internationale.bus.overrunning import Overrunning
from internationale.bus.protocol import Plain
from internationale.bus.reading import unreachable
from internationale.bus.scanning import Scan, scan
from internationale.bus.shares import EASED, KINDS, UNCOUNTED, Room
from internationale.events.nkey import Nkey

_log = logging.getLogger(__name__)
AGAIN = 60.0
"""Seconds between two times that all of a stream is weighed again, and that a hub is asked how much room it has."""
PATIENCE = 20.0
"""Seconds that who looks once waits at most for how much room there is: in a cluster it is known of each other every ten."""
PUBLISHERS = 2000
"""Of how many the numbers are kept; at a hub without users anybody can publish under any name. The others count together."""
_WEIGHT = "Weight"
_BODY = re.compile(rb"Nats-Msg-Size: ([0-9]+)\r\n\r\n\Z")
"""The server's line about the body that it left out: always the last, whatever stands before it."""
_RECORD, _HEADED = 30, 4
"""Bytes that a server adds to a message in its store, and to its headers."""
_END = b"\r\n"
_EMPTY = b"NATS/1.0\r\n\r\n"


class Weighing(Plain):
    """A client that says of each message how long its headers and its body are in the store, from the bytes as they came."""

    async def _process_headers(self, block: bytes | None) -> dict[str, str] | None:
        found = await super()._process_headers(block)
        said = _BODY.search(block or b"")
        if block is None or said is None:
            return found
        headers = len(block) - len(said[0]) + len(_END)
        return {**(found or {}), _WEIGHT: str(int(said[1]) + (headers + _HEADED if headers > len(_EMPTY) else 0))}


class Whole(Plain):
    """The same where messages come with their bodies: then such a line is the publisher's own, and is not believed."""

    async def _process_headers(self, block: bytes | None) -> dict[str, str] | None:
        found = await super()._process_headers(block)
        return {**(found or {}), _WEIGHT: str(len(block) + _HEADED)} if block and len(block) > len(_EMPTY) else found


def weight(message: Msg) -> int:
    """Bytes that a message takes in the store. Without its body it came with a line that says how long that is."""
    return _RECORD + len(message.subject.encode()) + int((message.headers or {}).get(_WEIGHT, 0)) + len(message.data)


@dataclass
class Tally:
    """One stream. ``position``: up to which it was weighed; ``messages``: how many; ``held``: bytes by publisher. ``whole``: all
    that was there at the last look; ``gone``: some of it is there no longer. ``used``, ``limit``: bytes, 0 without a limit.
    """

    stream: str
    made: str = ""
    position: int = 0
    messages: int = 0
    held: Counter[str] = field(default_factory=Counter)
    whole: bool = False
    gone: bool = False
    used: int = 0
    limit: int = 0
    began: float = -AGAIN

    def see(self, info: StreamInfo) -> None:
        """How it stands now. Another stream than before is weighed from its beginning."""
        made = info.created.isoformat() if info.created else ""
        if made != self.made or info.state.last_seq < self.position:
            self.begin()
        self.made, self.used, self.limit = made, info.state.bytes, max(info.config.max_bytes or 0, 0)

    def begin(self) -> None:
        """From the beginning."""
        self.position = self.messages = 0
        self.held.clear()
        self.whole = self.gone = False

    def add(self, message: Msg, position: int) -> None:
        """Weigh one more, which stands there."""
        publisher = (message.subject.split(".") + [""] * 4)[3]
        if publisher not in self.held and len(self.held) >= PUBLISHERS:
            publisher = ""
        self.held[publisher] += weight(message)
        self.messages += 1
        self.position = position


class Scales:
    """What is known of one hub from look to look. One number for each section and stream."""

    def __init__(self) -> None:
        self.tallies = {stream: Tally(stream) for streams in KINDS.values() for stream in streams}
        self.overrunning = Overrunning()
        self.watched = False
        """Whether somebody watched the hub at the last look, this one or another."""
        self._left = 0
        self._asked = -AGAIN
        self._marked = -watched.REST

    async def look(self, url: str, nkey: Nkey, certificates: str | None, seconds: float, *, watching: bool = False) -> None:
        """Weigh what came, for so many seconds at most; the rest another time. Before that: who lets nobody else through.

        ``watching``: who looks does so again and again, and cuts whom it has to; that is said to all. Raises ``Unreachable``.
        """
        line = await reach(url, "administrator", nkey, certificates, Weighing)
        try:
            with unreachable():
                await self._listen(line)
            try:
                with unreachable():
                    await self._look(line, seconds)
                    await self._mark(line, watching=watching)
            except Unreachable as trouble:
                if not self.overrunning.until:
                    raise
                _log.info("not all was weighed: %s", trouble)  # where somebody lets nobody through, that is known all the same
        finally:
            await line.close()

    async def _listen(self, line: Line) -> None:
        for kind in KINDS:
            self.overrunning.note(
                kind, await overrunning.loud(line.client, kind, overrunning.SLOW), asyncio.get_running_loop().time()
            )

    async def _look(self, line: Line, seconds: float) -> None:
        until = asyncio.get_running_loop().time() + seconds
        context = line.client.jetstream(timeout=TIMEOUT)
        for stream, tally in self.tallies.items():
            try:
                info = await context.stream_info(stream)
            except NotFoundError as error:
                raise Unprovisioned(f"no {stream}") from error
            tally.see(info)
            if stream not in UNCOUNTED:
                await _weigh(line.client, context, tally, info, until)
        now = asyncio.get_running_loop().time()
        if now >= self._asked + AGAIN:
            replicas = (await context.stream_info(LOG)).config.num_replicas or 1
            left = await promising.left(context, replicas, min(max(seconds, promising.PATIENCE), PATIENCE))
            self._left, self._asked = (self._left, self._asked) if left is None else (left, now)

    async def _mark(self, line: Line, *, watching: bool) -> None:
        self.watched = await watched.watched(line.client)
        now = asyncio.get_running_loop().time()
        if watching and now >= self._marked + watched.REST:
            await watched.mark(line.client, line.client.jetstream(timeout=TIMEOUT))
            self._marked = now

    def rooms(self) -> tuple[Room, ...]:
        """As far as they can be judged: where something went and was not weighed again yet, nobody knows who holds what. Streams
        without a limit share what the server has left (0: it could not be told yet); attachments have a half of it, so that they
        take no word of anybody's.
        """
        half = self._left if self.tallies[BLOB].limit else self._left // 2
        found = list[Room]()
        for kind, streams in KINDS.items():
            free = [self.tallies[stream] for stream in streams if not self.tallies[stream].limit]
            found += [_room(kind, (tally,), tally.limit) for tally in map(self.tallies.__getitem__, streams) if tally.limit]
            found += [_room(kind, free, half)] if free else []
        return tuple(room for room in found if self._judged(room))

    def _judged(self, room: Room) -> bool:
        tallies = [self.tallies[stream] for stream in room.streams]
        return room.used <= room.limit * EASED or not any(tally.gone for tally in tallies)


def _room(kind: str, tallies: Iterable[Tally], limit: int) -> Room:
    tallies = tuple(tallies)
    held: Mapping[str, int] = sum((tally.held for tally in tallies), Counter[str]())
    whole = all(tally.whole for tally in tallies if tally.stream not in UNCOUNTED)
    return Room(kind, tuple(tally.stream for tally in tallies), limit, sum(tally.used for tally in tallies), held, whole)


async def _weigh(client: Client, context: JetStreamContext, tally: Tally, info: StreamInfo, until: float) -> None:
    now = asyncio.get_running_loop().time()
    if tally.gone and now >= tally.began + AGAIN and (not tally.limit or tally.used > tally.limit * EASED):
        tally.begin()
    if not tally.position:
        tally.began = now
    if tally.position < info.state.last_seq:
        wanted = Scan(tally.stream, tally.position + 1, info.state.last_seq)
        tally.position = await scan(client, context, wanted, tally.add, until)
    tally.whole = tally.position >= info.state.last_seq
    tally.gone = tally.whole and tally.messages > info.state.messages
