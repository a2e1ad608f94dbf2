"""Answers of the API that nobody is sent twice, and those that somebody waits for.

Every JSON answer to a GET has a tag (``ETag``). Who sends it back (``If-None-Match``) is told when nothing has changed: 304,
without a body. Who follows something need not ask again and again: with ``Prefer: wait=SECONDS`` besides, the answer comes as
soon as it is another one, or as 304 when so many seconds are over. Sources: RFC 9110, section 13.1.2; RFC 7240, section 4.3.

Each look is a request of its own, from who it is and whether they may: a token that was withdrawn meanwhile is answered with 401.
"""

import asyncio
import contextlib
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from internationale.kit.http import is_known
from internationale.section import Section
from internationale.section.bells import Bell, Listener
from internationale.web import crowds
from internationale.web.visits import Visit

LONGEST = 50
"""Seconds that anybody may wait. A proxy before us that was not told otherwise gives up after sixty."""
OF_ONE, OF_ALL = 8, 256
"""So many answers one account may wait for at a time, and all together. Passers-by wait for none."""
LOOK = 5.0
"""Seconds after which it is looked even if no bell rang: not everything that an answer shows comes into the log."""
NOTICE = 1.0
"""Seconds after which it is noticed that nobody waits any more, or that the instance is being stopped."""
ENDING = "ending"
"""In a request's state: asks whether the server is being stopped. The server may put it there."""
_PREFERRED = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(?=$|[,;])", re.IGNORECASE)


class Waiting:
    """Wraps the whole application, whose API begins with ``path``."""

    def __init__(self, app: ASGIApp, section: Section, path: str) -> None:
        self._app = app
        self._section = section
        self._path = path
        self._each = Counter[str]()
        self._bell: Bell | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != HttpMethod.GET or not scope["path"].startswith(self._path):
            await self._app(scope, receive, send)
            return
        asked = _Asked(self._app, scope, receive, send)
        listener = self._listener() if asked.seconds else None  # first: what is committed while we look counts
        answer = await asked.look()
        if listener is not None and answer.is_known:
            with self._place(asked.visit) as granted:
                if granted:
                    answer = await self._another(asked, listener, answer)
                    answer.add(b"preference-applied", f"wait={asked.seconds}")
        await answer.end()

    async def _another(self, asked: "_Asked", listener: Listener, answer: "_Answer") -> "_Answer":
        """The first answer that is not known, or else the last one (``answer``: of now)."""
        clock = asyncio.get_running_loop().time
        over = clock() + asked.seconds
        while True:
            rested = clock() + asked.took  # who waits keeps nobody busy for more than half of the time
            again = min(max(clock() + LOOK, rested), over)
            while clock() < again and not asked.ends:
                if clock() < rested:
                    await asyncio.sleep(min(NOTICE, rested - clock()))
                elif await listener.wait(min(NOTICE, again - clock())):
                    break
            if asked.ends:
                return answer
            answer = await asked.look()
            if not answer.is_known or clock() >= over:
                return answer

    def _listener(self) -> Listener:
        if self._bell is None:
            self._bell = Bell()  # it belongs to the loop that runs now
            self._section.on_commit(self._bell.ring)
        return self._bell.listener()

    @contextlib.contextmanager
    def _place(self, visit: Visit | None) -> Iterator[bool]:
        """Whether whoever asks may wait, for as long as the block lasts."""
        who = visit.reader.id if visit is not None else None
        if who is None or self._each[who] >= OF_ONE or self._each.total() >= OF_ALL:
            yield False
            return
        self._each[who] += 1
        try:
            yield True
        finally:
            self._each -= Counter([who])


class _Asked:
    """A request, which is made anew at each look. ``took``: the seconds of the last look; ``visit``: who asked then."""

    def __init__(self, app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send) -> None:
        self._app, self._receive, self._send = app, receive, send
        self._scope: Any = scope
        self._as_it_came = dict(scope), dict(scope["state"])
        self._known = _header(scope, b"if-none-match")
        self.seconds = _preferred(_header(scope, b"prefer")) if self._known else 0
        self.took = 0.0
        self.visit: Visit | None = None

    async def look(self) -> "_Answer":
        """The answer of now."""
        clock = asyncio.get_running_loop().time
        scope, state = self._as_it_came
        self._scope.clear()  # the same one, for whoever sends looks into it for who asks, and how much may be told of the answer
        self._scope.update(scope | {"state": dict(state)})
        answer, began = _Answer(self._send, self._known), clock()
        await self._app(self._scope, self._receive, answer.take)
        self.took, self.visit = clock() - began, self._scope["state"].get("visit")
        return answer

    @property
    def ends(self) -> bool:
        """Whether nobody waits any more, or the instance is being stopped."""
        ending = self._scope["state"].get(ENDING)
        return crowds.is_gone(self._scope) or (ending is not None and bool(ending()))


class _Answer:
    """An answer that is kept back until it is known whether it is a whole one in JSON; everything else is passed on at once."""

    def __init__(self, send: Send, known: str) -> None:
        self._send = send
        self._known = known
        self._start: Any = None
        self._body: Any = None
        self.is_known = False
        """Whether whoever asks has it already."""

    async def take(self, message: Any) -> None:
        """What the application sends."""
        if message["type"] == "http.response.start" and _is_plain(message):
            self._start = message
        elif self._start is not None and self._body is None and not message.get("more_body"):
            self._body = message
            tag = hashlib.sha256(message["body"]).hexdigest()[:32]
            self.add(b"etag", f'"{tag}"')
            if is_known(self._known, tag):
                self.is_known, message["body"] = True, b""  # nobody needs it, and it would be kept while somebody waits
        else:
            if self._start is not None and self._body is None:
                start, self._start = self._start, None
                await self._send(start)
            await self._send(message)

    def add(self, name: bytes, value: str) -> None:
        """One header more, unless it has been passed on."""
        if self._start is not None:
            self._start["headers"] = [*self._start["headers"], (name, value.encode())]

    async def end(self) -> None:
        """Send what was kept back."""
        if self._start is None:
            return
        if self.is_known:
            described = (b"content-length", b"content-type")
            self._start["status"] = 304
            self._start["headers"] = [(name, value) for name, value in self._start["headers"] if name.lower() not in described]
        await self._send(self._start)
        await self._send(self._body)


def _is_plain(start: Any) -> bool:
    media = next((value for name, value in start["headers"] if name.lower() == b"content-type"), b"")
    return start["status"] == 200 and media.startswith(b"application/json")


def _header(scope: HTTPScope, wanted: bytes) -> str:
    return ", ".join(value.decode("latin-1") for name, value in scope["headers"] if name.lower() == wanted)


def _preferred(prefer: str) -> int:
    """The seconds of ``wait``; 0: nobody waits."""
    found = _PREFERRED.search(prefer)
    return min(int(found[1]), LONGEST) if found else 0
