"""A request comes to its end: its head is not endless, its body goes on."""

import asyncio
import contextlib
import gc
import logging
import socket
import struct
import time
import weakref
from typing import Any

import pytest

from internationale.cli import connections
from internationale.web.crowds import GONE

from . import connected
from .connected import ANSWERED, ASKED, all_of, answer, served, taken, taken_to, taking

BEGUN = ASKED[:-2]
REFUSED = b"HTTP/1.1 400 Bad Request"
POSTED = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
LARGE = 10_000_000


class Brought:
    """What came with a request."""


@pytest.mark.parametrize(
    "more",
    [
        b"a: b\r\n" * 101,
        b"a: b\r\n" * 1_000_000,
        b"a: " + b"b" * 70_000 + b"\r\n",
        b"a: " + b"b" * LARGE,
        b"a" * LARGE,
        b"".join(b"a%d: %s\r\n" % (number, b"b" * 1000) for number in range(90)),
    ],
    ids=["lines", "very many lines", "long", "endless", "endless name", "together"],
)
def test_a_head_has_an_end(more: bytes) -> None:
    with served(8) as opened:
        one = opened()
        try:
            one.sendall(BEGUN + more + b"\r\n")
        except ConnectionError:
            return
        found = all_of(one)
        assert found == b"" or found.startswith(REFUSED)


def test_the_head_of_a_later_request_and_an_address_have_an_end_too() -> None:
    with served(8) as opened:
        later, long = opened(), opened()
        assert answer(later) == ANSWERED
        later.sendall(BEGUN + b"a: b\r\n" * 200 + b"\r\n")
        assert ANSWERED not in all_of(later)
        long.sendall(b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n")
        assert ANSWERED not in all_of(long)


def test_what_stands_after_a_body_in_pieces_has_an_end() -> None:
    with served(8, taking) as opened:
        many, long = opened(), opened()
        for one, after in ((many, b"a: b\r\n" * 200), (long, b"a: " + b"b" * 300_000)):
            one.sendall(POSTED + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n")
            time.sleep(0.1)
            one.sendall(after + b"\r\n\r\n")
            assert ANSWERED not in all_of(one)


def test_heads_as_browsers_and_proxies_send_them_are_taken() -> None:
    with served(8) as opened:
        one = opened()
        for _time in range(3):
            one.sendall(BEGUN + b"".join(b"a%d: %s\r\n" % (number, b"b" * 600) for number in range(98)) + b"\r\n")
            assert taken(one).startswith(ANSWERED)


def test_who_asks_far_ahead_of_the_answers_is_ended() -> None:
    with served(8) as opened:
        few, many = opened(), opened()
        few.sendall(ASKED * 5)
        assert all_of(few).count(ANSWERED) == 5
        with contextlib.suppress(ConnectionError):
            many.sendall(ASKED * 20_000)
        assert all_of(many).count(ANSWERED) <= 2 * connections.AHEAD


@pytest.mark.parametrize("wrong", [b"", b"nothing of HTTP\r\n\r\n"])
def test_who_asks_ahead_and_is_gone_leaves_no_fault_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, wrong: bytes
) -> None:
    monkeypatch.setattr(connected, "PAUSE", 1.0)
    with served(8, taking) as opened:
        for _time in range(3):
            one = opened()
            one.sendall(ASKED * 3 + wrong)
            time.sleep(0.1)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()
        time.sleep(2)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_an_application_can_ask_whether_somebody_has_gone() -> None:
    told: list[bool] = []

    async def asking(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            told.append(scope["state"][GONE]())
            await asyncio.sleep(0.3)
            told.append(scope["state"][GONE]())
        await connected.app(scope, receive, send)

    with served(8, asking) as opened:
        stays, goes = opened(), opened()
        assert answer(stays) == ANSWERED
        goes.sendall(ASKED)
        time.sleep(0.1)
        goes.close()
        time.sleep(0.5)
    assert told == [False, False, False, True]


def test_what_a_request_brought_is_let_go_of_when_the_next_comes() -> None:
    """At once, not when the collector of garbage comes: it may be millions of bytes."""
    brought: list[weakref.ref[Any]] = []

    async def keeping(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            scope["state"]["brought"] = body = Brought()
            brought.append(weakref.ref(body))
        await connected.app(scope, receive, send)

    gc.disable()
    try:
        with served(8, keeping) as opened:
            one = opened()
            for _number in range(3):
                one.sendall(ASKED)
                assert taken(one).startswith(ANSWERED)
                time.sleep(0.1)
            assert [each() for each in brought[:2]] == [None] * 2
    finally:
        gc.enable()


def test_a_body_is_not_made_of_very_many_pieces() -> None:
    with served(8, taking) as opened:
        crumbs, pieces = opened(), opened()
        for one, piece in ((crumbs, b"1\r\na\r\n"), (pieces, b"64\r\n" + b"a" * 100 + b"\r\n")):
            with contextlib.suppress(ConnectionError):
                one.sendall(POSTED + b"Transfer-Encoding: chunked\r\n\r\n" + piece * 3000 + b"0\r\n\r\n")
        assert ANSWERED not in all_of(crumbs)
        assert taken_to(pieces, b"300000").endswith(b"300000")


@pytest.mark.parametrize("body", [b"", b"a" * 100, b"a" * 300_000])
@pytest.mark.parametrize("framing", [b"Content-Length: 3000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n2DC6C0\r\n"])
def test_a_body_that_stands_still_is_ended(monkeypatch: pytest.MonkeyPatch, body: bytes, framing: bytes) -> None:
    monkeypatch.setattr(connections, "STILL", 0.5)
    with served(8, taking) as opened:
        one = opened()
        one.sendall(POSTED + framing + body)
        begun = time.monotonic()
        assert all_of(one) == b""
        assert time.monotonic() - begun < 10


def test_a_body_that_comes_by_drops_is_ended_and_one_that_comes_slowly_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "STILL", 1.0)
    monkeypatch.setattr(connections, "LEAST", 100)
    with served(8, taking) as opened:
        drops, slow = opened(), opened()
        for one, size in ((drops, 3_000_000), (slow, 20_000)):
            one.sendall(POSTED + b"Content-Length: %d\r\n\r\n" % size)
        for _time in range(40):  # four times as long as one that stands still has
            slow.sendall(b"a" * 500)
            with contextlib.suppress(ConnectionError):
                drops.sendall(b"a")
            time.sleep(0.1)
        assert all_of(drops) == b""
        assert taken_to(slow, b"20000").endswith(b"20000")


def test_who_is_answered_before_the_body_has_come_may_send_it_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before that a browser shows nothing of what it is told."""
    monkeypatch.setattr(connections, "HEAD", 0.5)
    with served(8) as opened:
        one = opened()
        one.sendall(POSTED + b"Content-Length: 400000\r\n\r\n")
        for _time in range(20):  # four times as long as a head may take
            one.sendall(b"a" * 20_000)
            time.sleep(0.1)
        assert taken(one).startswith(ANSWERED)
        begun = time.monotonic()
        assert all_of(one) == b""
        assert time.monotonic() - begun < 3  # from then on a head is waited for


def test_a_body_that_we_do_not_take_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk is slow, or all threads are with others."""
    monkeypatch.setattr(connections, "STILL", 0.3)
    monkeypatch.setattr(connected, "PAUSE", 2.0)
    with served(8, taking) as opened:
        one = opened()
        one.sendall(POSTED + b"Content-Length: 500000\r\n\r\n" + b"a" * 500_000)
        assert taken_to(one, b"500000").endswith(b"500000")
