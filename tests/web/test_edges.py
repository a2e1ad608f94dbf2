"""What holds for every request: who may come in, and what every answer carries."""

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from litestar import Request

from internationale.kit.http import cookie_name
from internationale.testing.serving import served
from internationale.web.edge import Edge
from internationale.web.origin import is_foreign
from internationale.web.visits import MAX_COOKIES, read_cookies

from .conftest import SECRET

OWN = "http://127.0.0.1:8000"
ANSWERS = {
    "/": 200,
    "/about": 200,
    "/healthz": 200,
    "/static/page.css": 200,
    "/static/nothing.css": 404,
    "/nowhere": 404,
    "/api/v1/nowhere": 404,
    "/shop": 405,
    "/shop/raise/unexpected": 500,
    "/shop/raise/invalid": 400,
    "/shop/may": 303,
    "/api/v1/openapi.json": 200,
    "/%ff": 400,
}


@pytest.fixture
def far(fr: Any, browser: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same section, reached by HTTPS."""
    monkeypatch.setattr(fr, "base_url", "https://intl.example")
    return browser(fr)


@pytest.mark.parametrize(("path", "status"), ANSWERS.items())
def test_every_answer_carries_the_headers(visitor: Any, path: str, status: int) -> None:
    answer = visitor.get(path)
    assert answer.status_code == status
    policy = re.sub(r"'nonce-[^']+'", "'nonce'", answer.headers["content-security-policy"])
    assert "default-src 'none'; script-src 'nonce'; style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cross-origin-embedder-policy"] == "require-corp"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers["cache-control"] == "no-cache"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", [path for path in ANSWERS if not path.startswith(("/static", "/healthz"))])
def test_nothing_shown_to_somebody_signed_in_is_kept(visitor: Any, fr: Any, path: str) -> None:
    visitor.cookies.set(cookie_name(fr), SECRET)
    assert visitor.get(path).headers["cache-control"] == "no-store"


def test_the_nonce_is_new_each_time_and_the_page_uses_it(visitor: Any) -> None:
    nonces = set()
    for _time in range(3):
        page = visitor.get("/")
        (nonce,) = re.findall(r"'nonce-([^']+)'", page.headers["content-security-policy"])
        assert f'nonce="{nonce}"' in page.text
        nonces.add(nonce)
    assert len(nonces) == 3


def test_strict_transport_is_not_for_http(visitor: Any) -> None:
    assert "strict-transport-security" not in visitor.get("/").headers


def test_strict_transport_is_for_https(far: Any) -> None:
    answer = far.get("/")
    assert (answer.status_code, answer.headers["strict-transport-security"]) == (200, "max-age=31536000")


def test_static_files_are_kept_for_ever_under_an_address_with_their_hash(visitor: Any) -> None:
    (address,) = re.findall(r'href="(/static/page\.css\?v=[0-9a-f]+)"', visitor.get("/nowhere").text)
    answer = visitor.get(address)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert visitor.get("/static/page.css?v=old").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2f..%2fapp.py", "/static//etc/passwd"]
)
def test_nothing_but_static_files_is_served(visitor: Any, path: str) -> None:
    assert visitor.get(path).status_code == 404


def test_head_is_get_without_the_body(visitor: Any) -> None:
    whole, head = visitor.get("/about"), visitor.head("/about")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert visitor.head("/nowhere").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "a b<script>", "", "[::1", "evil.example:8000"])
def test_other_hosts_are_not_answered_for(visitor: Any, host: str) -> None:
    assert visitor.get("/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/p%00",
        "/p%ff",
        "/p%0d%0aSet-Cookie:%20a=b",
        "/%C0%AF",
        "/?q=%00",
        "/?q=%ff%fe",
        "/?" + "a=1&" * 200,
        "/?q=" + "x" * 9000,
    ],
)
def test_addresses_that_cannot_be_read_are_refused(visitor: Any, address: str) -> None:
    answer = visitor.get(address)
    assert answer.status_code == 400
    assert "address" in answer.text


@pytest.mark.parametrize(
    ("headers", "session", "foreign"),
    [
        ({"sec-fetch-site": "same-origin"}, True, False),
        ({"sec-fetch-site": "none"}, True, False),
        ({"sec-fetch-site": "same-site"}, True, True),
        ({"sec-fetch-site": "cross-site"}, False, True),
        ({"sec-fetch-site": "same-origin, same-origin"}, True, True),
        ({"sec-fetch-site": "cross-site", "origin": OWN}, False, True),
        ({"origin": OWN}, True, False),
        ({"origin": "http://127.0.0.1:8001"}, True, True),
        ({"origin": "https://evil.example"}, False, True),
        ({"origin": "null"}, False, True),
        ({"origin": "http://["}, False, True),
        ({"origin": "https://proxied.example", "host": "proxied.example"}, True, False),
        ({}, False, False),
        ({}, True, True),
    ],
)
def test_where_a_change_may_come_from(headers: dict[str, str], session: bool, foreign: bool) -> None:
    given = {"host": "127.0.0.1:8000"} | headers
    assert is_foreign("POST", given, OWN, has_session=session) is foreign
    assert is_foreign("DELETE", given, OWN, has_session=session) is foreign
    assert is_foreign("GET", given, OWN, has_session=session) is False


def test_a_forged_post_is_refused_before_anything_is_read(visitor: Any, fr: Any) -> None:
    forged = visitor.post("/shop", data={"title": "Bread"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert forged.status_code == 403
    assert "somebody else" in forged.text
    visitor.cookies.set(cookie_name(fr), SECRET)
    del visitor.headers["Sec-Fetch-Site"]
    assert visitor.post("/shop", data={"title": "Bread"}).status_code == 403
    assert visitor.post("/shop", data={"title": "Bread"}, headers={"Origin": fr.base_url}).status_code == 303


def test_a_program_with_a_token_needs_no_origin(visitor: Any) -> None:
    del visitor.headers["Sec-Fetch-Site"]
    assert visitor.post("/api/v1/shop", json={"title": "Bread"}, headers={"Authorization": f"Bearer {SECRET}"}).status_code == 201


@pytest.mark.parametrize("token", ["wrong", "x" * 5000, "\u00e9", "a b", "."])
def test_a_token_that_nobody_was_given(visitor: Any, token: str) -> None:
    answer = visitor.get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {token}".encode()})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"] == "unauthorized"


def test_the_session_cookie(visitor: Any) -> None:
    kept = visitor.get("/shop/session").headers["set-cookie"]
    assert kept.startswith(f"intl-fr={SECRET}; ")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=1209600"} <= set(kept.split("; "))
    assert "Secure" not in kept
    assert "Domain" not in kept
    assert visitor.get("/").text.count("rosa") == 1
    gone = visitor.get("/shop/out").headers["set-cookie"]
    assert gone.startswith('intl-fr=""; ')
    assert "Max-Age=0" in gone


def test_the_session_cookie_under_https(far: Any) -> None:
    kept = far.get("/shop/session").headers["set-cookie"]
    assert kept.startswith("__Host-intl-fr=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(kept.split("; "))


@pytest.mark.parametrize("cookie", ["intl-fr=nobody", "intl-fr=" + "x" * 3000, '=; ;;; b="\\', "intl-fr=\xff", "intl-fr"])
def test_garbage_in_cookies_is_nobody(visitor: Any, cookie: str) -> None:
    answer = visitor.get("/", headers={"cookie": cookie.encode("latin-1")})
    assert answer.status_code == 200
    assert "Sign in" in answer.text


def test_cookies_are_taken_as_they_stand(fr: Any) -> None:
    """By us and by the handlers: quotes and backslashes are part of them, of two with one name the last is meant."""
    long = "b=" + "x" * MAX_COOKIES
    given = {
        "": {},
        "a=1; b=2": {"a": "1", "b": "2"},
        ' a = 1 ;b="2"; c="\\"\\141" ': {"a": "1", "b": '"2"', "c": '"\\"\\141"'},
        "a=1; a=2; =3; b; ;; c=": {"a": "2", "c": ""},
        "a=1=2%20": {"a": "1=2%20"},
        f"a=1; {long}": {},
    }
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(Request(scope).cookies)

    for header, found in given.items():
        headers = [(b"host", b"localhost"), *((b"cookie", each.encode()) for each in header.split("; "))]
        scope = {"type": "http", "method": "GET", "path": "/healthz", "query_string": b"", "headers": headers, "state": {}}
        asyncio.run(Edge(app, fr)(scope, None, None))
        assert read_cookies(header) == seen.pop() == found


def test_a_long_cookie_takes_no_longer_than_another(visitor: Any) -> None:
    begun = time.monotonic()
    assert visitor.get("/", headers={"cookie": 'a="' + "\\a" * 500_000 + '"'}).status_code == 200
    assert time.monotonic() - begun < 5


def test_who_asks_for_the_head_alone_leaves_nothing_in_the_log(fr: Any, caplog: pytest.LogCaptureFixture) -> None:
    """By a real server: it knows by itself that such an answer has no content, and complains where it is not told."""
    with served(fr) as address, httpx.Client(base_url=address) as client:
        answers = [client.head(path) for path in ("/about", "/static/page.css", "/nowhere")]
        assert [(answer.status_code, answer.content) for answer in answers] == [(200, b""), (200, b""), (404, b"")]
        assert client.get("/healthz").status_code == 200
    assert [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []
