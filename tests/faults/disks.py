"""Disks that are small, that forget, and that flip bits."""

import contextlib
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path


def possible() -> bool:
    """Whether this process may mount file systems and make network namespaces."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"intl{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode == 0
    if made:
        subprocess.run(["ip", "netns", "del", name], check=True)
    return made


@contextlib.contextmanager
def small(folder: Path, mebibytes: int) -> Iterator[Path]:
    """A file system of this size at ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte free; returns the file that takes them."""
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(64 * 1024))
    with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(bytes(512))
    return ballast


def copy(source: Path, target: Path) -> None:
    """Everything below a folder, as it is at this moment, whoever writes meanwhile."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore_dangling_symlinks=True, copy_function=_copied)


def _copied(source: str, target: str) -> None:
    with contextlib.suppress(FileNotFoundError):  # it went while we looked
        shutil.copyfile(source, target)


def flip_bit(file: Path, chance: random.Random, first: int = 0) -> int:
    """Flip one bit somewhere in a file, after its first bytes; returns where."""
    size = file.stat().st_size
    place = chance.randrange(first, size)
    with file.open("r+b") as opened:
        opened.seek(place)
        byte = opened.read(1)[0]
        opened.seek(place)
        opened.write(bytes([byte ^ (1 << chance.randrange(8))]))
    return place
