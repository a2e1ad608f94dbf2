"""Which keys sign what a section says from now on: pure. Mostly one; two while a new one is confirmed and not yet begun."""

from dataclasses import dataclass

from internationale.events.keys import PublicKey
from internationale.events.roster import Entry


@dataclass(frozen=True)
class Signer:
    """A key, and the first number of the log that it signs."""

    key: PublicKey
    first: int


def to_come(entry: Entry, here: int) -> tuple[Signer, ...]:
    """Those that sign numbers after ``here`` by the roster, the nearest first; while a section is suspended, those that would."""
    return tuple(Signer(each.key, each.first) for each in entry.keys if each.last is None or each.last > here)
