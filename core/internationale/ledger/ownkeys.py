"""The keys on this machine that sign our own log: which one signs which number, the roster says.

Beside the first, ``log.signed`` says in which International each has signed: in one only. What it has said in a trial, and what
it says in earnest, would be two histories of one log to whoever kept both.
"""

import fcntl
import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from internationale.errors import Conflict, Misconfigured
from internationale.events.keys import SigningKey
from internationale.events.logs import LogRules
from internationale.messages import marker
from internationale.settings import read_key, write_key

_ = marker("core")
LOST = _(
    "The key of this section's log is not here. Put it back from your copy. If there is none, make another, for which the"
    " committee opens a new epoch: internationale key new-log"
)
ELSEWHERE = _(
    "The key of this section's log has signed in another International, and may sign in one only. Make another: internationale"
    " key new-log"
)
_UNREADABLE = _("Where the keys of this section's log sign is noted in this file, and that is impossible: %(why)s")


class OwnKeys:
    """``keys/log.key``, and beside it ``log-2.key`` and so on: each made when the one before was to be replaced.

    Raises ``Misconfigured`` like ``settings.read_key``, when it is made and when files are read again.
    """

    def __init__(self, first: Path) -> None:
        self._first = first
        self._keys = self._read()
        self._pledged = frozenset[str]()

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

    def pledged(self, keys: Collection[SigningKey]) -> bool:
        """Whether this process has noted where these keys sign."""
        return all(key.public.id in self._pledged for key in keys)

    def pledge(self, keys: Collection[SigningKey], international: str) -> None:
        """Note that these keys sign in this International (the hash of the first version of its list), before they do.

        Raises ``Conflict`` when one has signed in another, ``Misconfigured`` when it cannot be noted.
        """
        path = self._first.with_suffix(".signed")
        try:
            path.touch(mode=0o600)
            with path.open("a+", encoding="ascii", errors="replace") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0)
                text = file.read()
                noted = _noted(text, len(international))
                if any(noted.get(key.public.id, international) != international for key in keys):
                    raise Conflict(ELSEWHERE, place=str(path))
                file.write("\n" if text and not text.endswith("\n") else "")
                file.writelines(f"{key.public.id} {international}\n" for key in keys if key.public.id not in noted)
                file.flush()
                os.fsync(file.fileno())
        except (OSError, ValueError) as error:
            raise Misconfigured(_UNREADABLE % {"why": error}, place=str(path)) from error
        self._pledged |= {key.public.id for key in keys}

    def has_signed(self, keys: Collection[SigningKey], international: str) -> bool:
        """Whether it is noted that one of these has signed in this International, or was about to."""
        path = self._first.with_suffix(".signed")
        try:
            text = path.read_text(encoding="ascii", errors="replace") if path.exists() else ""
        except OSError as error:
            raise Misconfigured(_UNREADABLE % {"why": error}, place=str(path)) from error
        noted = _noted(text, len(international))
        return any(noted.get(key.public.id) == international for key in keys)

    def add(self, key: SigningKey | None = None) -> SigningKey:
        """Keep one more, a new one unless it is given. It signs nothing before the roster names it."""
        key = key or SigningKey.generate()
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


def _noted(text: str, length: int) -> dict[str, str]:
    """Where each key signs, as lines of two words tell. What was cut off in the midst of writing, by the power or a full disk, is
    skipped, also where a hash lacks letters: with a key of which that was noted nothing was signed yet.
    """
    return dict(re.findall(rf"^[ \t]*(\S+)[ \t]+(\S{{{length}}})[ \t\r]*$", text, re.MULTILINE))
