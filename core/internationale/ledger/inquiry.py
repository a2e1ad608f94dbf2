"""What the others are asked while this section is silent and its database may be an old one; and who has answered."""

import secrets
from collections.abc import Collection
from threading import RLock

from internationale.ledger.patience import Patience


class Inquiry:
    """One question at a time, which nobody could have answered before it was asked. ``patience``: for how long the others are
    waited for.
    """

    def __init__(self, patience: Patience | None = None) -> None:
        self.patience = Patience() if patience is None else patience
        self.question = ""
        """64 random hexadecimal digits; empty: nothing is asked."""
        self.heard: set[str] = set()
        """The sections that have answered this: with what they hold of our log."""
        self.met: set[str] = set()
        """Those that have answered that they are there, and silent as well."""
        self._lock = RLock()

    def begin(self) -> None:
        """Have the others asked a question that is new, and waited for."""
        with self._lock:
            self.question = secrets.token_hex(32)
            self.heard.clear()
            self.met.clear()
            self.patience.begin()

    def reached(self, *, answered: bool = False) -> None:
        """The others can be asked from now on, as far as is known; or one has ``answered``."""
        with self._lock:
            if answered:
                self.patience.answered()
            else:
                self.patience.reached()

    def hear(self, question: str, sections: Collection[str]) -> None:
        """These have answered this question, which may be another by now."""
        with self._lock:
            if question == self.question:
                self.heard.update(sections)
                if sections:
                    self.patience.answered()

    def meet(self, question: str, section: str, most: int) -> None:
        """This one says that it is there. From when ``most`` of the others are, it is as if one had answered."""
        with self._lock:
            if question == self.question:
                self.met.add(section)
                if len(self.met | self.heard) >= most:
                    self.patience.answered()

    def end(self) -> None:
        """Nothing is asked any more."""
        with self._lock:
            self.question = ""
            self.patience.end()
