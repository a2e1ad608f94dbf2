"""The versions of the roster that were or are in force, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from internationale.events import keys, signed
from internationale.events.roster import Version
from internationale.kit import Message, paging
from internationale.rooms.roster import rules
from internationale.rooms.roster.queries.chain import hashes, versions


@dataclass(frozen=True)
class VersionState:
    """One version that was or is in force. ``changes``: against the one before; ``signed``: who holds the keys that signed."""

    version: int
    hash: str
    issued: datetime
    expires: datetime
    changes: tuple[Message, ...]
    signed: tuple[str, ...]


def history(session: Session) -> tuple[VersionState, ...]:
    """All versions, the latest first."""
    return _told(session, tuple(reversed(hashes(session))))


def history_part(session: Session, page: int) -> paging.Part[VersionState]:
    """A page of the versions, the latest first."""
    found = paging.part(tuple(reversed(hashes(session))), page)
    return found.of(_told(session, found.things))


def _told(session: Session, numbers: Sequence[int]) -> tuple[VersionState, ...]:
    """Versions by their numbers, which follow one another, the latest first."""
    if not numbers:
        return ()
    known = {each.roster.version: each for each in versions(session, numbers[-1] - 2, numbers[0])}
    return tuple(state_of(known.get(number - 1), known[number]) for number in numbers)


def state_of(before: Version | None, version: Version) -> VersionState:
    """One version in words, against the one before."""
    holders = [*(before.roster.roots if before else ()), *version.roster.roots]
    names = {root.key: root.holder for root in holders}
    signers = signed.signers(keys.ROSTER, version.document, tuple(names))
    return VersionState(
        version.roster.version,
        version.hash,
        version.roster.issued,
        version.roster.expires,
        rules.told(before.roster if before else None, version.roster),
        tuple(sorted(names[key] for key in signers)),
    )
