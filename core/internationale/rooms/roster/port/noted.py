"""Beside a root key, ``root.signed`` says which versions were signed with what was kept in its file: a line for each, with the
key's id, the number and the hash.

A line is written before the version is signed. So one that was cut off in the midst, by the power or a full disk, says nothing:
nothing was signed with it. A whole one counts wherever it stands, also where its end is missing or it was written behind half a
line: rather one version too many is taken for signed than one forgotten.
"""

import contextlib
import fcntl
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from internationale.errors import Misconfigured
from internationale.kit import marker
from internationale.settings import whole

_ = marker("core")

_LINE = re.compile(rb"([0-9a-f]{16})[ \t]+([0-9]{1,16})[ \t]+([0-9a-f]{64})[ \t\r\0]*$", re.MULTILINE)


def note(key: Path, id: str, version: int, hash: str, check: Callable[[dict[str, int]], None]) -> None:
    """Note that the key of this id in this file is to sign a version; it is on the disk when this returns.

    ``check`` is given the numbers of all that it has signed, by their hashes, unless this is among them; what it raises is
    raised. Raises ``Misconfigured`` when it cannot be noted: then it is not.
    """
    path = _notes(key)
    try:
        path.touch(mode=0o600)
        with path.open("a+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            text = file.readall()
            known = {each: number for of, number, each in _read(text) if of == id}
            if hash in known:
                os.fsync(file.fileno())
            else:
                check(known)
                start = b"" if text.endswith(b"\n") or not text else b"\n"
                _add(file, start + f"{id} {version} {hash}\n".encode("ascii"), len(text))
            whole.sync_names(path.parent)
    except OSError as error:
        why = _("What this root key signs is noted in this file, and that is impossible: %(why)s")
        raise Misconfigured(why % {"why": error.strerror or error}, place=str(path)) from error


@dataclass(frozen=True)
class Note:
    """A version that was signed with what was kept in the file. ``key``: that root key's id."""

    key: str
    version: int
    hash: str


def notes(key: Path) -> tuple[Note, ...]:
    """All that was signed with what was kept in this file, in the order of signing; none where the notes cannot be read."""
    try:
        return tuple(Note(*each) for each in _read(_notes(key).read_bytes()))
    except OSError:
        return ()


def signers(key: Path, hash: str) -> set[str]:
    """The ids of the root keys that were kept in this file and have signed the version of this hash, by their own notes; none
    where these cannot be read.
    """
    return {each.key for each in notes(key) if each.hash == hash}


def _notes(key: Path) -> Path:
    return key.with_suffix(".signed")


def _read(text: bytes) -> Iterator[tuple[str, int, str]]:
    for id, number, hash in _LINE.findall(text):
        yield id.decode("ascii"), int(number), hash.decode("ascii")


def _add(file: FileIO, words: bytes, size: int) -> None:
    """Put it at the end, all of it on the disk, or leave the file at its size."""
    try:
        while words:
            words = words[file.write(words) :]  # of what there is room for only in part the rest raises
        os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            file.truncate(size)
        raise
