"""Orders: which of several things kept their place among the others."""

from bisect import bisect_left, insort
from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def longest_run(old: Sequence[T], new: Sequence[T]) -> list[T]:
    """The longest list of things that stand in both in the same order (each thing at most once in each): those that did not
    move. O(n log n).
    """
    place = {thing: number for number, thing in enumerate(old)}
    common = [thing for thing in new if thing in place]
    tails: list[int] = []
    ends: list[T] = []
    previous: dict[T, T | None] = {}
    for thing in common:
        length = bisect_left(tails, place[thing])
        previous[thing] = ends[length - 1] if length else None
        tails[length : length + 1] = [place[thing]]
        ends[length : length + 1] = [thing]
    run: list[T] = []
    thing_or_none = ends[-1] if ends else None
    while thing_or_none is not None:
        run.append(thing_or_none)
        thing_or_none = previous[thing_or_none]
    return run[::-1]


class Chain:
    """Pairs of positions that never cross: those added so far, in order."""

    def __init__(self) -> None:
        self._pairs: list[tuple[int, int]] = []

    def add(self, one: int, other: int) -> bool:
        """Add a pair unless it shares a position with, or crosses, one that is there; tells whether it was added."""
        place = bisect_left(self._pairs, (one, other))
        before = self._pairs[place - 1] if place else (-1, -1)
        fits_after = before[0] < one and before[1] < other
        fits_before = place == len(self._pairs) or (one < self._pairs[place][0] and other < self._pairs[place][1])
        if fits_after and fits_before:
            insort(self._pairs, (one, other))
            return True
        return False
