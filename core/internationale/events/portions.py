"""Cutting what travels into portions that are worked on at one time."""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar


class Heavy(Protocol):
    """Something that travels; its weight is that of its body."""

    @property
    def body(self) -> bytes: ...


T = TypeVar("T", bound=Heavy)


def portions(items: Iterable[T], heaviest: int, most: int | None = None) -> Iterator[list[T]]:
    """The same in the same order, in lists of which none has more than ``heaviest`` bytes of bodies, or holds but one; and none
    has more than ``most`` items.
    """
    portion, size = list[T](), 0
    for item in items:
        if portion and (len(portion) == most or size + len(item.body) > heaviest):
            yield portion
            portion, size = [], 0
        portion.append(item)
        size += len(item.body)
    if portion:
        yield portion
