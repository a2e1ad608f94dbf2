"""Files that are there whole or not at all, whatever kills the process or cuts the power."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def fresh(file: Path) -> Iterator[Path]:
    """A new file: what is written into the path that is given has the name ``file`` when the block ends, and is on the disk.

    Only its owner can read it. Raises ``FileExistsError`` when there is one of this name by then, which stays as it is.
    """
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield part
        sync(part)
        _place(part, file)
    finally:
        part.unlink(missing_ok=True)


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
