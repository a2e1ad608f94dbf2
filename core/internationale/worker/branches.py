"""Names on a hub, by the section under whose name they stand: rosters and proofs of forks, which anybody may carry.

A section publishes under its own name only, so what is junk there takes nobody else's place, and who left it there is known.
Names are looked at so many of each section in turn; those that stand under no section's name share one place.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from internationale.bus import Bus, NotAllowed, NotAuthorised, Unprovisioned, Unreachable
from internationale.events.roster import Status
from internationale.rooms.roster import queries
from internationale.section import Section

T = TypeVar("T")
LISTS = 16
"""Lists that a hub is asked for at a time."""
MOST = 500_000
"""Names that are taken from all the lists of one question."""
WAITING, REMEMBERED = 10_000, 200_000
"""Names of one section that wait to be looked at, and sections of whom nobody knows, at most; names that are known as seen before
all are forgotten."""
NOBODY = ""
"""Whose the names are that bear nobody's: those of an older make, and of sections that we do not know."""


class Branches:
    """Names that are yet to be looked at. ``whose``: the word that says whose a name is."""

    def __init__(self, whose: Callable[[str], str]) -> None:
        self._whose = whose
        self._waiting: dict[str, dict[str, None]] = {}
        self._seen: set[str] = set()

    def add(self, names: Iterable[str], *, again: bool = False) -> None:
        """These are there; what was taken before only when it came ``again``. In the order of their names."""
        for name in sorted(names):
            waiting = self._waiting.get(whose := self._whose(name), {})
            if len(waiting) < WAITING and (again or name not in self._seen):
                self._waiting.setdefault(whose, waiting)[name] = None

    def take(self, each: int, known: Collection[str]) -> list[str]:
        """The next of every branch of ``known`` sections, at most so many of each, and as many of all the others."""
        found, strangers, members = list[str](), each, frozenset(known)
        others = [branch for branch in self._waiting if branch not in members]
        for branch in others[WAITING:]:
            del self._waiting[branch]
        for branch in [*filter(self._waiting.__contains__, known), *others[:each]]:  # none is empty
            names = self._waiting[branch]
            some = [*islice(names, each if branch in members else strangers)]
            strangers -= 0 if branch in members else len(some)
            found += some
            for name in some:
                del names[name]
            if not names:
                del self._waiting[branch]
        if len(self._seen) > REMEMBERED:
            self._seen.clear()
        self._seen.update(found)
        return found


async def listed(bus: Bus, patterns: Iterable[str]) -> set[str]:
    """The names under all of these patterns, several at a time. One for each publisher or for each true name: junk under one
    section's name then makes that list long, or too long to be told in time, and no other. Of more than ``MOST`` not all.

    Raises ``Unreachable`` when none is told.
    """
    found, told, failure = set[str](), False, None
    for some in portions([*patterns], LISTS):
        if len(found) > MOST:
            break
        for names in await asyncio.gather(*map(bus.kept, some), return_exceptions=True):
            if isinstance(names, NotAllowed | NotAuthorised | Unprovisioned) or not isinstance(names, set | Unreachable):
                raise names
            if isinstance(names, Unreachable):
                failure = names
            else:
                told = True
                found |= names
    if failure is not None and not told:
        raise failure
    return found


def portions(names: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """So many at a time, in order."""
    return (names[start : start + size] for start in range(0, len(names), size))


def everybody(section: Section) -> list[str]:
    """All sections that the list names, whatever they are by now, and our own."""
    with section.reading() as session:
        latest = queries.latest(session)
    return sorted({section.code, *(entry.code for entry in (latest.roster.sections if latest is not None else ()))})


def carriers(section: Section) -> list[str]:
    """Whose branches there may be, our own first: who belongs to the International, also for the time being not."""
    with section.reading() as session:
        latest = queries.latest(session)
    entries = latest.roster.sections if latest is not None else ()
    others = [entry.code for entry in entries if entry.code != section.code and entry.status in (Status.MEMBER, Status.SUSPENDED)]
    return [section.code, *others]
