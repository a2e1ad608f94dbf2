"""The outermost layer: every request passes here first, also those that Litestar answers on its own (404, 405, files).

Here it is decided who visits in which language, and whether the request may come in at all: to this host, with a readable
address, and, when it changes something, from a page of ours.
"""

import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from litestar import Request
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.enums import HttpMethod, ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from internationale import i18n
from internationale.errors import Invalid, Refused
from internationale.kit.http import LANGUAGE_SUFFIX, cookie_name, is_secure
from internationale.messages import marker
from internationale.section import Section
from internationale.section.asking import asking
from internationale.web import crowds, faults, gathering
from internationale.web.origin import SAFE_METHODS, is_foreign
from internationale.web.threads import aside, changing
from internationale.web.visits import Visit, look, read_cookies, remember_language, visit

_ = marker("core")

LOCAL = frozenset(["localhost", "127.0.0.1", "::1"])
ANONYMOUS = ("/static/", "/healthz")
"""What is the same for everybody: nobody is looked up for it."""
MAX_QUERY = 8000
MAX_PARAMETERS = 100
YEAR = 365 * 24 * 3600
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Edge:
    """Wraps Litestar's own ASGI handler, inside its ``before_send`` hooks."""

    def __init__(self, app: ASGIApp, section: Section) -> None:
        self._app = app
        self._section = section
        self._crowds = crowds.Crowds()
        self._hosts = LOCAL | {urlsplit(section.base_url).hostname}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.WEBSOCKET:
            await self._app(scope, receive, send)
            return
        if scope["method"] == HttpMethod.HEAD:
            # in a scope of our own: the server looks into its own for how to end the answer
            scope, send = {**scope, "method": HttpMethod.GET}, _without_body(send)
        changing.set(scope["method"] not in SAFE_METHODS)
        asking.set(None)  # the server begins a request that was sent ahead within the one before
        headers = _headers(scope)
        cookies = ScopeState.from_scope(scope).cookies = read_cookies(headers.get("cookie", ""))  # nobody reads them otherwise
        try:
            here = await self._visit(scope, headers, cookies)
            visit.set(here)  # for this request alone: the server runs each in a context of its own
            asking.set(here.asking)
            i18n.speaking.set(here.language)
            scope["state"]["visit"] = here
            self._admit(scope, headers, here)
            async with AsyncExitStack() as turn:
                if not changing.get() and not here.path.startswith(ANONYMOUS):
                    await turn.enter_async_context(self._crowds.turn(scope, here))
                if not crowds.is_gone(scope):
                    await self._app(scope, receive, _ending(turn, self._remembering(send, here)))
        except Exception as error:
            await _answer(error, scope, receive, send)
        finally:
            gathering.let_go(scope)

    async def _visit(self, scope: HTTPScope, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Visit:
        path = scope["path"]
        if path.startswith(ANONYMOUS):
            return Visit(path=path)
        query = scope["query_string"].decode("latin-1")
        return await aside(look, self._section, headers, cookies, path, query)

    def _admit(self, scope: HTTPScope, headers: Mapping[str, str], here: Visit) -> None:
        if _hostname(headers.get("host", "")) not in self._hosts:
            raise Invalid(_("This section does not answer under that name."))
        check_address(scope)
        if is_foreign(scope["method"], headers, self._section.base_url, has_session=here.has_session):
            raise Refused(_("This was sent from a page of somebody else, so it was not done."))
        if here.bad_token:
            raise HTTPException(status_code=401)

    def _remembering(self, send: Send, here: Visit) -> Send:
        """Send, with the chosen language in a cookie."""
        if here.chosen is None:
            return send
        cookie = Cookie(
            key=cookie_name(self._section) + LANGUAGE_SUFFIX,
            value=remember_language(here.chosen, here.reader),
            max_age=None if here.reader.signed_in else YEAR,  # it would tell that somebody was, on a machine that is taken
            secure=is_secure(self._section),
            httponly=True,
            samesite="lax",
        ).to_header(header="")

        async def remember(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableScopeHeaders.from_message(message).add("Set-Cookie", cookie)
            await send(message)

        return remember


def check_address(scope: HTTPScope) -> None:
    """Raise ``Invalid`` for a path or query that is not UTF-8, holds control characters, or is over-long."""
    query = scope["query_string"]
    if len(query) > MAX_QUERY or query.count(b"&") >= MAX_PARAMETERS:
        raise Invalid(_("The address is too long."))
    try:
        path = unquote_to_bytes(scope.get("raw_path") or scope["path"].encode()).decode("utf-8")
        parameters = unquote_to_bytes(query).decode("utf-8")
    except UnicodeError as error:
        raise Invalid(_("The address is not in UTF-8.")) from error
    if _CONTROL.search(path) or "\x00" in parameters:
        raise Invalid(_("The address contains a character that cannot be shown."))


def _headers(scope: HTTPScope) -> Mapping[str, str]:
    """Headers by lower-case name; one given several times is joined, and so matches nothing that must match."""
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return {name: ("; " if name == "cookie" else ", ").join(values) for name, values in found.items()}


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


async def _answer(error: Exception, scope: HTTPScope, receive: Receive, send: Send) -> None:
    request: Request[Any, Any, Any] = Request(scope, receive, send)
    handlers = faults.handlers()
    handle = next(handlers[kind] for kind in type(error).__mro__ if kind in handlers)
    response = handle(request, error)
    await response.to_asgi_response(app=None, request=request)(scope, receive, send)


def _ending(turn: AsyncExitStack, send: Send) -> Send:
    """Send, when the turn is over: what is answered is made then, and may be taken as slowly as it is."""

    async def end(message: Message) -> None:
        await turn.aclose()
        await send(message)

    return end


def _without_body(send: Send) -> Send:
    async def start_only(message: Message) -> None:
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    return start_only
