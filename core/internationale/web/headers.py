"""The headers that every response carries: pages, errors, files, and what Litestar answers on its own."""

from typing import Any

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from internationale.web.visits import Visit

POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}
LASTING = "max-age=31536000"


def add(message: Message, scope: Scope, *, secure: bool) -> None:
    """Put the headers on the start of a response. What a handler set itself stays."""
    if message["type"] != "http.response.start":
        return
    state: dict[str, Any] = scope.get("state", {})
    visit: Visit = state.get("visit") or Visit()
    headers = MutableScopeHeaders.from_message(message)
    for name, value in FIXED.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", POLICY.format(nonce=visit.nonce or "none"))
    if secure:
        headers.setdefault("Strict-Transport-Security", LASTING)
    if visit.has_session or visit.reader.signed_in or visit.bad_token:
        headers["Cache-Control"] = "no-store"
        headers.setdefault("X-Robots-Tag", "noindex")
    else:
        headers.setdefault("Cache-Control", "no-cache")
    if "immutable" not in headers.get("Cache-Control", ""):
        headers.setdefault("Vary", "Cookie, Accept-Language, Authorization")
