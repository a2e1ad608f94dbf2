"""What was worked out and may be asked for again: the last of it, in bounded memory."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

SHARE = 8
"""What is longer than this part of the whole is not remembered: it would push out all the rest."""


class Remembered:
    """Texts by their keys, at most ``most`` characters of them; those go first that nobody has asked for longest."""

    def __init__(self, most: int) -> None:
        self._most, self._held = most, 0
        self._texts: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> str | None:
        """What was kept under a key; None when it is not known any more."""
        with self._lock:
            if key not in self._texts:
                return None
            self._texts.move_to_end(key)
            return self._texts[key]

    def keep(self, key: Hashable, text: str) -> None:
        """Keep a text; nothing else may be kept under the same key."""
        with self._lock:
            if key in self._texts or len(text) > self._most // SHARE:
                return
            self._texts[key] = text
            self._held += len(text)
            while self._held > self._most:
                self._held -= len(self._texts.popitem(last=False)[1])
