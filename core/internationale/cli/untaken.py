"""What is told and waits in connections until it is taken: bounded, so that nobody has us keep more than there is memory for.

A page is handed to its connection as a whole, and a file in pieces; whoever reads slowly has us keep the rest, and a question is
short, or its answer many times as long. So it is counted where it waits, and where there is too much the one who has most is
ended, never who comes after them.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping

MIB = 1024 * 1024
PASSING, PEOPLE = 128 * MIB, 256 * MIB
"""Bytes for all passers-by, and for all people with an account: no passer-by takes anything from these."""
_ALL = ""


class Untaken:
    """``most`` bytes for all together, and a part of it for each place that an answer goes to. For the loop alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: dict[asyncio.WriteTransport, Mapping[str, int]] = {}

    def add(self, one: asyncio.WriteTransport, places: Mapping[str, int]) -> None:
        """In this connection something waits, until ``leave``. ``places``: where it goes, the widest first, and which part of all
        may wait for each. Where there is too much, connections are ended, maybe this one: of the place that has most, the line
        that has most, and there the one with most; but never the only one, whose page may be as long as it is.
        """
        self._waiting[one] = {_ALL: 1, **places}
        while worst := self._too_much(self._waiting[one]):
            worst.abort()
            self.leave(worst)
            if worst is one:
                return

    def leave(self, one: asyncio.WriteTransport) -> None:
        """Nothing waits there any more, or no more than is not counted."""
        self._waiting.pop(one, None)

    def _too_much(self, places: Mapping[str, int]) -> asyncio.WriteTransport | None:
        """Who is to be ended, if more waits for one of these places than may."""
        sizes = {each: each.get_write_buffer_size() for each in self._waiting}
        sums = Counter[str]()
        for each, size in sizes.items():
            sums.update(dict.fromkeys(self._waiting[each], size))
        for place, part in places.items():
            there = [each for each in sizes if place in self._waiting[each]]
            if sums[place] > self._most // part and len(there) > 1:
                return max(there, key=lambda each: ([sums[where] for where in self._waiting[each]], sizes[each]))
        return None
