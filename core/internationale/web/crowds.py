"""Who only reads takes turns with whoever comes from the same place, and holds no thread while they wait.

A page may take half a second, and to ask for it takes nothing: a few hundred that one stranger asked for would stand before
whatever everybody else asks for, also when they have gone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from litestar.types import HTTPScope

from internationale.kit import http
from internationale.web.threads import READING
from internationale.web.visits import Visit

OF_ONE = 3
"""So many pages are being made at a time for one network of passers-by, or one account."""
PASSING = 6
"""And so many for all passers-by: the other threads are for people with an account, who may have all of them."""
GONE = "gone"
"""In a request's state: asks whether whoever sent it is not there any more. The server may put it there."""


@dataclass
class _Place:
    turns: asyncio.Semaphore
    there: int = 0


@dataclass
class Crowd:
    """Turns of which ``all`` are given at a time, ``OF_ONE`` to one place. For the loop alone."""

    all: int
    _turns: asyncio.Semaphore = field(init=False)
    _places: dict[str, _Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._turns = asyncio.Semaphore(self.all)

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """Wait for one. Whoever comes from elsewhere stands behind ``OF_ONE`` of each other place at most."""
        place = self._places.setdefault(who, _Place(asyncio.Semaphore(OF_ONE)))
        place.there += 1
        try:
            async with place.turns, self._turns:
                yield
        finally:
            place.there -= 1
            if not place.there:
                del self._places[who]


class Crowds:
    """Those of one application."""

    def __init__(self) -> None:
        self._people, self._passing = Crowd(READING), Crowd(PASSING)

    @asynccontextmanager
    async def turn(self, scope: HTTPScope, here: Visit) -> AsyncIterator[None]:
        """The turn of a request that only reads."""
        account, client = here.reader.id, scope["client"]
        crowd, who = (self._passing, http.network(client[0] if client else "")) if account is None else (self._people, account)
        async with crowd.turn(who):
            yield


def is_gone(scope: HTTPScope) -> bool:
    """Whether nobody is there any more to be answered."""
    gone = scope["state"].get(GONE)
    return gone is not None and bool(gone())
