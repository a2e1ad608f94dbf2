"""The age identities of a section: files below ``keys/sealing``, the newest first.

A new one replaces none: what was sealed for the old ones can only be read with them.
"""

import contextlib
import secrets
from collections.abc import Sequence
from pathlib import Path

from internationale.errors import Misconfigured
from internationale.events.sealing import Identity
from internationale.messages import marker

_ = marker("core")

SUFFIX = ".age"


class Identities:
    """The identities in one folder. Files that are added while the instance runs are seen at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: tuple[int, tuple[Identity, ...]] = (-1, ())

    def all(self) -> Sequence[Identity]:
        """The identities, the newest first; none when the folder is not here. Raises ``Misconfigured``."""
        try:
            changed = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return ()
        if self._read[0] != changed:
            self._read = (changed, tuple(_read(path) for path in reversed(self._files())))
        return self._read[1]

    def recipients(self) -> tuple[str, ...]:
        """For whom others seal what is for us: the newest identity's public half; empty while there is none."""
        return tuple(identity.recipient for identity in self.all()[:1])

    def former(self) -> tuple[str, ...]:
        """The public halves of the older ones: what was sealed for them can still be read, and nothing more is."""
        return tuple(identity.recipient for identity in self.all()[1:])

    def begin(self) -> None:
        """Make the first identity, unless there is one, and read all. Raises ``Misconfigured``."""
        if not self._files():
            self._make(1)  # by its number: another process may have begun meanwhile, and one first identity is enough
        self.all()

    def rotate(self) -> None:
        """Make a new identity, which our card shows from now on. Raises ``Misconfigured`` when it cannot be written."""
        self._make(max((int(path.stem) for path in self._files()), default=0) + 1)

    def _make(self, number: int) -> None:
        identity = Identity.generate()
        path = self.folder / f"{number:04}{SUFFIX}"
        try:
            self._write(path, f"# public key: {identity.recipient}\n{identity.secret}\n")
        except OSError as error:
            raise Misconfigured(_("The key cannot be made: %(why)s") % {"why": error}, place=str(path)) from error
        self._read = (-1, ())

    def _write(self, path: Path, text: str) -> None:
        """Whole or not at all, and never over another: two processes may begin at once."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600, exist_ok=False)
        fresh.write_text(text, encoding="ascii")
        with contextlib.suppress(FileExistsError):  # the other was faster: its key counts
            path.hardlink_to(fresh)
        fresh.unlink()

    def _files(self) -> list[Path]:
        return sorted((path for path in self.folder.glob(f"*{SUFFIX}") if path.stem.isdecimal()), key=lambda path: int(path.stem))


def _read(path: Path) -> Identity:
    try:
        if path.stat().st_mode & 0o027:
            raise Misconfigured(
                _("Others can read this key. Close it with: chmod 600 %(path)s") % {"path": path}, place=str(path)
            )
        return Identity.parse(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise Misconfigured(_("This is not a key: %(why)s") % {"why": error}, place=str(path)) from error
