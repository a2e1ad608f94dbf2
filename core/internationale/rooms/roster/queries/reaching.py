"""Whom what this section has sealed has reached: a section that it names and that was no member then could not be given it."""

from collections.abc import Iterable
from functools import cached_property

from sqlmodel import Session

from internationale.events.roster import Status
from internationale.rooms.roster.rows import SealedForRow

from .chain import latest, versions


class Reach:
    """Asked within one transaction.

    What was said since it is noted is known. Of what was said before, and of a log that was fetched back from the others, it is
    not: there whoever was a member by every version of the roster was reached, and of all others nobody knows.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def surely(self, epoch: int, sequence: int, readers: Iterable[str]) -> frozenset[str]:
        """Which of these ``readers`` (codes), whom an event of ours names, were given it beyond doubt."""
        noted = self._noted(epoch, sequence)
        return frozenset(readers) & (self._steady if noted is None else noted)

    def perhaps(self, epoch: int, sequence: int, readers: Iterable[str]) -> frozenset[str]:
        """Which of these ``readers`` may have been given it."""
        noted = self._noted(epoch, sequence)
        return frozenset(readers) if noted is None else frozenset(readers) & noted

    def _noted(self, epoch: int, sequence: int) -> frozenset[str] | None:
        row = self._session.get(SealedForRow, (epoch, sequence))
        return None if row is None else frozenset(row.readers.split())

    @cached_property
    def _steady(self) -> frozenset[str]:
        last = latest(self._session)
        found = {entry.code for entry in last.roster.sections} if last is not None else set[str]()
        for version in versions(self._session):
            found -= {entry.code for entry in version.roster.sections if entry.status is not Status.MEMBER}
        return frozenset(found)


def members(session: Session) -> frozenset[str]:
    """For whom something can be sealed now, by code."""
    now = latest(session)
    return frozenset() if now is None else frozenset(e.code for e in now.roster.sections if e.status is Status.MEMBER)
