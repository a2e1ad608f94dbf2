"""The chunks as files, named by their hash. What is here is always whole: a file appears under its name only when all of it is
on the disk, and it is verified each time that it is read.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from internationale.rooms.attachments.rules.chunking import hash_of

_NAME = re.compile(r"[0-9a-f]{64}")
_MARK = "watched"


@dataclass(frozen=True)
class Kept:
    """One file in the store. ``touched``: seconds since 1970 when it was last brought."""

    name: str
    size: int
    touched: float


class Files:
    """The store in one folder, which is made when the first chunk comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, body: bytes) -> str:
        """Keep a chunk; returns its hash. Raises ``OSError`` when the disk will not take it; nothing is left half written."""
        name = hash_of(body)
        path = self._path(name)
        if path.exists():
            os.utime(path)  # brought again: it is in use
            return name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix=".")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return name

    def get(self, name: str) -> bytes | None:
        """A chunk; None when it is not here. One that the disk has damaged is thrown away, so that it is fetched again."""
        try:
            body = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        if hash_of(body) != name:
            self.remove(name)
            return None
        return body

    def has(self, name: str) -> bool:
        """Whether a chunk is here."""
        return self._path(name).exists()

    def remove(self, name: str, *, unless_since: float | None = None) -> None:
        """Let go of a chunk, if it is here, and was not brought (again) since a moment in seconds since 1970."""
        path = self._path(name)
        if unless_since is None or all(kept.touched < unless_since for kept in _kept(path)):
            path.unlink(missing_ok=True)

    def is_empty(self) -> bool:
        """Whether there is nothing here."""
        return next(self.all(), None) is None

    def mark(self) -> str:
        """What was last noted here (``set_mark``); ``""`` when nothing was."""
        try:
            return (self.folder / _MARK).read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            return ""

    def set_mark(self, mark: str) -> bool:
        """Note something beside the chunks; False when the disk will not take it, and what was there stands."""
        temporary = self.folder / f".{_MARK}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.write_text(mark + "\n", encoding="ascii")
            temporary.replace(self.folder / _MARK)
        except OSError:
            return False
        return True

    def all(self) -> Iterator[Kept]:
        """Everything that is here, also what was left half written by a crash (its name begins with a full stop)."""
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            yield from _kept(path)
        for path in self.folder.glob(".*"):
            yield from _kept(path)

    def discard(self, kept: Kept) -> None:
        """Let go of something that ``all`` named, unless it was brought again since."""
        path = self.folder / kept.name if kept.name.startswith(".") else self._path(kept.name)
        if all(now.touched <= kept.touched for now in _kept(path)):
            path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise ValueError(name)  # nothing but a hash ever becomes a path
        return self.folder / name[:2] / name


def _kept(path: Path) -> Iterator[Kept]:
    try:
        state = path.stat()
    except FileNotFoundError:  # somebody else let go of it
        return
    if path.is_file():
        yield Kept(path.name, state.st_size, state.st_mtime)
