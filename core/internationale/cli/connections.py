"""How many connections of browsers there may be, and how long one may take to ask for something.

Every connection takes a descriptor, and so do the database, the hubs and the files. Without a bound a stranger who opens many
and asks for nothing leaves none for these.
"""

import asyncio
import ipaddress
import resource
from collections import Counter
from collections.abc import Collection
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from internationale.kit import http

MOST = 4096
"""The most connections at a time, where there are descriptors enough."""
HEAD = 20.0
"""Seconds in which a request must have come, but for its body."""


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

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        self.bounds.leave(self._peer)
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._late = asyncio.get_running_loop().call_later(HEAD, self.transport.abort)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
