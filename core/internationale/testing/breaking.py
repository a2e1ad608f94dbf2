"""What a simulated hub, and the network before it, do wrong until they are healed."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from internationale.bus import NotAllowed, Parcel, Unreachable

TIMEOUT = 5.0
"""Seconds after which a section gives up waiting for an answer, as over NATS."""


def may_publish(section: str, subject: str) -> bool:
    """Whether a hub with users lets this section publish there. Rosters and proofs prove themselves: everyone carries them."""
    _intl, _version, kind, publisher, *_rest = subject.split(".")
    return kind in ("roster", "proof", "req") or publisher == section


@dataclass
class Faults:
    """Sections are named by their codes. ``chance`` decides what is left to chance: the same seed, the same course of things."""

    down: bool = False
    """The process is gone; whoever tries is refused at once."""
    frozen: bool = False
    """The process stands still (SIGSTOP): nothing is answered."""
    full: bool = False
    """The disk is full: nothing is stored, and nothing is said about it."""
    cut: set[str] = field(default_factory=set)
    """No way from these sections to the hub."""
    deaf: set[str] = field(default_factory=set)
    """What these send arrives; no answer comes back (a half-open connection, a lost acknowledgement)."""
    late: set[str] = field(default_factory=set)
    """What these send while they are cut off is kept by the network and arrives in the end."""
    forbidden: set[str] = field(default_factory=set)
    """These may not publish any more."""
    users: bool = False
    """Each section may publish only under its own subjects."""
    hidden: dict[str, Callable[[str], bool]] = field(default_factory=dict)
    """By section: of which subjects it is shown nothing."""
    shown: dict[tuple[str, str], Parcel] = field(default_factory=dict)
    """By section and subject: what it is shown instead of what is kept."""
    window: int = 0
    """Delivery is out of order inside a window of so many."""
    repeats: float = 0.0
    """How likely it is that something comes along once more."""
    latency: float = 0.0
    """Up to how many seconds each way takes."""
    chance: random.Random = field(default_factory=lambda: random.Random(0))

    async def travel(self, section: str, *, sending: bool = False) -> None:
        """The way to the hub and (unless ``sending``) back. Raises ``Unreachable``."""
        if self.latency:
            await asyncio.sleep(self.chance.uniform(0, self.latency))
        if self.down:
            raise Unreachable("the connection was refused")
        if self.unanswered(section) or (not sending and section in self.deaf):
            await asyncio.sleep(TIMEOUT)
            raise Unreachable("no answer")

    def unanswered(self, section: str) -> bool:
        """Whether what this section sends does not arrive now."""
        return self.frozen or section in self.cut

    async def refuses(self, section: str, parcels: Sequence[Parcel]) -> bool:
        """Whether what arrives from this section is not stored and not answered. Raises ``NotAllowed`` where that is why."""
        allowed = not self.users or all(may_publish(section, parcel.subject) for parcel in parcels)
        allowed = allowed and section not in self.forbidden
        if self.full or not allowed:
            await asyncio.sleep(TIMEOUT)
        if not allowed:
            raise NotAllowed(parcels[0].subject)
        return self.full

    async def answered(self, section: str) -> bool:
        """The way back; False when nothing came."""
        if section not in self.deaf:
            return True
        await asyncio.sleep(TIMEOUT)
        return False

    def seen(self, section: str, parcel: Parcel) -> Parcel | None:
        """What this section is shown of something that is kept."""
        if (hides := self.hidden.get(section)) is not None and hides(parcel.subject):
            return None
        return self.shown.get((section, parcel.subject), parcel)

    def picked(self, waiting: Sequence[tuple[int, Parcel]], limit: int) -> list[tuple[int, Parcel]]:
        """What of all that waits is delivered next."""
        if not self.window or not waiting:
            return list(waiting[:limit])
        near = list(waiting[: self.window])
        self.chance.shuffle(near)
        return near[: min(limit, self.chance.randint(1, len(near)))]

    def delivered(self, picked: Sequence[tuple[int, Parcel]], before: Sequence[Parcel]) -> list[Parcel]:
        """What arrives of it: some of it, or of what was before, several times."""
        parcels = [parcel for _position, parcel in picked]
        again = [self.chance.choice(before) for _ in parcels if self.chance.random() < self.repeats]
        return parcels + again if again else parcels
