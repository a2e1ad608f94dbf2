"""Who holds how much of a hub's room, and who may not add to it for a while: the rule, without any server.

A stream has one limit for all, and when it is reached nobody publishes any more. So each of the N sections that use a hub has a
share of each room, an Nth of it. Nobody is asked to keep to it while there is room. Only when a room is more than three quarters
full do those above their share lose the right to add to it, and nobody else ever does. They have it back when the room is less
than five eighths full, or when they hold less than seven eighths of their share: so it does not go to and fro.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from internationale.bus import BLOB, HEADS, LOG, PART, PROOF, ROSTER, SEED

KINDS: Mapping[str, tuple[str, ...]] = {
    "log": (LOG, PART, HEADS),
    "blob": (BLOB,),
    "seed": (SEED,),
    "roster": (ROSTER,),
    "proof": (PROOF,),
}
"""What a right is about -> the streams of it. What a section says and the long contents of it go together."""
UNCOUNTED = (HEADS,)
"""They take room, but nobody can leave more than a few of them, and nobody is kept from saying them."""
TIGHT, EASED, BACK = Fraction(3, 4), Fraction(5, 8), Fraction(7, 8)
"""How full a room is when somebody is cut and when nobody is any longer; of its share, what who was cut has to come below."""
LEAST: Mapping[str, Fraction] = {"roster": Fraction(1, 4), "proof": Fraction(1, 4)}
"""The least share, where one section rightly brings most of what there is, and what is beyond the limit puts out the oldest."""


@dataclass(frozen=True)
class Room:
    """One room at a moment. ``limit``, ``used``, and ``held`` by each section: bytes. ``whole``: whether ``held`` is all that
    there is; otherwise it is counted still, and each holds at least so much. ``streams``: of which it is the room.
    """

    kind: str
    streams: tuple[str, ...]
    limit: int
    used: int
    held: Mapping[str, int] = field(default_factory=dict)
    whole: bool = True

    def share(self, sections: int) -> Fraction:
        """Bytes that are each section's, of so many."""
        return max(Fraction(self.limit, max(sections, 1)), self.limit * LEAST.get(self.kind, Fraction(0)))


def cut(room: Room, sections: Collection[str], before: Collection[str] = ()) -> frozenset[str]:
    """Those of the ``sections`` that use the hub who may not add to the room now. ``before``: those who might not until now.

    As long as it is counted, nobody who was cut is let in again. Nobody is cut of a room whose limit nobody knows (0).
    """
    kept = frozenset(before).intersection(sections)
    if room.limit <= 0:
        return frozenset()
    share = room.share(len(sections))
    if room.whole:
        eased = room.used <= room.limit * EASED
        kept = frozenset(code for code in kept if not eased and room.held.get(code, 0) > share * BACK)
    above = (code for code in sections if room.held.get(code, 0) > share)
    return kept.union(above) if room.used > room.limit * TIGHT else kept
