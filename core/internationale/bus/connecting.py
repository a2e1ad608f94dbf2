"""Connecting to a hub: by which of its addresses, as whom, to which certificate, and what the server says aside.

``tls://`` begins with the TLS handshake, before anything of NATS's own is read: a server (or somebody between) that offers no
encryption gets nothing, where the library by itself would go on in the clear. Servers need ``handshake_first`` for it.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import nats.errors
from nats.aio.client import Client, Server

from internationale.bus import INBOX, Insecure, NotAllowed, NotAuthorised, Parcel, Unreachable
from internationale.bus.ending import standing_on, stop
from internationale.bus.protocol import Plain
from internationale.events.nkey import Nkey

_log = logging.getLogger(__name__)
logging.getLogger("asyncio").addFilter(  # nats-py makes its TLS streams by hand: this is said when one ends, and means nothing
    lambda record: not str(record.msg).startswith("returning true from eof_received()")
)
TIMEOUT = 5.0
"""Seconds to wait for any one answer of the hub."""
SOONEST, LATEST = 0.2, 3.0
"""Seconds between two attempts to reach a hub that is away: at first, and in the end."""
_ENCRYPTED = ("tls", "wss")
_REMEMBERED = 100
"""Of how many refused subjects the latest are remembered."""


def following(servers: Sequence[Server], _info: object) -> tuple[Server, float]:
    """Which of a hub's servers to try next, and after how many seconds: the one that failed least, later each time."""
    server = min(servers, key=lambda server: server.reconnects)
    return server, min(SOONEST * 2 ** min(server.reconnects, 10), LATEST)


def ways(addresses: str, *, pinned: bool) -> list[list[str]]:
    """A hub's addresses (separated by spaces) as they are tried: plain NATS first, then WebSocket; never mixed in one client.

    Where a certificate is pinned, every way is encrypted.
    """
    secure = {"nats://": "tls://", "ws://": "wss://"}
    found = addresses.split()
    if pinned:
        found = [next((to + url.removeprefix(at) for at, to in secure.items() if url.startswith(at)), url) for url in found]
    plain = [url for url in found if not url.startswith("ws")]
    return [way for way in (plain, [url for url in found if url.startswith("ws")]) if way]


def trusting(certificates: str | None) -> ssl.SSLContext:
    """TLS that leads to one of these certificates (PEM) and nowhere else; without any: to what the machine trusts."""
    if certificates is None:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=certificates)
    except ssl.SSLError as error:
        raise Insecure("the roster's certificate for this hub cannot be read") from error
    return context


def _place(url: str) -> str:
    """Host and port as the library compares them."""
    parts = urlsplit(url)
    return parts.netloc if parts.port or parts.scheme in ("ws", "wss") else f"{parts.netloc}:4222"


async def reach(
    url: str, section: str, nkey: Nkey | None, certificates: str | None, kind: Callable[[], Client] | None = None
) -> "Line":
    """The first of a hub's ways that leads there; see ``NatsBus.connect``. ``kind``: makes the client."""
    hub = url.split(maxsplit=1)[0]
    failure: Unreachable = Unreachable(url)
    for way in ways(url, pinned=certificates is not None):
        line = Line(hub, kind() if kind is not None else None)
        try:
            await line.open(way, section, nkey, certificates)
        except NotAuthorised:
            raise
        except Unreachable as error:
            failure = failure if isinstance(failure, Insecure) else error
        else:
            return line
    raise failure


class Line:
    """One client, and what the server says beside its answers: that the connection came back, ended, or what is not allowed."""

    def __init__(self, hub: str, client: Client | None = None) -> None:
        self.client: Client = Plain() if client is None else client
        self.changed: Callable[[], None] = lambda: None
        """Called when the connection came back, or ended for good."""
        self._hub = hub
        self._connected = False
        self._insecure = 0
        self._away = False
        self._ended: Unreachable | None = None
        self._stopped = asyncio.Event()
        self._last: Exception | None = None
        self._named: set[str] = set()
        self._refused: dict[str, float] = {}
        self._publishing: dict[asyncio.Timeout, Sequence[Parcel]] = {}

    async def open(self, way: Sequence[str], section: str, nkey: Nkey | None, certificates: str | None) -> None:
        """Connect. Raises ``Unreachable`` (``NotAuthorised``, ``Insecure``)."""
        self._named = {_place(url) for url in way}
        options: dict[str, Any] = {}
        if any(url.split(":")[0] in _ENCRYPTED for url in way):
            options = {"tls": trusting(certificates), "tls_handshake_first": not way[0].startswith("ws")}
        if nkey is not None:
            options["nkeys_seed_str"] = nkey.seed
        connecting = asyncio.ensure_future(
            self.client.connect(
                list(way),
                name=f"internationale {section}",
                inbox_prefix=f"{INBOX}{section}",
                connect_timeout=2,
                reconnect_time_wait=SOONEST,  # type: ignore[arg-type]  # a float works and is meant
                reconnect_to_server_handler=self._next,
                max_reconnect_attempts=-1,
                ping_interval=10,
                pending_size=-1,
                error_cb=self._troubled,
                reconnected_cb=self._reconnected,
                closed_cb=self._closed,
                **options,
            )
        )
        stopped = asyncio.ensure_future(self._stopped.wait())
        failure: BaseException | None = asyncio.CancelledError()
        try:
            await asyncio.wait((connecting, stopped), timeout=TIMEOUT, return_when=asyncio.FIRST_COMPLETED)
            failure = self._failure(connecting)
        finally:
            await stop((connecting, stopped))
            if failure is not None:
                await self.close()
        if failure is not None:
            raise failure
        self._connected = True

    def _failure(self, connecting: "asyncio.Future[None]") -> BaseException | None:
        """Why there is no connection; None when there is one."""
        error = connecting.exception() if connecting.done() else self._last
        if connecting.done() and error is None:
            return None
        if self._ended is not None:
            return self._ended
        if isinstance(error, ssl.SSLError):
            return Insecure(f"{self._hub}: {error}")
        if error is None or isinstance(error, OSError | TimeoutError | nats.errors.Error | aiohttp.ClientError):
            return Unreachable(f"{self._hub}: {error or 'no answer'}")
        return error

    def check(self) -> None:
        """Raises what ended the connection, if anything did."""
        if self._ended is not None:
            raise self._ended
        if self.client.is_closed:
            raise Unreachable(f"{self._hub}: the connection was closed")

    def refused(self, since: float, *beginnings: str) -> NotAllowed | None:
        """What the server has not allowed since a moment (of the loop's clock), of what begins with one of these."""
        wanted = tuple(beginning.lower() for beginning in beginnings)
        found = [subject for subject, at in self._refused.items() if at >= since and subject.startswith(wanted)]
        return NotAllowed(f"{self._hub} does not allow {found[0]}") if found else None

    @contextlib.asynccontextmanager
    async def publishing(self, parcels: Sequence[Parcel]) -> AsyncIterator[None]:
        """A block in which these are published: it ends as soon as the server does not allow one. Raises ``NotAllowed``."""
        try:
            async with asyncio.timeout(None) as allowed:
                self._publishing[allowed] = parcels
                try:
                    yield
                finally:
                    self._publishing.pop(allowed, None)
        except TimeoutError as error:
            refused = self.refused(allowed.when() or 0.0, *(parcel.subject for parcel in parcels))
            raise refused or error from error

    async def close(self) -> None:
        """Let go of the connection. A client that never connected takes itself for closed; TLS leaves the socket below open.

        The library cancels its coming back once, which may have no effect (see ``ending``): it would go on behind who closed it.
        """
        back = self.client._reconnection_task  # noqa: SLF001  # nothing public leads there
        await stop(() if back is None else (back,))
        transport: Any = self.client._transport  # noqa: SLF001  # nor there
        below = standing_on(transport)
        closing = asyncio.ensure_future(self.client.close())
        await asyncio.wait({closing}, timeout=2)
        await stop((closing,))
        if transport is None:
            return
        with contextlib.suppress(Exception):
            transport.close()
        closed = asyncio.ensure_future(transport.wait_closed())
        await asyncio.wait({closed}, timeout=2)
        await stop((closed,))
        if below is not None:
            below.abort()
            await asyncio.sleep(0)

    def _next(self, servers: Sequence[Server], info: object) -> tuple[Server, float]:
        """Only addresses that were named: those that a cluster tells of itself lead past the certificate and the proxy."""
        named = [server for server in servers if server.uri.netloc in self._named]
        return following(named or servers, info)

    async def _reconnected(self) -> None:
        if self._away:
            self._away = False
            _log.info("hub %s: is back", self._hub)
        self.changed()

    async def _closed(self) -> None:
        if self._ended is None and isinstance(self.client.last_error, nats.errors.AuthorizationError):
            self._ended = NotAuthorised(f"{self._hub} has shut us out")
        self._ended = self._ended or Unreachable(f"{self._hub}: the connection was closed")
        self.changed()

    async def _troubled(self, error: Exception) -> None:
        said = str(error).lower()
        self._last = error
        expected = not self._connected or self._away  # the first connection is reported by ``Unreachable``
        self._away = self._away or self.client.is_reconnecting or isinstance(error, nats.errors.UnexpectedEOF)
        if "permissions violation" in said:
            expected = True  # reported by ``NotAllowed``
            self._note(said)
        if "authorization violation" in said:
            self._ended = NotAuthorised(f"{self._hub} does not let us in")
            self._stopped.set()
            asyncio.get_running_loop().call_soon(self.changed)
        self._insecure += isinstance(error, ssl.SSLError)
        if self._insecure >= len(self._named):
            self._stopped.set()
        _log.log(logging.DEBUG if expected else logging.WARNING, "hub %s: %s", self._hub, error or type(error).__name__)

    def _note(self, said: str) -> None:
        """The server names the subject in quotation marks; the library has made it small letters."""
        self._refused.pop(subject := said.partition('"')[2].partition('"')[0], None)
        self._refused[subject] = asyncio.get_running_loop().time()
        if len(self._refused) > _REMEMBERED:
            self._refused.pop(next(iter(self._refused)))
        for allowed, parcels in tuple(self._publishing.items()):
            if any(parcel.subject.lower() == subject for parcel in parcels):
                del self._publishing[allowed]
                allowed.reschedule(self._refused[subject])
