"""What is kept of bodies has an end, for each who sends and for all together, and none of it holds up the loop."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from litestar import Litestar

from internationale.kit.http import cookie_name, make_secret
from internationale.section import Section
from internationale.web import bodies, gathering
from internationale.web.gathering import PASSING, SHORT, Room, Rooms

from .conftest import SECRET

LONG = "x" * (PASSING + 1)


class Sending:
    """A request whose body comes piece by piece: ``status`` and ``content`` of its answer."""

    def __init__(
        self, path: str, *, cookie: str = "", kind: str = "application/x-www-form-urlencoded", peer: str = "192.0.2.1"
    ) -> None:
        self.status, self.content = 0, b""
        self._coming = asyncio.Queue[Any]()
        headers = {"host": "localhost", "cookie": cookie, "accept-language": "en", "content-type": kind}
        self._scope = {
            "type": "http",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"sec-fetch-site", b"same-origin"), *((key.encode(), value.encode()) for key, value in headers.items())],
            "client": (peer, 1),
            "server": ("localhost", 80),
            "http_version": "1.1",
            "state": {},
        }

    def more(self, body: bytes, *, last: bool = False) -> None:
        self._coming.put_nowait({"type": "http.request", "body": body, "more_body": not last})

    def leave(self) -> None:
        self._coming.put_nowait({"type": "http.disconnect"})

    async def answered(self, app: Any) -> None:
        await app(self._scope, self._coming.get, self._send)

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.content += message.get("body", b"")


@asynccontextmanager
async def under_way(app: Any, *sent: Sending) -> AsyncIterator[list[asyncio.Task[None]]]:
    """All of these are being answered, and have been given time to take what came."""
    tasks = [asyncio.create_task(each.answered(app)) for each in sent]
    await asyncio.sleep(0.3)
    try:
        yield tasks
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def rooms(app: Litestar) -> Iterator[Rooms]:
    """Room for a hundred thousand bytes beyond what is not counted, for people and for passers-by; half of it for one."""
    before = app.state["gathering"]
    here = app.state["gathering"] = Rooms()
    here.people, here.passing = Room(100_000, 50_000), Room(100_000, 50_000)
    yield here
    app.state["gathering"] = before


def empty(room: Room) -> bool:
    return not room._each


@pytest.mark.parametrize("path", ["/shop", "/shop/uncounted"])
def test_a_passer_by_sends_no_long_form(visitor: Any, path: str) -> None:
    for content in (urlencode({"title": "T", "reason": LONG}).encode(), iter([b"title=T&reason=", LONG.encode()])):
        answer = visitor.post(path, content=content, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert (answer.status_code, "This is too large" in answer.text) == (413, True)
    assert visitor.post(path, data={"title": "T", "reason": "x" * 19_000}).status_code == 303


def test_a_passer_by_sends_no_long_json(visitor: Any) -> None:
    for path in ("/api/v1/shop", "/api/v1/log"):
        for content in (b'{"title": "' + LONG.encode() + b'"}', iter([b'{"title": "', LONG.encode()])):
            answer = visitor.post(path, content=content, headers={"Content-Type": "application/json"})
            assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert visitor.post("/api/v1/shop", json={"title": "T"}).status_code == 201


@pytest.mark.parametrize("secret", ["x", "x.", ".", "b" * 43, f"{'b' * 43}.{'0' * 32}", "\xe9.\xe9", "b" * 5000])
def test_nobody_becomes_known_by_a_cookie_that_was_not_given_here(app: Litestar, fr: Section, secret: str) -> None:
    async def story() -> None:
        for cookie in (secret, f"{make_secret(fr)}0"):
            sent = Sending("/shop/signed", cookie=f"{cookie_name(fr)}={cookie}")
            sent.more(b"title=" + LONG.encode(), last=True)
            await sent.answered(app)
            assert sent.status == 413

    asyncio.run(story())


def test_who_is_signed_in_sends_long_texts(visitor: Any) -> None:
    visitor.get("/shop/session")
    assert visitor.post("/shop", data={"title": "T", "reason": "x" * 19_000, "count": "0" * 100_000 + "1"}).status_code != 413
    assert visitor.post("/api/v1/shop", json={"title": "T", "reason": LONG}).status_code != 413


def test_whose_session_has_ended_gets_back_what_they_wrote_however_long(visitor: Any, fr: Section) -> None:
    visitor.cookies.set(cookie_name(fr), make_secret(fr))
    words = " ".join(["roses"] * 20_000)
    answer = visitor.post("/shop/signed", data={"title": words})
    assert answer.status_code in (400, 403)
    assert words in answer.text
    assert visitor.post("/api/v1/shop", json={"title": words}).status_code == 413


@pytest.mark.parametrize("known", [False, True])
def test_all_together_and_one_alone_fill_no_more_than_the_room_there_is(
    app: Litestar, fr: Section, rooms: Rooms, known: bool
) -> None:
    room = rooms.people if known else rooms.passing
    cookie = f"{cookie_name(fr)}={SECRET}" if known else ""

    async def story() -> None:
        held = Sending("/shop", cookie=cookie)
        held.more(b"title=T&reason=" + b"x" * 50_000)
        one, other, short = (Sending("/shop", cookie=cookie, peer=peer) for peer in ("192.0.2.2", "198.51.100.1", "192.0.2.3"))
        one.more(b"title=T&reason=" + b"x" * 20_000, last=True)
        other.more(b"title=T&reason=" + b"x" * 20_000, last=True)
        short.more(b"title=T&reason=" + b"x" * (SHORT - 20), last=True)
        async with under_way(app, held, one, other, short) as tasks:
            assert (held.status, one.status, other.status, short.status) == (0, 429, 429 if known else 303, 303)
            held.leave()
            await tasks[0]
            assert empty(room)
        again = Sending("/shop", cookie=cookie)
        again.more(b"title=T&reason=" + b"x" * 20_000, last=True)
        await again.answered(app)
        assert again.status == 303
        assert empty(room)

    asyncio.run(story())


def test_many_networks_fill_the_room_of_passers_by_and_nobody_with_an_account_waits(
    app: Litestar, fr: Section, rooms: Rooms
) -> None:
    async def story() -> None:
        held = [Sending("/shop", peer=f"192.0.{number}.1") for number in range(3)]
        for each in held:
            each.more(b"title=T&reason=" + b"x" * 56_000)
        stranger, person = (
            Sending("/shop", peer="192.0.9.1"),
            Sending("/shop", cookie=f"{cookie_name(fr)}={SECRET}", peer="192.0.9.1"),
        )
        for each in (stranger, person):
            each.more(b"title=T&reason=" + b"x" * 19_000, last=True)
        async with under_way(app, *held, stranger, person):
            assert (sorted(each.status for each in held), stranger.status, person.status) == ([0, 0, 429], 429, 303)
        assert empty(rooms.passing)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/shop", "application/x-www-form-urlencoded"), ("/api/v1/shop", "application/json"), ("/api/v1/log", "application/json")],
)
def test_who_goes_away_in_the_midst_leaves_nothing_in_the_log(
    app: Litestar, path: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        gone = Sending(path, kind=kind)
        gone.more(b"title=T")
        gone.leave()
        await gone.answered(app)

    asyncio.run(story())
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_long_bodies_are_parsed_apart_and_few_at_a_time(app: Litestar, fr: Section, monkeypatch: pytest.MonkeyPatch) -> None:
    parse_json, parse_form = bodies.parse_json, bodies.parse_form
    now, most, threads = 0, 0, set[str]()
    lock = threading.Lock()

    def slowly(parse: Any) -> Any:
        def slow(body: bytes) -> Any:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
                threads.add(threading.current_thread().name)
            time.sleep(0.1)
            with lock:
                now -= 1
            return parse(body)

        return slow

    monkeypatch.setattr(bodies, "parse_json", slowly(parse_json))
    monkeypatch.setattr(bodies, "parse_form", slowly(parse_form))

    async def story() -> None:
        sent = [Sending("/api/v1/shop", kind="application/json") for _number in range(4)] + [
            Sending("/shop") for _number in range(4)
        ]
        for each in sent:
            each.more(
                (b'{"title": "T", "reason": "%s"}' if each in sent[:4] else b"title=T&reason=%s") % (b"x" * 20_000), last=True
            )
        await asyncio.gather(*(each.answered(app) for each in sent))
        assert [each.status for each in sent] == [201] * 4 + [303] * 4

    asyncio.run(story())
    assert most <= bodies.AT_ONCE
    assert threading.main_thread().name not in threads


def test_a_room_remembers_nobody_who_has_nothing_there() -> None:
    room = gathering.Room(10, 5)
    room.add("a", 5)
    room.give_back("a", 5)
    assert empty(room)
