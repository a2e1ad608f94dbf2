"""What strangers have us log does not fill the disk."""

import logging
import socket
from collections.abc import Iterator

import pytest

from internationale.cli import seldom

from .connected import all_of, served


class Log(logging.Handler):
    """What is written; ``now`` is the time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.lines = list[str]()
        self.addFilter(seldom.Seldom(lambda: self.now))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def log() -> Iterator[Log]:
    handler = Log()
    logging.getLogger("uvicorn").addHandler(handler)
    yield handler
    logging.getLogger("uvicorn").removeHandler(handler)


def test_the_same_sentence_is_written_so_many_times_a_minute_and_others_beside_it(log: Log) -> None:
    logger = logging.getLogger("uvicorn.error")
    for number in range(10_000):
        logger.warning("%s is wrong", f"100%d {number}")
    logger.warning("other: %d%%", 5)
    assert (len(log.lines), log.lines[0], log.lines[-1]) == (seldom.MOST + 1, "100%d 0 is wrong", "other: 5%")
    assert log.lines[-2] == "100%d 99 is wrong (more of these are left out for a minute)"
    log.now = seldom.WITHIN
    logger.warning("%s is wrong", "this")
    logger.warning("%s is wrong", "that")
    assert log.lines[-2:] == ["this is wrong (and 9900 times more before that)", "that is wrong"]


def test_many_sentences_are_not_kept_for_ever(log: Log) -> None:
    for number in range(3 * seldom.SENTENCES):
        logging.getLogger("uvicorn.error").warning(f"sentence {number}")  # noqa: G004  # as one may
    assert len(log.lines) == 3 * seldom.SENTENCES
    (filter,) = log.filters
    assert isinstance(filter, seldom.Seldom)
    assert len(filter._each) <= seldom.SENTENCES


def ended(one: socket.socket, sent: bytes) -> bytes:
    one.sendall(sent)
    return all_of(one)


def test_what_no_browser_sends_is_answered_and_seldom_logged(log: Log) -> None:
    upgrade = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n"
    with served(64) as opened:
        for _number in range(2 * seldom.MOST):
            with opened() as one:
                assert ended(one, b"\x00\r\n\r\n").startswith(b"HTTP/1.1 400")
        before = len(log.lines)
        with opened() as one:
            assert ended(one, upgrade).startswith(b"HTTP/1.1 200")
    assert sum("Invalid" in line for line in log.lines) == seldom.MOST
    assert not any("Upgrade" in line or "WebSocket" in line for line in log.lines[before:])
