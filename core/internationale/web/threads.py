"""Answers that are made in a worker thread: whoever answers an error stands in the loop that serves everybody."""

import asyncio
from collections.abc import Callable
from typing import Any

from litestar import Request
from litestar.response import Response
from litestar.types import Receive, Scope, Send


class Threaded(Response[Any]):
    """A page that ``make`` makes when it is sent."""

    def __init__(self, make: Callable[[], str], status_code: int) -> None:
        super().__init__("", status_code=status_code, media_type="text/html")
        self._make = make

    def to_asgi_response(self, app: Any = None, request: Any = None, **given: Any) -> Any:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            content = await asyncio.to_thread(self._make)
            whole = Response(content, status_code=self.status_code, media_type="text/html", headers=self.headers)
            await whole.to_asgi_response(app, request or Request(scope), **given)(scope, receive, send)

        return answer
