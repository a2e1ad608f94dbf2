"""Whoever opens many connections, or asks for nothing, leaves room for others."""

import time
from typing import Any

import pytest

from internationale.cli import connections

from .connected import ANSWERED, ASKED, all_of, answer, endless, served, taken


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
        (("::ffff:127.0.0.1", 1, 0, 0), (), True),
        (("::ffff:192.0.2.1", 1, 0, 0), ("192.0.2.0/24",), True),
        (("::ffff:192.0.2.1", 1, 0, 0), (), False),
        ("", (), True),
    ],
)
def test_one_line_has_a_quarter_of_them_unless_it_brings_everybody(peer: Any, proxies: tuple[str, ...], many: bool) -> None:
    bounds = connections.bounded(8, proxies).bounds  # type: ignore[attr-defined]
    assert [bounds.admit(peer, 1) for _number in range(3)] == [True, True, many]
    bounds.leave(peer)
    bounds.leave(peer)
    assert bounds.admit(peer, 1)


@pytest.mark.parametrize(
    ("lines", "other"),
    [
        ([f"2001:db8:0:{number:x}::1" for number in range(0xAA00, 0xAA08)], "2001:db8:1::1"),  # a home has a /56
        ([f"192.0.2.{number}" for number in range(1, 9)], "198.51.100.1"),
        ([f"::ffff:192.0.2.{number}" for number in range(1, 9)], "::ffff:198.51.100.1"),
    ],
)
def test_all_lines_of_one_network_have_half_of_them_and_leave_the_rest_to_others(lines: list[str], other: str) -> None:
    bounds = connections.bounded(8, ()).bounds  # type: ignore[attr-defined]
    assert [bounds.admit((line, 1), 1) for line in lines] == [True] * 4 + [False] * 4
    assert bounds.admit((other, 1), 5)
    for line in lines:
        bounds.leave((line, 1))
    assert [bounds.admit((line, 1), 1) for line in lines[:4]] == [True] * 4
