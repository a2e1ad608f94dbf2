"""The log's own section over HTTPS: the way to its events when no hub helps.

Only the address that the signed roster names is asked, redirects are not followed, and both size and time are bounded. What
leads to this machine or into a private network is not asked, unless the host has said that sections live there: nobody may use a
section to reach into its own house. The number that was looked at is the one that is connected to: no name changes its meaning in
between.
"""

import asyncio
import contextlib
import http.client
import io
import ipaddress
import json
import logging
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from urllib.parse import SplitResult, urlsplit

from internationale.bundle.unpacking import unpack
from internationale.errors import Untrusted
from internationale.events import request
from internationale.events.request import Request
from internationale.ledger.reading import Gap
from internationale.rooms.roster import queries
from internationale.rooms.roster.rules.places import Place, of_number
from internationale.section import Section
from internationale.worker.pace import outside

_log = logging.getLogger(__name__)

PATH = "/api/v1/log"
SECONDS = 20.0
"""How long one answer may take in all."""
QUIET = 5.0
"""How long it may be silent."""
LARGEST = 16 * 1024 * 1024
"""Bytes of an answer that are read."""
SETTLED, REST = 3.0, 60.0
"""A gap is asked for over HTTPS after so many seconds, and again after so many."""


class Unanswered(Exception):
    """The section did not answer, or not as it should."""


class Origin:
    """Asks sections themselves, each gap now and then only. ``settled``: seconds for which a gap must have been there."""

    def __init__(self, section: Section, settled: float = SETTLED) -> None:
        self._section = section
        self._settled = settled
        self._next: dict[tuple[str, int], float] = {}
        """By section and number: when to ask (again)."""
        self._answering: set[str] = set()
        """Who brought something the last time: these are asked for more at once."""

    async def fetch(self, gap: Gap, first: int, last: int) -> int:
        """Ask for numbers of a log. Returns how many new events came; 0 when it is not the time to ask."""
        if not self._due(gap.section, first):
            return 0
        last = min(last, first + request.AT_ONCE - 1)
        return await self._asked(gap.section, log=gap.section, epoch=gap.epoch, first=first, last=last)

    async def fetch_parts(self, origin: str, names: Sequence[str]) -> int:
        """Ask for parts of a section's events. Returns how many came."""
        return await self._asked(origin, log=origin, parts=tuple(names[:16])) if self._due(origin, 0) else 0

    def _due(self, code: str, first: int) -> bool:
        now = asyncio.get_running_loop().time()
        when = self._next.setdefault((code, first), now + self._settled)
        if now < when and code not in self._answering:
            return False
        self._next = {asked: later for asked, later in self._next.items() if later > now - 2 * REST}
        self._next[code, first] = now + REST
        return True

    async def _asked(self, to: str, **wanted: object) -> int:
        self._answering.discard(to)
        try:
            came = await outside(ask, self._section, to, wanted)
        except Unanswered as trouble:
            _log.info("section %s does not answer over HTTPS: %s", to, trouble)
            return 0
        if came:
            self._answering.add(to)
            _log.info("%d missing things came from section %s over HTTPS", came, to)
        return came


def ask(section: Section, to: str, wanted: dict[str, object]) -> int:
    """Ask another section at the address that the roster has for it, and take in its answer. Raises ``Unanswered``."""
    asked = {"asked": section.gate.inquiry.question} if section.gate.inquiry.question else {}
    address, question = _question(section, to, {"log": to} | asked | wanted)
    answer = post(urlsplit(address), question, inner=section.settings.federation.inner_addresses)
    try:
        found = unpack(section, io.BytesIO(answer), address, by=to)
    except Untrusted as error:
        raise Unanswered(error.reason) from error
    return found.new + found.parts


def chunk(section: Section, to: str, blob: str, number: int) -> bytes:
    """A chunk of an attachment from another section; whether it is the right one is for the caller to see.

    Raises ``Unanswered``.
    """
    address, question = _question(section, to, {"log": to, "blob": blob, "chunk": number})
    return post(urlsplit(address), question, PATH + "/chunk", inner=section.settings.federation.inner_addresses)


def _question(section: Section, to: str, wanted: dict[str, object]) -> tuple[str, bytes]:
    """The address that the roster has for a section, and a signed question to it. Raises ``Unanswered``."""
    with section.reading() as session:
        latest = queries.latest(session)
    entry = latest.roster.entry(to) if latest is not None else None
    if latest is None or entry is None or not entry.address:
        raise Unanswered("the roster has no address for it")
    question = Request(section=section.code, to=to, time=section.now(), roster=latest.roster.version, **wanted)  # type: ignore[arg-type]  # checked there
    return entry.address, json.dumps(request.seal(question, section.key).plain()).encode()


def post(address: SplitResult, body: bytes, path: str = PATH, *, inner: bool = False) -> bytes:
    """Send a question to a section's address; ``inner``: also to one of this machine or of a private network.

    Raises ``Unanswered``.
    """
    headers = {"Content-Type": "application/json", "Accept": "application/jsonl, application/octet-stream"}
    try:
        with socket.create_connection(_place(address, inner=inner), QUIET) as stream, _in_time(stream):
            connection = _connection(address, stream)
            try:
                connection.request("POST", address.path.rstrip("/") + path, body, headers)
                response = connection.getresponse()
                if response.status != http.client.OK:
                    raise Unanswered(f"status {response.status}")
                return _read(response)
            finally:
                connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unanswered(str(error) or type(error).__name__) from error


@contextlib.contextmanager
def _in_time(stream: socket.socket) -> Iterator[None]:
    """End the connection after ``SECONDS``, whatever is being waited for. A limit for each read is none for who sends a header,
    or a handshake, drop by drop: that could take days, and everything that is missing of other logs waits behind it.

    Raises ``Unanswered``.
    """
    over = threading.Event()
    with stream.dup() as same:  # TLS takes the socket itself away

        def end() -> None:
            over.set()
            with contextlib.suppress(OSError):  # the other end is gone
                same.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(SECONDS, end)
        timer.start()
        try:
            yield
        except (OSError, http.client.HTTPException, ValueError) as error:
            if over.is_set():
                raise Unanswered("too slow") from error
            raise
        finally:
            timer.cancel()
            timer.join()
        if over.is_set():  # what ended there is not whole
            raise Unanswered("too slow")


def _place(address: SplitResult, *, inner: bool) -> tuple[str, int]:
    if address.scheme not in ("http", "https") or address.hostname is None:
        raise Unanswered("no address of pages")
    port = _port(address)
    return _permitted(address.hostname, port, inner=inner), port


def _port(address: SplitResult) -> int:
    return address.port or (443 if address.scheme == "https" else 80)


def _connection(address: SplitResult, stream: socket.socket) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(address.hostname or "", _port(address), timeout=QUIET)
    if address.scheme == "https":
        stream = ssl.create_default_context().wrap_socket(stream, server_hostname=address.hostname)
    connection.sock = stream
    return connection


def _permitted(host: str, port: int, *, inner: bool) -> str:
    """The number to connect to. All that a name stands for must be public: the system would try one after the other."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not inner and not all(map(_is_public, found)):
        raise Unanswered(f"{host} leads to a private address")
    return found[0]


def _is_public(number: str) -> bool:
    """Whether it is out in the world, also where it stands for another (of IPv4, behind a gateway)."""
    address = ipaddress.ip_address(number.partition("%")[0])
    tunnel = isinstance(address, ipaddress.IPv6Address) and address.sixtofour is not None
    return of_number(address) is Place.WORLD and not tunnel


def _read(response: http.client.HTTPResponse) -> bytes:
    pieces, size = list[bytes](), 0
    while piece := response.read1(65536):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise Unanswered("too large")
    return b"".join(pieces)
