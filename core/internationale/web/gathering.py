"""What is kept of bodies while they come and until they are answered: bounded, for each who sends and for all together.

A text of three million bytes may come over a slow line, and nobody knows what it says before it is whole. So what many send at
once must not be more than there is memory for. Files are not kept but written away as they come (``rooms.attachments``).
"""

from collections import Counter
from typing import Any

from litestar import Request
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import Scope
from litestar.types.asgi_types import ReceiveMessage

from internationale.errors import TooSoon
from internationale.kit import http
from internationale.messages import marker
from internationale.web.visits import Visit

_ = marker("core")
MIB = 1024 * 1024
SHORT = 8 * 1024
"""So many bytes of each body are kept without counting, the longest passwords, however encoded: whoever fills the room keeps
nobody from signing in, or out.
"""
PASSING = 64 * 1024
"""The largest body of a passer-by: whoever signs in, joins, or asks for another section sends some hundred bytes."""
AGAIN = 10
"""After how many seconds whoever found no room may come again."""
_KEPT = "gathered"


class Room:
    """``most`` bytes for all together, ``of_one`` for each who sends. For the loop alone."""

    def __init__(self, most: int, of_one: int) -> None:
        self._most, self._of_one = most, of_one
        self._each = Counter[str]()

    def add(self, who: str, size: int) -> None:
        """So much more is kept. Raises ``TooSoon`` when there is no room for it."""
        if self._each.total() + size > self._most or self._each[who] + size > self._of_one:
            raise TooSoon(_("Too many ask for this at once. Please try again in a few seconds."), seconds=AGAIN)
        self._each[who] += size

    def give_back(self, who: str, size: int) -> None:
        """It is not kept any more. Whoever has nothing here is not remembered."""
        self._each -= Counter({who: size})


class Rooms:
    """Those of one application: people with an account have one that no passer-by can fill."""

    def __init__(self) -> None:
        self.people, self.passing = Room(64 * MIB, 16 * MIB), Room(16 * MIB, 4 * MIB)


class _Gathered:
    """The body of one request, counted as it comes."""

    def __init__(self, request: Request[Any, Any, Any], room: Room, who: str, largest: int | None) -> None:
        self._receive, self._room, self._who, self._largest = request.receive, room, who, largest
        self._size = self._counted = 0

    async def receive(self) -> ReceiveMessage:
        message = await self._receive()
        if message["type"] == "http.request":
            self._size += len(message["body"])
            if self._largest is not None and self._size > self._largest:
                raise RequestEntityTooLarge
            more = max(self._size - SHORT, 0) - self._counted
            if more:
                self._room.add(self._who, more)
                self._counted += more
        return message

    def let_go(self) -> None:
        self._room.give_back(self._who, self._counted)


def begin(request: Request[Any, Any, Any], *, page: bool) -> None:
    """From now on the body of a request is counted, until ``let_go``. ``page``: it is the form of a page, where somebody whose
    session has ended gets back what they wrote, however long it is.

    While the body is read, ``RequestEntityTooLarge`` (413) is raised for more than may be sent, and ``TooSoon`` when there is no
    room. Raises ``RequestEntityTooLarge`` at once where it is announced.
    """
    here: Visit = request.scope["state"]["visit"]
    rooms: Rooms = request.app.state["gathering"]
    known = here.reader.id
    largest = None if known is not None or (page and here.had_session) else PASSING
    if largest is not None and (request.content_length or 0) > largest:
        raise RequestEntityTooLarge
    room, who = (rooms.passing, http.network(http.address(request))) if known is None else (rooms.people, known)
    gathered = _Gathered(request, room, who, largest)
    request.receive = gathered.receive
    request.scope["state"][_KEPT] = gathered


def let_go(scope: Scope) -> None:
    """A request is over: nothing of its body is kept any more."""
    gathered: _Gathered | None = scope["state"].pop(_KEPT, None)
    if gathered is not None:
        gathered.let_go()
