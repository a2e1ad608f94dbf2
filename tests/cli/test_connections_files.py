"""Files over slow lines come, however long it takes; over lines that died they end, and others have their room."""

import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from internationale.cli import connections
from internationale.kit import Role
from internationale.kit.attachments import MIB, Limits
from internationale.kit.http import cookie_name
from internationale.rooms.attachments.port import keeping
from internationale.section import Section
from internationale.web import gathering
from internationale.web.app import create_app

from .connected import all_of, served, taken

PATHS = ("/attachments/to/{}", "/api/v1/attachments/to/{}/uploads?name=plan.pdf")
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="plan.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
END = b"\r\n--b--\r\n"
PIECE = 64 * 1024


@pytest.fixture
def fr(federation: Any) -> Section:
    """Room for 5 MiB, of which one file may take 4."""
    section: Section = federation("ic", "fr")[1]
    keeping.tidy(section)
    section.attachments.limits = Limits(file=4, all=5)
    return section


@pytest.fixture
def document(fr: Section, member: Any) -> str:
    words = {"kind": "statement", "language": "en", "title": "Strike", "text": "We strike.", "audience": "international"}
    with fr.writing() as session:
        return fr.documents.open(session, **words, by=member(fr, "delegate"))


@pytest.fixture
def opened(fr: Section, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], socket.socket]]:
    """Bodies are ended of which a thousand bytes do not come in a second and a half; there is no room for any that is kept."""
    monkeypatch.setattr(connections, "STILL", 1.5)
    monkeypatch.setattr(connections, "LEAST", 1000)
    monkeypatch.setattr(gathering.Rooms, "__init__", lambda self: self.__dict__.update(people=none(), passing=none()))
    with served(8, create_app(fr)) as opened:
        yield opened


def none() -> gathering.Room:
    return gathering.Room(0, 0)


def head(section: Section, client: Any, path: str, size: int) -> bytes:
    """Of a request with so large a body, by whoever is signed in."""
    name = cookie_name(section)
    kind = "application/octet-stream" if path.startswith("/api/") else "multipart/form-data; boundary=b"
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Sec-Fetch-Site: same-origin",
        f"Cookie: {name}={client.cookies[name]}",
        f"Content-Type: {kind}",
        f"Content-Length: {size}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def framed(path: str, content: bytes) -> bytes:
    return content if path.startswith("/api/") else PART + content + END


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


@pytest.mark.parametrize("path", PATHS)
def test_a_file_whose_line_died_leaves_its_room_to_others(
    fr: Section, document: str, browser: Any, opened: Callable[[], socket.socket], path: str, caplog: pytest.LogCaptureFixture
) -> None:
    here, place = fr.attachments, path.format(document)
    delegate = browser(fr, "delegate", "member")
    body = framed(place, os.urandom(4 * MIB))
    for _time in range(2):
        one = opened()
        one.sendall(head(fr, delegate, place, len(body)) + body[: 3 * MIB])
        assert until(lambda: here.coming.left < 3 * MIB)
        assert all_of(one) == b""  # it was closed by us
        assert until(lambda: here.coming.left == 5 * MIB)
        assert not here.coming.files
        assert list(here.store.all()) == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("path", PATHS)
def test_a_file_over_a_slow_line_comes(
    fr: Section, document: str, browser: Any, opened: Callable[[], socket.socket], path: str
) -> None:
    place = path.format(document)
    body = framed(place, os.urandom(MIB))
    one = opened()
    one.sendall(head(fr, browser(fr, "delegate", "member"), place, len(body)))
    for start in range(0, len(body), PIECE // 2):  # three times as long as a body that stands still has
        one.sendall(body[start : start + PIECE // 2])
        time.sleep(0.15)
    assert taken(one).startswith((b"HTTP/1.1 303", b"HTTP/1.1 201"))
    assert (fr.attachments.coming.left, len(list(fr.attachments.store.all()))) == (4 * MIB, 2)


@pytest.mark.parametrize("path", ["/federation/bundle", "/api/v1/federation/bundle"])
def test_a_large_bundle_comes_over_a_slow_line(fr: Section, browser: Any, opened: Callable[[], socket.socket], path: str) -> None:
    host = browser(fr, Role.HOST, language="en")
    bundle = host.get("/api/v1/federation/bundle").content
    body = framed(path, bundle + b"\n" + b" " * 20 * MIB + b"\n")
    one = opened()
    one.sendall(head(fr, host, path, len(body)))
    for start in range(0, len(body), 8 * PIECE):
        one.sendall(body[start : start + 8 * PIECE])
        time.sleep(0.1)
    assert taken(one).startswith(b"HTTP/1.1 200 OK")
