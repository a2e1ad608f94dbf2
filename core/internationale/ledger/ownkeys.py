"""The keys on this machine that sign our own log: which one signs which number, the roster says."""

import os.path
from collections.abc import Sequence
from pathlib import Path

from internationale.errors import Misconfigured
from internationale.events.keys import SigningKey
from internationale.events.logs import LogRules
from internationale.messages import marker
from internationale.settings import read_key, write_key

_ = marker("core")
LOST = _(
    "The key of this section's log is not here. Put it back from your copy. If there is none, make another, for which the"
    " committee opens a new epoch: internationale key new-log"
)


class OwnKeys:
    """``keys/log.key``, and beside it ``log-2.key`` and so on: each made when the one before was to be replaced.

    Raises ``Misconfigured`` like ``settings.read_key``, when it is made and when files are read again.
    """

    def __init__(self, first: Path) -> None:
        self._first = first
        self._keys = self._read()

    @property
    def all(self) -> tuple[SigningKey, ...]:
        """The oldest first."""
        return self._keys

    def current(self, rules: LogRules | None) -> SigningKey:
        """Which signs what is said of ourselves now: heads, the card, requests. Before joining: the newest."""
        if rules is None:
            return self._keys[-1]
        named = {entry.key for entry in rules.keys if entry.last is None or entry is rules.keys[-1]}
        return next((key for key in self._known(rules) if key.public in named), self._keys[0])

    def at(self, rules: LogRules) -> tuple[SigningKey, ...]:
        """Those that may sign some number of the log by these rules."""
        named = {entry.key for entry in rules.keys}
        return tuple(key for key in self._known(rules) if key.public in named)

    def lacking(self, rules: LogRules, number: int) -> bool:
        """Whether the roster lets keys sign this number of the log, and none of them is here."""
        signing = {entry.key for entry in rules.keys if entry.covers(number)}
        return bool(signing) and signing.isdisjoint(key.public for key in self.at(rules))

    def unconfirmed(self, rules: LogRules) -> bool:
        """Whether a newer key was made than the roster knows; perhaps by a command, in another process."""
        if os.path.exists(self._next):  # noqa: PTH110  # asked before everything that is said, and Path takes three times as long
            self._keys = self._read()
        return len(self._keys) > 1 and all(entry.key != self._keys[-1].public for entry in rules.keys)

    def add(self) -> SigningKey:
        """Make one more. It signs nothing before the roster names it."""
        key = SigningKey.generate()
        write_key(self._path(len(self._read()) + 1), key)
        self._keys = self._read()
        return key

    def _known(self, rules: LogRules) -> Sequence[SigningKey]:
        """What was read, and read again when the roster names none of it: a command may have made a key meanwhile."""
        if all(entry.key != key.public for entry in rules.keys[-1:] for key in self._keys):
            self._keys = self._read()
        return self._keys

    def _read(self) -> tuple[SigningKey, ...]:
        if not self._first.exists():
            raise Misconfigured(LOST, place=str(self._first))
        keys = [read_key(self._first)]
        while (path := self._path(len(keys) + 1)).exists():
            keys.append(read_key(path))
        self._next = str(path)
        return tuple(keys)

    def _path(self, number: int) -> Path:
        return self._first.with_stem(f"{self._first.stem}-{number}")
