"""How far our own log, through all its epochs, is known to be at a hub. Pure.

A cursor is an epoch and a number: all earlier epochs are there, and of this one everything up to the number.
"""

from collections.abc import Iterable, Iterator

from internationale.ledger.heads import Head

Cursor = tuple[int, int]


def sent(logs: Iterable[Head], cursor: Cursor) -> Iterator[tuple[int, int]]:
    """Of each epoch (``logs``: their ends, in order) that the hub has anything of: the epoch and the last number there."""
    for log in logs:
        last = log.sequence if log.epoch < cursor[0] else min(cursor[1], log.sequence)
        if log.epoch <= cursor[0] and last:
            yield log.epoch, last


def unsent(logs: Iterable[Head], cursor: Cursor) -> int:
    """How many events of these the hub is not known to have."""
    ends = list(logs)
    return sum(log.sequence for log in ends) - sum(last for _epoch, last in sent(ends, cursor))
