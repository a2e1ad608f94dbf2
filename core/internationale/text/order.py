"""Orders: which of several things kept their place among the others, and what follows what."""

from bisect import bisect_left, insort
from collections.abc import Hashable, Iterable, Iterator, Sequence
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


class Succession:
    """Ids in their order, each with its neighbours: to take one out or put one in costs the same, however many there are.

    None of them is empty: ``""`` stands for the beginning, and for the end.
    """

    def __init__(self, ids: Iterable[str]) -> None:
        order = [*ids]
        self._before = dict(zip(order, ["", *order], strict=False))
        self._after = {previous: id for id, previous in self._before.items()}

    def __contains__(self, id: str) -> bool:
        return id in self._before

    def __iter__(self) -> Iterator[str]:
        id = ""
        while following := self._after.get(id):
            yield (id := following)

    def following(self, id: str) -> str:
        """The one after this; ``""`` at the end."""
        return self._after.get(id, "")

    def take_out(self, id: str) -> None:
        """Have its neighbours follow each other. Raises ``KeyError`` when it is not there."""
        self._link(self._before.pop(id), self._after.pop(id, ""))

    def put_in(self, id: str, previous: str) -> None:
        """Have it follow ``previous``, which is there or ``""``."""
        following = self.following(previous)
        self._link(previous, id)
        self._link(id, following)

    def _link(self, previous: str, following: str) -> None:
        self._after[previous] = following
        if following:
            self._before[following] = previous
