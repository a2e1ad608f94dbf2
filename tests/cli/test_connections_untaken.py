"""What waits to be taken in all connections has an end, and strangers cost nobody with an account their answer."""

import socket
import time
from collections.abc import Sequence
from typing import Any

import pytest

from internationale.cli import connections, untaken
from internationale.kit import Reader
from internationale.web.visits import Visit

from . import connected
from .connected import ASKED, Open, served, taken

LARGE = 12_000_000
"""Bytes of an answer of which the system takes in no more than half by itself."""
asked: list[str] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers at length; below ``/people/`` to whoever has the account that is named there."""
    if scope["type"] == "lifespan":
        await connected.app(scope, receive, send)
        return
    path = scope["path"]
    asked.append(path)
    account = path.removeprefix("/people/") if path.startswith("/people/") else None
    scope["state"]["visit"] = Visit(reader=Reader(id=account, language="en"))
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(LARGE).encode())]})
    await send({"type": "http.response.body", "body": bytes(LARGE)})


@pytest.fixture(autouse=True)
def bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three or four such answers of strangers may wait, and three or four of one account."""
    monkeypatch.setattr(untaken, "PASSING", 3 * LARGE)
    monkeypatch.setattr(untaken, "PEOPLE", 12 * LARGE)
    asked.clear()


def ask(opened: Open, path: str = "/", times: int = 1) -> socket.socket:
    """Ask, and take nothing yet."""
    one = opened()
    one.sendall(ASKED.replace(b"/", path.encode(), 1) * times)
    deadline = time.monotonic() + 20
    while asked.count(path) == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.05)
    return one


def comes(one: socket.socket, size: int) -> bool:
    """Whether so much comes, or it is closed before."""
    left = size
    while left > 0 and (piece := taken(one)):
        left -= len(piece)
    return left <= 0


def whole(several: Sequence[socket.socket]) -> list[bool]:
    """Of which the answer is there to its end."""
    return [comes(one, LARGE) for one in several]


def test_what_waits_for_strangers_has_an_end_and_people_wait_as_long_as_they_like() -> None:
    with served(64, app) as opened:
        person = ask(opened, "/people/rosa")
        strangers = [ask(opened, f"/{number}") for number in range(12)]
        others = [ask(opened, f"/people/{number}") for number in range(3)]
        time.sleep(0.5)
        assert whole([person, *others]) == [True] * 4
        assert 3 <= whole(strangers).count(True) <= 8  # a part of each was in the system's hands


def test_one_account_s_pages_end_when_they_are_too_many_and_no_others() -> None:
    with served(64, app) as opened:
        person = ask(opened, "/people/rosa")
        many = [ask(opened, "/people/karl") for _number in range(12)]
        assert whole([person]) == [True]
        assert 3 <= whole(many).count(True) <= 8


def test_a_page_that_is_longer_than_may_wait_comes_where_it_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untaken, "PASSING", 100)
    with served(8, app) as opened:
        for number in range(2):
            assert whole([ask(opened, f"/{number}")]) == [True]


def test_there_is_room_again_when_it_was_taken() -> None:
    with served(64, app) as opened:
        for number in range(8):
            assert whole([ask(opened, f"/{number}a"), ask(opened, f"/{number}b")]) == [True, True]


def test_an_answer_is_made_when_the_one_before_was_taken() -> None:
    with served(8, app) as opened:
        one = ask(opened, times=5)
        time.sleep(0.5)
        assert asked == ["/"]
        assert comes(one, 5 * LARGE)
        assert asked == ["/"] * 5


class Slow:
    """A connection in which so much waits."""

    def __init__(self, size: int) -> None:
        self.size, self.ended = size, False

    def get_write_buffer_size(self) -> int:
        return self.size

    def abort(self) -> None:
        self.size, self.ended = 0, True


@pytest.mark.parametrize(
    ("most", "waiting", "ended"),
    [
        (100, [("192.0.2.1", 20), ("192.0.2.1", 10), ("198.51.100.1", 24)], [0]),  # a line has a quarter
        (100, [("192.0.2.1", 20), ("192.0.2.2", 20), ("192.0.2.3", 5), ("192.0.2.2", 5), ("198.51.100.1", 24)], []),
        (
            100,
            [("192.0.2.1", 20), ("192.0.2.2", 10), ("192.0.2.3", 5), ("192.0.2.2", 13), ("192.0.2.3", 6)],
            [3],
        ),  # a network half
        (100, [("192.0.2.1", 90)], []),  # the only one
        (  # who has least is not ended, however much they have in one page
            100,
            [
                *((f"192.0.2.{number}", 8) for number in range(6)),
                *((f"203.0.113.{number}", 8) for number in range(5)),
                ("198.51.100.1", 15),
            ],
            [0],
        ),
    ],
)
def test_who_has_most_is_ended(
    monkeypatch: pytest.MonkeyPatch, most: int, waiting: list[tuple[str, int]], ended: list[int]
) -> None:
    monkeypatch.setattr(untaken, "PASSING", most)
    bounds = connections.bounded(8, ()).bounds  # type: ignore[attr-defined]
    slow = [Slow(size) for _address, size in waiting]
    for one, (address, _size) in zip(slow, waiting, strict=True):
        bounds.untaken(one, {"state": {}, "client": (address, 1)})
    assert [number for number, one in enumerate(slow) if one.ended] == ended


def test_what_comes_from_a_proxy_counts_for_who_asked_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untaken, "PASSING", 100)
    bounds = connections.bounded(8, ("192.0.2.0/24",)).bounds  # type: ignore[attr-defined]
    slow = [Slow(20) for _number in range(4)]
    for number, one in enumerate(slow):
        bounds.untaken(one, {"state": {}, "client": (f"203.0.{number}.1", 0)})
    assert not any(one.ended for one in slow)
    bounds.taken(slow[0])
    bounds.untaken(Slow(20), {"state": {}, "client": ("203.0.1.1", 0)})
    assert [one.ended for one in slow] == [False, True, False, False]
