"""What a root key notes beside it of what it has signed, where the disk was full or the power was cut in the midst of a line."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from internationale import settings

from .conftest import room

Command = Callable[..., Result]

WHOLE = "a" * 64
"""A hash that this key has not signed."""


def signatures(file: Path) -> int:
    return len(json.loads(file.read_text())["roster"]["signatures"])


@pytest.fixture
def memory(holder: Command, tmp_path: Path) -> Path:
    """The notes of the key in ``north``; ``holder`` is there."""
    return tmp_path / "north/keys/root.signed"


@pytest.fixture
def key(memory: Path) -> str:
    return settings.read_key(memory.with_suffix(".key")).public.id


@pytest.mark.parametrize("part", [0, 1, 20, 40, 83])
def test_on_a_full_disk_nothing_is_signed_and_nothing_stays_noted(
    holder: Command, memory: Path, tmp_path: Path, part: int
) -> None:
    before = memory.read_bytes()
    with room(len(before) + part):
        said = holder("north", "roster", "sign", "renewal", "--yes", status=2).output
    assert f"{memory}: What this root key signs is noted in this file, and that is impossible: File too large" in said
    assert (memory.read_bytes(), signatures(tmp_path / "renewal")) == (before, 0)
    holder("north", "roster", "sign", "hubs", "--yes")  # it has not signed the other one
    (added,) = memory.read_bytes().removeprefix(before).splitlines()
    assert (len(added.split()), signatures(tmp_path / "hubs")) == (3, 1)


CUT = [
    b"KEY",
    b"KEY 2",
    b"KEY 2 00ff",
    b"KEY 2 00ff\n",
    b"KEY 2 00ff\nKEY",
    b"KEY 2 " + b"a" * 63,
    b"KEY 2 " + b"a" * 65 + b"\n",
    b"\0\0\0\0\0\0",
    b"KEY 2 " + b"a" * 30 + b"\0" * 34,
    b"\xff\xfe x\n",
    b"a b c\n",
    b"KEY many HASH\n",
    b"KEY \xd9\xa2 HASH\n",
]


@pytest.mark.parametrize("cut", CUT)
def test_a_line_that_was_cut_off_is_no_alarm_and_stops_no_signature(
    holder: Command, memory: Path, key: str, tmp_path: Path, cut: bytes
) -> None:
    """It was written before anything was signed with it."""
    before = memory.read_bytes() + cut.replace(b"KEY", key.encode()).replace(b"HASH", WHOLE.encode())
    memory.write_bytes(before)
    holder("north", "roster", "sign", "renewal", "--yes")
    assert signatures(tmp_path / "renewal") == 1
    assert memory.read_bytes().startswith(before)
    id, number, _hash = memory.read_text(errors="replace").splitlines()[-1].split()
    assert (id, number) == (key, "2")
    assert "another version 2" in holder("north", "roster", "sign", "hubs", "--yes", status=1).output
    assert signatures(tmp_path / "hubs") == 0


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b" \n", b"\0\0\0", b"\nKEY 2 00"])
@pytest.mark.parametrize("start", [b"", b"KEY 2 00ff", b"KEY", b"\0\0\0", b"KEY 2 " + b"b" * 48, b"KEY 2 " + b"b" * 60])
def test_what_was_signed_is_remembered_whatever_stands_around_it(
    holder: Command, memory: Path, key: str, start: bytes, end: bytes
) -> None:
    """Also where a former make has written it after half a line, or an editor took away its end."""
    words = (start + b"KEY 2 HASH" + end).replace(b"KEY", key.encode()).replace(b"HASH", WHOLE.encode())
    memory.write_bytes(memory.read_bytes() + words)
    refused = holder("north", "roster", "sign", "renewal", "--yes", status=1).output
    assert f"has signed another version 2 of the list of sections before ({WHOLE[:16]})" in refused


def test_a_signature_that_was_broken_off_while_noting_leaves_no_note(
    holder: Command, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be brought onto the disk is taken back, too."""
    before = memory.read_bytes()

    def broken(descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(os, "fsync", broken)
        holder("north", "roster", "sign", "renewal", "--yes", status=1)
    assert memory.read_bytes() == before
    holder("north", "roster", "sign", "hubs", "--yes")


def test_the_first_note_is_on_the_disk_with_its_name(holder: Command, memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(str(Path(f"/proc/self/fd/{file}").readlink())), fsync(file)))
    memory.unlink()
    holder("north", "roster", "sign", "renewal", "--yes")
    assert synced[:2] == [str(memory), str(memory.parent)]
