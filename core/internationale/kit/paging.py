"""Long lists, a page at a time: what grows without end is never shown at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
S = TypeVar("S")

SHOWN = 50
"""How many stand on one page."""
LAST = 1_000_000_000
"""The number of the last page, whichever that is."""


@dataclass(frozen=True)
class Part(Generic[T]):
    """The things on one page. ``page`` of ``pages`` (1 at least), of ``total`` things."""

    things: Sequence[T]
    total: int
    page: int
    pages: int

    def of(self, things: Sequence[S]) -> "Part[S]":
        """The same page with what is shown in place of what was looked up."""
        return Part(things, self.total, self.page, self.pages)


def part(of: Sequence[T], page: int) -> Part[T]:
    """One page of a list; one beyond the last is the last, as everywhere."""
    pages = max(1, -(-len(of) // SHOWN))
    page = min(max(page, 1), pages)
    return Part(of[(page - 1) * SHOWN : page * SHOWN], len(of), page, pages)


def page_of(place: int) -> int:
    """The number of the page on which the thing at a place of its list stands; places are counted from 0."""
    return place // SHOWN + 1
