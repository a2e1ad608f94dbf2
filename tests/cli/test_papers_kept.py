"""Papers with signatures that nobody else has: the one that is to take their place is there whole, or they stay."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from internationale.cli import files
from internationale.settings import whole

from .conftest import begin, room

Command = Callable[..., Result]


@pytest.fixture
def signed(command: Command, tmp_path: Path) -> Path:
    """The proposal of a founding, which ``north`` has signed and ``south`` is to sign."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    for home in ("north", "south"):
        command(home, "key", "new-root", "--no-lock", "--holder", f"Office {home}", "--out", f"{home}.root")
    command("ic", "found", "--root-card", "north.root", "--root-card", "south.root", "--threshold", "2")
    command("north", "roster", "sign", "founding.proposal", "--yes")
    return tmp_path / "founding.proposal"


def signatures(file: Path) -> int:
    return len(json.loads(file.read_text())["roster"]["signatures"])


@pytest.mark.parametrize("part", [200, 1000])
def test_a_signature_for_which_there_is_no_room_takes_none_away(
    signed: Path, command: Command, tmp_path: Path, part: int
) -> None:
    before, names = signed.read_bytes(), {path.name for path in tmp_path.iterdir()}
    with room(part):
        said = command("south", "roster", "sign", str(signed), "--yes", status=2).output
    assert f"Error: {signed}: The file cannot be written: File too large" in said
    assert (signed.read_bytes(), {path.name for path in tmp_path.iterdir()}) == (before, names)
    command("south", "roster", "sign", str(signed), "--yes")
    assert signatures(signed) == 2
    begin(command, str(signed))


_KILLED = """
import os, signal, sys
from pathlib import Path
from internationale.cli import cli
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
cli(sys.argv[1:])
"""


def test_whoever_is_killed_while_signing_leaves_the_paper_as_it_was(signed: Path, command: Command, tmp_path: Path) -> None:
    before = signed.read_bytes()
    arguments = ["--home", str(tmp_path / "south"), "roster", "sign", str(signed), "--yes"]
    assert subprocess.run([sys.executable, "-c", _KILLED, *arguments], check=False).returncode == -9
    assert signed.read_bytes() == before
    assert len(list(tmp_path.glob("founding.proposal.*.part"))) == 1
    command("south", "roster", "sign", str(signed), "--yes")
    assert (signatures(signed), list(tmp_path.glob("founding.proposal.*"))) == (2, [])


def test_it_is_on_the_disk_when_it_is_said_to_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(whole, "sync", synced.append)
    (tmp_path / "paper").write_text("former")
    (tmp_path / "paper").chmod(0o640)
    files.write(tmp_path / "paper", "signed")
    assert ((tmp_path / "paper").read_text(), (tmp_path / "paper").stat().st_mode & 0o777) == ("signed", 0o640)
    assert (synced[0].name.startswith("paper."), synced[1:]) == (True, [tmp_path])


def test_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    """``--out /dev/stdout``, say."""
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    files.write(tmp_path / "pipe", "a card")
    assert (os.read(reading, 100), (tmp_path / "pipe").is_fifo()) == (b"a card", True)
    os.close(reading)
