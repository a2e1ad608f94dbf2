"""The headers that every response carries: pages, errors, files, and what Litestar answers on its own."""

from typing import Any

from litestar.types import Message, Scope

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
LASTING = "max-age=31536000"


def add(message: Message, scope: Scope, *, secure: bool) -> None:
    """Put the headers on the start of a response. What a handler set itself stays, but for keeping what is somebody's own."""
    if message["type"] != "http.response.start":
        return
    state: dict[str, Any] = scope.get("state", {})
    visit: Visit = state.get("visit") or Visit()
    personal = visit.has_session or visit.reader.signed_in or visit.bad_token
    given = [(name, value) for name, value in message["headers"] if not (personal and name.lower() == b"cache-control")]
    there = {name.lower(): value for name, value in given}
    wanted = {**FIXED, "content-security-policy": POLICY.format(nonce=visit.nonce or "none")}
    if secure:
        wanted["strict-transport-security"] = LASTING
    wanted["cache-control"] = "no-store" if personal else "no-cache"
    if personal:
        wanted["x-robots-tag"] = "noindex"
    if b"immutable" not in there.get(b"cache-control", b""):
        wanted["vary"] = "Cookie, Accept-Language, Authorization"
    encoded = ((name.encode(), value.encode()) for name, value in wanted.items())
    message["headers"] = [*given, *((name, value) for name, value in encoded if name not in there)]
