"""Files that are there whole or not at all, whatever kills the process or cuts the power."""

import contextlib
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UNDER_WAY = re.compile(r"(?P<part>(?P<name>.+)\.[0-9a-f]{8}\.part)(-wal|-shm|-journal)?", re.DOTALL)
"""A file that is being written, and what SQLite puts beside one."""


@contextmanager
def fresh(file: Path) -> Iterator[Path]:
    """A new file: what is written into the path that is given has the name ``file`` when the block ends, and is on the disk.

    Only its owner can read it. Raises ``FileExistsError`` when there is one of this name by then, which stays as it is. What was
    left by others that were killed while they wrote one of this name is taken away.
    """
    clear(file.parent, file.name)
    part, held = _begin(file)
    try:
        yield part
        sync(part)
        _place(part, file)
    finally:
        part.unlink(missing_ok=True)
        os.close(held)


@contextmanager
def instead(file: Path) -> Iterator[Path]:
    """As ``fresh``, for a file that takes the place of what has this name, if anything has: who opens it finds the former one
    or the new one, whole. Whoever could read the former can read it; anybody, where there was none. A link stays: what it leads
    to is written. Raises ``OSError``; then all is as before.
    """
    file = file.resolve()
    clear(file.parent, file.name)
    part, held = _begin(file, 0o666)
    try:
        with contextlib.suppress(FileNotFoundError):
            os.fchmod(held, stat.S_IMODE(file.stat().st_mode))
        yield part
        sync(part)
        part.replace(file)
        sync_names(file.parent)
    finally:
        part.unlink(missing_ok=True)
        os.close(held)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """A block in which nobody else is who asks so for this folder; they wait for each other. Raises ``OSError``; where there are
    no locks they are not kept apart.
    """
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def clear(folder: Path, name: str = "") -> list[Path]:
    """Take away what was left here by who was killed while it wrote a new file (of this ``name``; otherwise any): keys and
    people's data are in it. What somebody still writes stays, as it does where no locks tell that. Returns what went.
    """
    found = [each for file in _files(folder) if (each := _UNDER_WAY.fullmatch(file)) and name in ("", each["name"])]
    return [part for part in sorted({folder / each["part"] for each in found}) if _take_away(part)]


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, written to the disk now."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_names(folder: Path) -> None:
    """As ``sync``, for a folder; not every file system can."""
    with contextlib.suppress(OSError):
        sync(folder)


def _begin(file: Path, mode: int = 0o600) -> tuple[Path, int]:
    """An empty file, and a lock on it that says that it is written: the operating system lets go of that with the process."""
    while True:
        part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
        held = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        with contextlib.suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_EX)
        if part.exists():
            return part, held
        os.close(held)  # it was taken away before there was a lock


def _files(folder: Path) -> list[str]:
    try:
        return [file.name for file in folder.iterdir()]
    except OSError:
        return []


def _take_away(part: Path) -> bool:
    try:
        held = os.open(part, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return _unlink(part)
    except OSError:
        return False
    try:
        if not stat.S_ISREG(os.fstat(held).st_mode):
            return False
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return _unlink(part)
    except OSError:
        return False
    finally:
        os.close(held)


def _unlink(part: Path) -> bool:
    try:
        for beside in ("-wal", "-shm", "-journal", ""):
            part.with_name(part.name + beside).unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _place(part: Path, file: Path) -> None:
    """A link never takes another's place as renaming would. Sticks for carrying files know no links."""
    try:
        file.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        if file.exists():
            raise FileExistsError(file) from None
        part.rename(file)
    sync_names(file.parent)
