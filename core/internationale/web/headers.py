"""The headers that every response carries: pages, errors, files, and what Litestar answers on its own."""

from typing import Any

from litestar.types import Message, Scope

from internationale.kit.http import UNKEPT
from internationale.web.visits import Visit

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}
LASTING = (b"strict-transport-security", b"max-age=31536000")
_FIXED = [(name.encode(), value.encode()) for name, value in FIXED.items()]


def add(message: Message, scope: Scope, *, secure: bool) -> None:
    """Put the headers on the start of a response. What a handler set itself stays, but for keeping what is somebody's own."""
    if message["type"] != "http.response.start":
        return
    state: dict[str, Any] = scope.get("state", {})
    visit: Visit = state.get("visit") or Visit()
    personal = visit.has_session or visit.reader.signed_in or visit.bad_token or _is_unkept(scope)
    given = [(name, value) for name, value in message["headers"] if not (personal and name.lower() == b"cache-control")]
    there = {name.lower(): value for name, value in given}
    wanted = [*_FIXED, (b"content-security-policy", POLICY.format(nonce=visit.nonce or "none").encode())]
    if secure:
        wanted.append(LASTING)
    wanted.append((b"cache-control", b"no-store" if personal else b"no-cache"))
    if personal:
        wanted.append((b"x-robots-tag", b"noindex"))
    if b"immutable" not in there.get(b"cache-control", b""):
        wanted.append((b"vary", b"Cookie, Accept-Language, Authorization"))
    message["headers"] = [*given, *(header for header in wanted if header[0] not in there)]


def _is_unkept(scope: Scope) -> bool:
    handler = scope.get("route_handler")
    return handler is not None and bool(handler.opt.get(UNKEPT))
