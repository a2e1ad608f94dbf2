"""Which version follows which.

Rules after The Update Framework's root role: version N + 1 needs the threshold of N's root keys *and* of its own; one key
counts once; versions never skip and never go back; each version carries the hash of the one before. A threshold of one is a
valid beginning.
"""

from collections.abc import Iterator, Sequence

from internationale.errors import Untrusted
from internationale.events import keys, signed
from internationale.events.roster.document import BEGINNING, Roster, Status, Version
from internationale.events.signed import SignedDocument


def verify(previous: Version | None, candidate: SignedDocument) -> Version:
    """Accept the version after ``previous`` (None: the first).

    Raises ``Untrusted``: ``malformed_roster`` (and the JSON's), ``roster_rollback`` (older, or another of the same number),
    ``roster_gap`` (versions in between are missing; can come right later), ``roster_fork`` (does not follow this one),
    ``roster_threshold`` (too few of the old or of its own roots signed), ``roster_history`` (a section vanished, its epoch
    went back or rose without saying where the one before ended, or somebody new begins otherwise than everybody does).
    """
    version = Version(candidate, signed.parse(Roster, candidate.body, "malformed_roster"))
    check_following(previous, version.roster)
    if previous is not None:
        _check_threshold(previous.roster, candidate)
    _check_threshold(version.roster, candidate)
    return version


def check_following(previous: Version | None, roster: Roster) -> None:
    """Whether a version could follow ``previous`` (None: be the first), whoever signs it. Raises like ``verify``."""
    if previous is not None:
        _check_succession(previous, roster)
    elif roster.version != 1:
        raise Untrusted("roster_gap")
    elif roster.prevhash != BEGINNING:
        raise Untrusted("roster_fork")
    _check_beginnings(previous, roster)


def verified(chain: Sequence[SignedDocument]) -> Iterator[Version]:
    """Check every version from the first, one after the other. Raises like ``verify``; ``roster_gap`` for an empty chain."""
    if not chain:
        raise Untrusted("roster_gap")
    version: Version | None = None
    for candidate in chain:
        version = verify(version, candidate)
        yield version


def verify_chain(chain: Sequence[SignedDocument]) -> tuple[Version, ...]:
    """The versions of a whole chain, checked as by ``verified``."""
    return tuple(verified(chain))


def _check_succession(previous: Version, roster: Roster) -> None:
    if roster.version <= previous.roster.version:
        raise Untrusted("roster_rollback")
    if roster.version > previous.roster.version + 1:
        raise Untrusted("roster_gap")
    if roster.prevhash != previous.hash:
        raise Untrusted("roster_fork")
    now = {entry.code: entry for entry in roster.sections}
    for before in previous.roster.sections:
        after = now.get(before.code)
        if after is None or after.epoch < before.epoch or (after.epoch == before.epoch and after.opened != before.opened):
            raise Untrusted("roster_history", place=before.code)


def _check_beginnings(previous: Version | None, roster: Roster) -> None:
    """Every epoch that this version opens begins with one key at number 1; the one before it is ended in the same breath."""
    known = {entry.code: entry.epoch for entry in previous.roster.sections} if previous is not None else {}
    for entry in roster.sections:
        before = known.get(entry.code, 0)
        ended = entry.last_good.epoch if entry.last_good is not None else 0
        begins = (entry.epoch, ended, entry.opened, entry.status) == (before + 1, before, roster.version, Status.MEMBER)
        one_key = [(log_key.first, log_key.last) for log_key in entry.keys] == [(1, None)]
        if entry.epoch != before and not (begins and one_key):
            raise Untrusted("roster_history", place=entry.code)


def enough(judge: Roster, candidate: SignedDocument) -> bool:
    """Whether as many root keys of this version have signed as it asks for."""
    roots = tuple(root.key for root in judge.roots)
    return len(signed.signers(keys.ROSTER, candidate, roots)) >= judge.threshold


def _check_threshold(judge: Roster, candidate: SignedDocument) -> None:
    if not enough(judge, candidate):
        raise Untrusted("roster_threshold")
