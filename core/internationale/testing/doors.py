"""The application of a section for tests: the same, made in a third of the time.

An application has three hundred routes, of which a test visits a few, and Litestar looks into the signature of every handler.
Here it does so when somebody first comes to a route. Templates that were compiled for another section are not compiled again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import litestar.router
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import HTTPScope, Receive, Send

from internationale.section import Section
from internationale.web.app import API, create_app


class Compiled(BytecodeCache):
    """Templates, compiled for the first section that showed them; by their name and content, as Jinja keeps them in files."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = Compiled()
_LATER: Any = None
"""In the place of what the signature of a handler says."""


class Visited(HTTPRoute):
    """A route that is made ready when somebody first comes to it. Until then it only says which methods it has."""

    __slots__ = ()

    def create_handler_map(self) -> None:
        """Without what the signatures say."""
        self.route_handler_map = {method: (each, _LATER) for each in self.route_handlers for method in each.http_methods}

    async def handle(self, scope: HTTPScope, receive: Receive, send: Send) -> None:  # type: ignore[override]  # as Litestar's own
        app = scope["litestar_app"]
        for route in app.routes if self.path.startswith(f"{API}/openapi.json") else [self]:  # that one speaks of all
            if isinstance(route, Visited):
                route.make_ready(app)
        await super().handle(scope, receive, send)

    def make_ready(self, app: Litestar) -> None:
        """All that Litestar does with a route's handlers when it is registered."""
        if any(model is not _LATER for _handler, model in self.route_handler_map.values()):
            return
        for handler in self.route_handlers:
            handler.on_registration(app)
        self.route_handler_map = {}
        super().create_handler_map()


def door(section: Section) -> Litestar:
    """The application of a prepared section."""
    with _registering_later():
        return create_app(section, compiled=_COMPILED)


@contextmanager
def _registering_later() -> Iterator[None]:
    with (
        patch.object(litestar.router, "HTTPRoute", Visited),
        patch.object(HTTPRouteHandler, "on_registration", lambda _handler, _app: None),
    ):
        yield
