"""The threads in which requests are worked on; and answers that are made there.

Whoever changes something may have to wait for a turn to write, for half a minute where somebody writes for long. Requests that
change something have threads of their own for that: who only reads never stands behind those who wait.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from litestar import Request
from litestar.response import Response
from litestar.types import Receive, Scope, Send

T = TypeVar("T")
P = ParamSpec("P")
READING = 10
"""For requests that only read."""
WRITING = 10
"""For those that may write: more than wait long for their turn (``ledger.database``). Together no more than it lets read."""
changing: ContextVar[bool] = ContextVar("changing", default=False)
"""Whether the request under way may change something."""


class Threads(ThreadPoolExecutor):
    """Both together: the executor of the loop. In which of them something is done is decided by the request that asks for it."""

    def __init__(self) -> None:
        super().__init__(READING, "read")
        self._writing = ThreadPoolExecutor(WRITING, "write")

    def submit(self, work: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> Future[T]:
        return (self._writing.submit if changing.get() else super().submit)(work, *arguments, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._writing.shutdown(wait, cancel_futures=cancel_futures)
        super().shutdown(wait, cancel_futures=cancel_futures)


async def aside(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Have something done that only reads, whatever the request may change: it does not stand behind those who wait to write."""
    before = changing.set(False)
    try:
        return await asyncio.to_thread(work, *arguments, **named)
    finally:
        changing.reset(before)


class Threaded(Response[Any]):
    """A page that ``make`` makes when it is sent."""

    def __init__(self, make: Callable[[], str], status_code: int) -> None:
        super().__init__("", status_code=status_code, media_type="text/html")
        self._make = make

    def to_asgi_response(self, app: Any = None, request: Any = None, **given: Any) -> Any:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            content = await aside(self._make)
            whole = Response(content, status_code=self.status_code, media_type="text/html", headers=self.headers)
            await whole.to_asgi_response(app, request or Request(scope), **given)(scope, receive, send)

        return answer
