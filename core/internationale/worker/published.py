"""What this instance has published to one hub a moment ago.

A hub brings everybody everything, also what is their own. Mostly it is what we have just published, byte for byte, and then
there is nothing to look up. Everything else under our name is looked at like anybody's: another instance may have our key.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable

from internationale.bus import Parcel

REMEMBERED = 4096
"""Parcels; of what is further back nothing is known here, and it is looked up."""


class Published:
    """By subject, the SHA-256 of the body. For one connection."""

    def __init__(self) -> None:
        self._digests = OrderedDict[str, bytes]()

    def note(self, parcels: Iterable[Parcel]) -> None:
        """These are about to be published (before: they may be back sooner than the hub's word that it has them)."""
        for parcel in parcels:
            self._digests[parcel.subject] = _digest(parcel)
        while len(self._digests) > REMEMBERED:
            self._digests.popitem(last=False)

    def came_back(self, parcel: Parcel) -> bool:
        """Whether this is one of them, unchanged."""
        digest = self._digests.get(parcel.subject)
        return digest is not None and digest == _digest(parcel)


def _digest(parcel: Parcel) -> bytes:
    return hashlib.sha256(parcel.body).digest()
