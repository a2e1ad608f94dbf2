"""Whoever opens many connections, or asks for nothing, leaves room for others."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from internationale.cli import connections, running
from internationale.settings import Settings

SETTINGS = Settings(code="fr", name="F", languages=("fr",), home=Path("/nowhere"))
ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
ANSWERED = b"HTTP/1.1 200 OK"
Open = Callable[[], socket.socket]


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for each in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{each}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def endless(scope: Any, receive: Any, send: Any) -> None:
    """As many pieces as are taken."""
    if scope["type"] == "lifespan":
        await app(scope, receive, send)
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    gone = asyncio.create_task(_gone(receive))
    while not gone.done():
        await send({"type": "http.response.body", "body": bytes(100_000), "more_body": True})


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@contextmanager
def served(most: int, app: Any = app) -> Iterator[Open]:
    """Yields what opens one more connection; all are closed at the end."""
    server = uvicorn.Server(running.configuration(app, SETTINGS, most))
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as held:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = listening.getsockname()[1]
        try:
            yield lambda: held.enter_context(socket.create_connection(("127.0.0.1", port), 30))
        finally:
            server.should_exit = True
            thread.join()
            logging.getLogger("uvicorn").setLevel(logging.NOTSET)  # which it sets for the whole process


def answer(one: socket.socket) -> bytes:
    """What comes after asking; nothing when it is closed instead."""
    try:
        one.sendall(ASKED)
        return one.recv(len(ANSWERED))
    except ConnectionError:
        return b""


def taken(one: socket.socket) -> bytes:
    """The next that comes; nothing when it is closed."""
    try:
        return one.recv(100_000)
    except ConnectionError:
        return b""


def all_of(one: socket.socket) -> bytes:
    """All that comes until it is closed."""
    found = b""
    while piece := taken(one):
        found += piece
    return found


def test_one_too_many_is_closed_and_room_is_there_again_when_others_go() -> None:
    with served(8) as opened:
        others = [opened() for _number in range(8)]
        time.sleep(0.2)
        assert answer(opened()) == b""
        others[0].close()
        time.sleep(0.2)
        assert answer(opened()) == ANSWERED


@pytest.mark.parametrize("beginning", [b"", ASKED[:-2], ASKED, ASKED + ASKED[:-2]])
def test_who_does_not_ask_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, beginning: bytes) -> None:
    """uvicorn itself lets go of who has asked and asks no more."""
    monkeypatch.setattr(connections, "HEAD", 0.5)
    with served(8) as opened:
        one = opened()
        one.sendall(beginning)
        assert all_of(one).count(ANSWERED) == beginning.count(ASKED)


def test_an_answer_that_nobody_takes_is_ended_and_one_that_is_taken_slowly_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "STILL", 0.5)
    with served(8, endless) as opened:
        still, slow = opened(), opened()
        for one in (still, slow):
            one.sendall(ASKED)
        for _time in range(20):  # four times as long as one that stands still has
            time.sleep(0.1)
            assert slow.recv(200_000)
        left = 0
        while (piece := taken(still)) and left < 100_000_000:
            left += len(piece)
        assert left < 100_000_000  # what the system had taken already
        assert slow.recv(200_000)


@pytest.mark.parametrize(
    ("peer", "proxies", "many"),
    [
        (("192.0.2.1", 1), (), False),
        (("2001:db8::1", 1, 0, 0), (), False),
        (("192.0.2.1", 1), ("192.0.2.0/24",), True),
        (("127.0.0.1", 1), (), True),
        ("", (), True),
    ],
)
def test_one_line_has_a_quarter_of_them_unless_it_brings_everybody(peer: Any, proxies: tuple[str, ...], many: bool) -> None:
    bounds = connections.bounded(8, proxies).bounds  # type: ignore[attr-defined]
    assert [bounds.admit(peer, 1) for _number in range(3)] == [True, True, many]
    bounds.leave(peer)
    bounds.leave(peer)
    assert bounds.admit(peer, 1)
