"""What a plugin needs of HTTP beyond Litestar: the session cookie, and where it is safe to send somebody next.

There is no session store here. The plugin that knows people keeps sessions (hook ``identify`` with ``scope="session"``);
the cookie carries a secret that is new at every sign-in (``make_secret``), and nothing is set for passers-by.
"""

import hmac
import ipaddress
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from litestar import Request
from litestar.datastructures import Cookie
from litestar.response import Response

from internationale.kit.ports import Section

SESSION = timedelta(days=14)
"""How long a browser keeps the cookie; the plugin decides how long the session behind it lives."""
MAX_PATH = 2000
MAX_TAGS = 1000
GATEWAY = ipaddress.ip_network("64:ff9b::/96")
"""Addresses of IPv6 that stand for those of IPv4, behind a gateway."""
_BROWSER = "-browser"
LANGUAGE_SUFFIX = "-language"
UNKEPT = "unkept"
"""For the ``opt`` of a handler, where address or answer are secret: with ``opt={UNKEPT: True}`` nobody keeps a copy."""
UNCOUNTED = "uncounted"
"""For the ``opt`` of a handler with which people look after their own account and end ways in: with ``opt={UNCOUNTED: True}`` a
short form is not counted as something that they write. So whoever sends with a stolen secret keeps nobody from ending it.
"""


def cookie_name(section: Section) -> str:
    """``intl-<code>``: named per section because browsers share cookies between ports; ``__Host-`` pins it under HTTPS."""
    return f"__Host-intl-{section.code}" if is_secure(section) else f"intl-{section.code}"


def is_secure(section: Section) -> bool:
    """Whether the section is reached by HTTPS."""
    return section.base_url.startswith("https://")


def address(request: Request[Any, Any, Any]) -> str:
    """The network address that a request comes from; empty when nobody knows."""
    return request.client.host if request.client else ""


def network(address: str) -> str:
    """The network of an address, /24 or /48, as a household or a provider has them; empty for what is no address.

    What is counted of visitors is counted so: a single one may have more addresses than can be counted.
    """
    return _within(address, 24, 48)


def line(address: str) -> str:
    """The line of an address: the address itself, or the /64 that one connection has of IPv6; empty for what is no address."""
    return _within(address, 32, 64)


def number(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address in numbers; the one of IPv4 where it only stands for that: as of whoever comes through a socket of both kinds,
    or a gateway. Else all of IPv4 would be one line. Raises ``ValueError``.
    """
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        behind = ipaddress.IPv4Address(int(found) % 2**32) if found in GATEWAY else None
        return behind or found.ipv4_mapped or found
    return found


def make_secret(section: Section) -> str:
    """A new secret for a session: 32 random bytes as text, and a mark by which ``was_given`` knows it as long as this instance
    has its keys. Whoever's session has ended, and was forgotten, still gets back a long text that they send.
    """
    unguessable = secrets.token_urlsafe(32)
    return f"{unguessable}.{_mark(section, unguessable)}"


def was_given(section: Section, secret: str) -> bool:
    """Whether a secret is from ``make_secret``; whether its session holds is another question."""
    unguessable, _, mark = secret.partition(".")
    return hmac.compare_digest(_mark(section, unguessable).encode(), mark.encode())


def _mark(section: Section, unguessable: str) -> str:
    return hmac.digest(section.secret("http.session"), unguessable.encode(), "sha256").hex()[:32]


def set_session(response: Response[Any], section: Section, secret: str, *, lasting: timedelta | None = SESSION) -> None:
    """Let the browser carry ``secret`` (of ``make_secret``) from now on, for so long; None: until it is closed."""
    response.set_cookie(_cookie(section, secret, None if lasting is None else int(lasting.total_seconds())))


def clear_session(response: Response[Any], section: Section) -> None:
    """Let the browser forget the session."""
    response.set_cookie(_cookie(section, "", 0))


def clear_language(response: Response[Any], section: Section, request: Request[Any, Any, Any]) -> None:
    """Let the browser forget a language that was chosen while somebody was signed in (``<language>.<that of the account>``): it
    would tell that somebody was. A passer-by's stays.
    """
    if request.cookies.get(cookie_name(section) + LANGUAGE_SUFFIX, "").partition(".")[2]:
        response.set_cookie(_cookie(section, "", 0, LANGUAGE_SUFFIX))


def browser(request: Request[Any, Any, Any], section: Section) -> str | None:
    """What ``set_browser`` had this browser carry, whatever it is worth."""
    return request.cookies.get(cookie_name(section) + _BROWSER)


def set_browser(response: Response[Any], section: Section, secret: str, *, lasting: timedelta) -> None:
    """Let the browser carry ``secret`` beside the session's, and after it: only whoever has signed in there is given one."""
    response.set_cookie(_cookie(section, secret, int(lasting.total_seconds()), _BROWSER))


def clear_browser(response: Response[Any], section: Section) -> None:
    """Let the browser forget that somebody has signed in there."""
    response.set_cookie(_cookie(section, "", 0, _BROWSER))


def is_known(known: str, tag: str) -> bool:
    """Whether who asks has what stands under this tag, by the header ``If-None-Match``. Source: RFC 9110, section 13.1.2.

    Nobody has so many copies that the header is longer than ``MAX_TAGS``: whose is, has none.
    """
    if len(known) > MAX_TAGS:
        return False
    tags = (each.strip().removeprefix("W/") for each in known.split(","))
    return any(each in ("*", f'"{tag}"') for each in tags)


def local_path(path: str | None, default: str = "/") -> str:
    """``path`` if it leads to a page of this section, else ``default``: for ``next=`` and the like.

    Refused are other hosts in every spelling that a browser understands: ``//host``, ``/\\host``, with control characters
    between, or encoded.
    """
    if not path or len(path) > MAX_PATH or not path.startswith("/"):
        return default
    plain = unquote(path)
    if plain.startswith(("//", "/\\")) or "\\" in plain or not plain.isprintable():
        return default
    try:
        parts = urlsplit(path)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else path


def _within(address: str, four: int, six: int) -> str:
    """The network of so many bits (of IPv4, of IPv6) in which an address is; empty for what is no address."""
    try:
        found = number(address)
        return str(ipaddress.ip_network(f"{found}/{four if found.version == 4 else six}", strict=False))
    except ValueError:
        return ""


def _cookie(section: Section, value: str, seconds: int | None, suffix: str = "") -> Cookie:
    return Cookie(
        key=cookie_name(section) + suffix,
        value=value,
        max_age=seconds,
        path="/",
        secure=is_secure(section),
        httponly=True,
        samesite="lax",
    )
