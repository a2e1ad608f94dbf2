"""Lines that are kept beside the keys and not in the database: one that is put back does not forget them."""

import errno
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from internationale.errors import Misconfigured
from internationale.messages import marker
from internationale.settings import whole

_ = marker("core")
_log = logging.getLogger(__name__)


class Outside:
    """One file to which lines are added, and from which none is ever taken. Only its owner can read it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, line: str, *, once: bool = False) -> bool:
        """Add a line of ASCII (``once``: unless it is there); it is on the disk when this returns. What keeps it from being
        written is logged and no error: it must not keep anybody from closing an account. Returns whether it is there.
        """
        try:
            if once and line in self._lines():
                return True
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                words = f"\n{line}\n".encode("ascii")  # the line before may have been cut off
                if os.write(descriptor, words) != len(words):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            whole.sync_names(self._path.parent)
        except OSError as error:
            _log.error("%s: cannot be written (%s): a database that is put back will not know of this", self._path, error)
            return False
        return True

    def all(self) -> Sequence[str]:
        """All lines, the oldest first. Raises ``Misconfigured`` when they cannot be read."""
        try:
            return self._lines()
        except OSError as error:
            raise Misconfigured(_("The file cannot be read: %(why)s") % {"why": error}, place=str(self._path)) from error

    def _lines(self) -> Sequence[str]:
        try:
            return self._path.read_text(encoding="ascii", errors="replace").split()
        except FileNotFoundError:
            return ()
