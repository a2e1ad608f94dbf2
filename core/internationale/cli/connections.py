"""How many connections of browsers there may be, how much and how slowly one may ask, and how slowly take what it is told.

Every connection takes a descriptor, and so do the database, the hubs and the files. Without a bound a stranger who opens many
and asks for nothing leaves none for these; nor does who asks for much and takes none of it, or never comes to an end of asking.
How much waits to be taken in all of them together: ``untaken``.
"""

import asyncio
import contextlib
import fcntl
import ipaddress
import resource
import sys
import termios
import weakref
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from internationale.cli import untaken
from internationale.kit import http
from internationale.web.crowds import GONE
from internationale.web.waiting import ENDING

MOST = 4096
"""The most connections at a time, where there are descriptors enough."""
HEAD = 20.0
"""Seconds in which a request must have come, but for its body."""
HEAD_BYTES, HEAD_LINES = 64 * 1024, 100
"""How large a request may be, but for its body. Browsers send some kilobytes, in some twenty lines."""
AHEAD = 16
"""Requests that may wait in one connection for the answer before. Browsers send none ahead."""
PIECES, PIECE = 1000, 64
"""A body may come in so many pieces; in more only if they have so many bytes each, on average: a small one costs as much."""
STILL = 120.0
"""Seconds in which some of an answer must be taken when more of it waits, and ``LEAST`` of a body come when more of it is to. How
long all of it takes does not matter: a large file over a slow line goes on, a little at a time. Whoever's line is away for longer
goes on where it broke off, or asks again.
"""
LEAST = 48 * 1024
"""Bytes of a body that come within ``STILL``: four hundred in a second, less than any line that a page can be read over."""

_TOO_LARGE = "The head of this request is too large."
_TOO_MANY = "More comes than is answered."


def room() -> int:
    """How many connections there may be: half of the descriptors that this process may have at most, which it takes up."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        return MOST
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(MOST, hard // 2)


def bounded(most: int, proxies: Collection[str]) -> type[asyncio.Protocol]:
    """The protocol of connections of which there may be ``most``, of one network (``kit.http.network``) half, and of one line
    (``kit.http.line``) a quarter: not of this machine, nor of ``proxies`` (addresses, networks), which bring the visitors of all
    lines. One too many is closed at once.
    """
    return type("Bounded", (_Bounded,), {"bounds": _Bounds(most, [ipaddress.ip_network(each, strict=False) for each in proxies])})


class _Bounds:
    """Counted by line and by network, whose names differ."""

    def __init__(self, most: int, trusted: Collection[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> None:
        self._most = most
        self._trusted = trusted
        self._counted = Counter[str]()
        self._passing, self._people = untaken.Untaken(untaken.PASSING), untaken.Untaken(untaken.PEOPLE)

    def admit(self, peer: Any, all: int) -> bool:
        """Count one more; ``all``: how many there are with it. Whether it may stay."""
        places = self._places(peer)
        self._counted.update(places.keys())
        within = (self._counted[place] <= max(self._most // part, 1) for place, part in places.items())
        return all <= self._most and False not in within

    def leave(self, peer: Any) -> None:
        """It is gone."""
        self._counted -= Counter(self._places(peer).keys())

    def untaken(self, transport: asyncio.WriteTransport, scope: Mapping[str, Any]) -> None:
        """Some of the answer to a request (``scope``) waits, until ``taken``. Whoever is signed in has a quarter of what may wait
        for people; every other counts by where they asked from, as connections do. What is too much is ended.
        """
        visit = scope["state"].get("visit")
        if visit is not None and visit.reader.id is not None:
            self._people.add(transport, {visit.reader.id: 4})
        else:
            self._passing.add(transport, self._places(scope["client"]))

    def taken(self, transport: asyncio.WriteTransport) -> None:
        """It was taken, or nobody is there any more."""
        self._people.leave(transport)
        self._passing.leave(transport)

    def _places(self, peer: Any) -> Mapping[str, int]:
        """Where a connection comes from, and which part of all may, the widest first; empty: from many."""
        try:
            written = ipaddress.ip_address(peer[0] if isinstance(peer, tuple) else "")
        except ValueError:
            return {}
        address = http.number(str(written))
        trusted = any(each in network for network in self._trusted for each in (address, written))
        everybody = address.is_loopback or trusted
        return {} if everybody else {http.network(str(address)): 2, http.line(str(address)): 4}


class _Bounded(HttpToolsProtocol):
    """``cycle`` is the request that came last, and ``connections`` are all that there are."""

    bounds: _Bounds
    _answered: RequestResponseCycle | None = None
    """The request that is being answered, or was last."""
    _next: tuple[RequestResponseCycle, ASGI3Application] | None = None
    """The request that is answered when the answer before has been taken."""
    _peer: Any = None
    _late: asyncio.TimerHandle | None = None
    _still: asyncio.TimerHandle | None = None
    _body: asyncio.TimerHandle | None = None
    _unread = _head = _lines = 0
    """Bytes since anything was whole; and of the head that is being read, its bytes and lines."""
    ending = False
    """Whether the server is being stopped."""
    _open = _waited = False
    """Whether the body that is being read has not ended; whether we kept it waiting ourselves since it was last looked at."""
    _came = _size = _pieces = 0
    """Bytes of the body since it was last looked at; and in all, in so many pieces."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # one that reads and writes
        self._peer = transport.get_extra_info("peername")
        self._await_head()
        if not self.bounds.admit(self._peer, len(self.connections)):
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        super().data_received(data)
        if self._unread > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(_TOO_LARGE)
            return
        if self._open and self._body is None:
            self._await_body()
        if self.cycle is not None and not self.cycle.response_complete:
            self._forget()
        elif self._late is None and not self._open:  # who is refused goes on sending: a browser shows no answer before that ends
            self._await_head()

    def send_400_response(self, msg: str) -> None:
        self._leave()
        super().send_400_response(msg)

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing is said: who asks for a websocket, of which there is none here, is answered as anybody."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        if self.flow.write_paused:  # else who takes nothing has us make, and keep, one answer more
            self._next = cycle, app
            return
        self._answered = cycle
        here, through = (
            weakref.ref(cycle),
            weakref.ref(self),
        )  # else what a request brought would be kept until the collector comes
        cycle.scope["state"][GONE] = lambda: (one := here()) is None or one.disconnected
        cycle.scope["state"][ENDING] = lambda: (line := through()) is None or line.ending
        super()._start_asgi_task(cycle, app)

    def shutdown(self) -> None:
        self.ending = True
        super().shutdown()

    def on_message_begin(self) -> None:
        self._head = self._lines = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url), 0)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value), 1)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._unread, self._open = 0, True
        self._size = self._pieces = 0
        if len(self.pipeline) >= AHEAD:
            raise ValueError(_TOO_MANY)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        self._came += len(body)
        self._size += len(body)
        self._pieces += 1
        if self._pieces > PIECES and self._size < self._pieces * PIECE:
            raise ValueError(_TOO_MANY)
        super().on_body(body)
        self._waited = self._waited or self.flow.read_paused

    def on_message_complete(self) -> None:
        self._unread, self._open = 0, False
        self._forget_body()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """No more goes into the connection: its answer waits, and nothing is added until ``resume_writing``."""
        super().pause_writing()
        self._watch(self._left())
        if self._answered is not None:
            self.bounds.untaken(self.transport, self._answered.scope)

    def resume_writing(self) -> None:
        self._unwatch()
        self.bounds.taken(self.transport)
        super().resume_writing()
        following, self._next = self._next, None
        if following is not None and not self.transport.is_closing():
            self._start_asgi_task(*following)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        self._forget_body()
        self._unwatch()
        self._next = None
        self._leave()
        self.bounds.leave(self._peer)
        self.bounds.taken(self.transport)
        super().connection_lost(exc)

    def _leave(self) -> None:
        """Nothing more is written for the request that is being answered, also where others came after it."""
        if self._answered is not None and not self._answered.response_complete:
            self._answered.disconnected = True
            self._answered.message_event.set()

    def _count(self, size: int, lines: int) -> None:
        """More of a head, or of what stands after a body in pieces. What is raised has the parser stop; the answer is 400."""
        self._head += size
        self._lines += lines
        if self._head > HEAD_BYTES or self._lines > HEAD_LINES:
            raise ValueError(_TOO_LARGE)

    def _await_body(self) -> None:
        self._came, self._waited = 0, self.flow.read_paused
        self._body = asyncio.get_running_loop().call_later(STILL, self._look_at_body)

    def _look_at_body(self) -> None:
        """Let go of a connection whose body does not go on, unless it is us who do not take it."""
        if self._came >= LEAST or self._waited or self.flow.read_paused:
            self._await_body()
        else:
            self.transport.abort()

    def _forget_body(self) -> None:
        if self._body is not None:
            self._body.cancel()
            self._body = None

    def _await_head(self) -> None:
        self._late = asyncio.get_running_loop().call_later(HEAD, self.transport.abort)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _watch(self, left: int) -> None:
        self._still = asyncio.get_running_loop().call_later(STILL, self._look, left)

    def _look(self, before: int) -> None:
        """Let go of a connection whose answer has not gone on since there were so many bytes ``before``."""
        left = self._left()
        if left < before:
            self._watch(left)
        else:
            self.transport.abort()

    def _unwatch(self) -> None:
        if self._still is not None:
            self._still.cancel()
            self._still = None

    def _left(self) -> int:
        """Bytes of answers that the other side has not taken: what waits here, and in the system where it tells (it asks for more
        only when a good part has gone, which over a slow line is much later).
        """
        waiting = int(self.transport.get_write_buffer_size())
        with contextlib.suppress(OSError, ValueError):
            number = self.transport.get_extra_info("socket").fileno()
            waiting += int.from_bytes(fcntl.ioctl(number, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
        return waiting
