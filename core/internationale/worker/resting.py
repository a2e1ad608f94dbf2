"""What was done in vain, and when it is its turn again: each time twice as long after, so that nobody's lies keep us busy."""

import asyncio
from collections.abc import Hashable, Sequence
from dataclasses import replace

from internationale.ledger.reading import Gap
from internationale.rooms.roster.queries import Claim

SOONEST, LATEST = 2.0, 60.0
"""Seconds of rest: at first, and in the end."""
REMEMBERED = 10_000
"""Of how many the latest are remembered."""


class Resting:
    """For one connection. What is named is any value that stands for a deed, such as a kind and a section's code."""

    def __init__(self) -> None:
        self._until: dict[Hashable, tuple[float, float]] = {}

    def again(self, deed: Hashable) -> float:
        """From when on it is its turn, by the loop's clock; 0 for what was never in vain."""
        return self._until.get(deed, (0.0, 0.0))[0]

    def due(self, deed: Hashable) -> bool:
        """Whether it is its turn."""
        return self.again(deed) <= asyncio.get_running_loop().time()

    def note(self, deed: Hashable, *, worked: bool) -> None:
        """It was done, and was of use or not."""
        _again, pause = self._until.pop(deed, (0.0, SOONEST / 2))
        if not worked:
            pause = min(2 * pause, LATEST)
            self._until[deed] = asyncio.get_running_loop().time() + pause, pause
            if len(self._until) > REMEMBERED:
                del self._until[next(iter(self._until))]


class Round:
    """One round over what sections say to be missing here. What was never sought comes first; and who has named something in
    vain names nothing else in this round: however much somebody makes up, it is sought one by one. Without ``resting``
    everything is.
    """

    def __init__(self, resting: Resting | None) -> None:
        self._resting = resting
        self._vain = set[str]()

    def order(self, claims: Sequence[Claim]) -> list[Claim]:
        """As they are tried."""
        if self._resting is None:
            return list(claims)
        again = self._resting.again
        return sorted(claims, key=lambda claim: min(again(deed) for deed in _deeds(claim)))

    def due(self, claim: Claim) -> bool:
        """Whether it is sought now: because of anybody who has not named something in vain lately."""
        if self._resting is None:
            return True
        return any(self._resting.due(deed) and deed[0] not in self._vain for deed in _deeds(claim))

    def note(self, claim: Claim, *, worked: bool) -> None:
        """It was sought."""
        if self._resting is not None:
            for deed in _deeds(claim):
                self._resting.note(deed, worked=worked)
            if not worked:
                self._vain.update(claim.witnesses)


def _deeds(claim: Claim) -> list[tuple[str, Gap]]:
    """Who says what: the end that somebody names may change as they like. Where the log itself shows it, nobody."""
    said = replace(claim.gap, last=claim.gap.first)
    return [(witness, said) for witness in claim.witnesses or ("",)]
