"""Plain connections with an application that is served as ``run`` serves it."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from internationale.cli import running
from internationale.settings import Settings

SETTINGS = Settings(code="fr", name="F", languages=("fr",), home=Path("/nowhere"))
ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
ANSWERED = b"HTTP/1.1 200 OK"
PAUSE = 0.0
"""Seconds before anything of a body is taken."""
Open = Callable[[], socket.socket]


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for each in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{each}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def taking(scope: Any, receive: Any, send: Any) -> None:
    """Answers with how many bytes of a body came, when it is whole."""
    if scope["type"] == "lifespan":
        await app(scope, receive, send)
        return
    size, more = 0, True
    await asyncio.sleep(PAUSE)
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message["body"])
        more = message["more_body"]
    content = str(size).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(content)).encode())]})
    await send({"type": "http.response.body", "body": content})


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


def taken_to(one: socket.socket, end: bytes) -> bytes:
    """All that comes until it ends so, or is closed."""
    found = b""
    while not found.endswith(end) and (piece := taken(one)):
        found += piece
    return found


def all_of(one: socket.socket) -> bytes:
    """All that comes until it is closed."""
    found = b""
    while piece := taken(one):
        found += piece
    return found
