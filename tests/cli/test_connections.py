"""Whoever opens many connections, or asks for nothing, leaves room for others."""

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


@contextmanager
def served(most: int) -> Iterator[Open]:
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


def all_of(one: socket.socket) -> bytes:
    """All that comes until it is closed."""
    found = b""
    try:
        while piece := one.recv(1000):
            found += piece
    except ConnectionError:
        pass
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
