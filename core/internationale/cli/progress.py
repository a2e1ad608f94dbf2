"""A word now and then for whoever waits at a terminal: on stderr, so that what a command prints is the same with and without."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

from internationale.cli.speech import worded
from internationale.ledger import replaying
from internationale.messages import Message, marker

_ = marker("core")

EVERY = 25_000
"""Events between two words: some seconds."""
_CHECKED = _("%(done)s of %(all)s events checked.")
_MADE = _("The tables are made anew from the log: %(done)s of %(all)s events.")

T = TypeVar("T")


def checking(events: Iterable[T], count: int) -> Iterator[T]:
    """The same events, told of while they are checked. ``count``: how many there are."""
    for done, event in enumerate(events):
        if done and done % EVERY == 0:
            _tell(_CHECKED % {"done": done, "all": count})
        yield event


@contextmanager
def replays() -> Iterator[None]:
    """Replays in this block tell how far they have come. Where the log is shown (``run``), it is told there."""
    log = logging.getLogger(replaying.__name__)
    if log.isEnabledFor(logging.INFO):
        yield
        return
    teller, level = _Teller(), log.level
    log.addHandler(teller)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.setLevel(level)
        log.removeHandler(teller)


class _Teller(logging.Handler):
    """Puts what ``replaying`` logs into the language of the terminal."""

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, dict):
            _tell(_MADE % record.args)


def _tell(message: Message) -> None:
    click.echo(worded(message), err=True)
