"""What a simulated hub keeps: parcels by position, and how far each consumer has come."""

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass, field

from internationale.bus import Parcel


class Stream:
    """Parcels by position, and where those of each subject are."""

    def __init__(self) -> None:
        self.kept: dict[int, Parcel] = {}
        self._places: dict[str, list[int]] = {}

    def put(self, position: int, parcel: Parcel) -> None:
        """Store at the end."""
        self.kept[position] = parcel
        self._places.setdefault(parcel.subject, []).append(position)

    def drop(self, position: int) -> None:
        """Lose what is there."""
        self._places[self.kept.pop(position).subject].remove(position)

    def under(self, subject: str) -> list[int]:
        """The positions of one subject, oldest first."""
        return self._places.get(subject, [])

    def after(self, floor: int) -> list[tuple[int, Parcel]]:
        """What stands after a position, in order."""
        found = []
        for position in reversed(self.kept):
            if position <= floor:
                break
            found.append((position, self.kept[position]))
        return found[::-1]

    def like(self, pattern: str) -> Iterator[Parcel]:
        """What stands under a pattern, newest first."""
        return (each for each in reversed(self.kept.values()) if fnmatch.fnmatchcase(each.subject, pattern))


@dataclass
class Place:
    """How far one consumer has come: everything up to ``floor``, and what was delivered out of order beyond it."""

    floor: int = 0
    ahead: set[int] = field(default_factory=set)
