"""What a seed decides: who does what, when, how much. The same seed, the same course of things."""

import hashlib
from random import Random


class Chance(Random):
    """Random numbers that remember what they decided. ``course`` is a short name for all of it."""

    def __init__(self, seed: int) -> None:
        self._decided = hashlib.sha256()
        super().__init__(seed)

    def random(self) -> float:
        drawn = super().random()
        self._decided.update(b"%r " % drawn)
        return drawn

    def getrandbits(self, k: int, /) -> int:
        drawn = super().getrandbits(k)
        self._decided.update(b"%d " % drawn)
        return drawn

    def apart(self) -> Random:
        """For what is drawn more or less often as time goes by: its number of draws is not part of the course."""
        return Random(self.getrandbits(64))

    @property
    def course(self) -> str:
        return self._decided.hexdigest()[:6]
