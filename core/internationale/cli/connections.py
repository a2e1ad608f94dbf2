"""How many connections of browsers there may be, how long one may take to ask for something, and to take any of what it is told.

Every connection takes a descriptor, and so do the database, the hubs and the files. Without a bound a stranger who opens many
and asks for nothing leaves none for these; nor does who asks for much and takes none of it.
"""

import asyncio
import contextlib
import fcntl
import ipaddress
import resource
import sys
import termios
from collections import Counter
from collections.abc import Collection
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from internationale.kit import http

MOST = 4096
"""The most connections at a time, where there are descriptors enough."""
HEAD = 20.0
"""Seconds in which a request must have come, but for its body."""
STILL = 120.0
"""Seconds in which some of an answer must be taken when more of it waits. How long all of it takes does not matter: a large file
over a slow line goes on, a little at a time. Whoever's line is away for longer goes on where it broke off, or asks again.
"""


def room() -> int:
    """How many connections there may be: half of the descriptors that this process may have at most, which it takes up."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        return MOST
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(MOST, hard // 2)


def bounded(most: int, proxies: Collection[str]) -> type[asyncio.Protocol]:
    """The protocol of connections of which there may be ``most``, and of one line (``kit.http.line``) a quarter: not of this
    machine, nor of ``proxies`` (addresses, networks), which bring the visitors of all lines. One too many is closed at once.
    """
    return type("Bounded", (_Bounded,), {"bounds": _Bounds(most, [ipaddress.ip_network(each, strict=False) for each in proxies])})


class _Bounds:
    """``lines``: how many connections each has."""

    def __init__(self, most: int, trusted: Collection[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> None:
        self._most = most
        self._trusted = trusted
        self._lines = Counter[str]()

    def admit(self, peer: Any, all: int) -> bool:
        """Count one more; ``all``: how many there are with it. Whether it may stay."""
        line = self._line(peer)
        self._lines[line] += 1
        return all <= self._most and not (line and self._lines[line] > max(self._most // 4, 1))

    def leave(self, peer: Any) -> None:
        """It is gone."""
        self._lines -= Counter([self._line(peer)])

    def _line(self, peer: Any) -> str:
        """Where a connection comes from; empty: from many."""
        try:
            address = ipaddress.ip_address(peer[0] if isinstance(peer, tuple) else "")
        except ValueError:
            return ""
        everybody = address.is_loopback or any(address in network for network in self._trusted)
        return "" if everybody else http.line(str(address))


class _Bounded(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # which of the two there are is known at run time
    """``cycle`` is the request that is being answered, and ``connections`` are all that there are."""

    bounds: _Bounds
    _peer: Any = None
    _late: asyncio.TimerHandle | None = None
    _still: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._peer = transport.get_extra_info("peername")
        self._await_head()
        if not self.bounds.admit(self._peer, len(self.connections)):
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._forget()
        elif self._late is None:
            self._await_head()

    def pause_writing(self) -> None:
        """No more goes into the connection: its answer waits, and nothing is added until ``resume_writing``."""
        super().pause_writing()
        self._watch(self._left())

    def resume_writing(self) -> None:
        self._unwatch()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        self._unwatch()
        self.bounds.leave(self._peer)
        super().connection_lost(exc)

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
