"""What was broken off, by the power, say: a founding founds nothing, a root key gets its card, and who tries again is told."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from internationale import settings
from internationale.events import fingerprints
from internationale.rooms.roster.rules import papers

from .conftest import begin, plain

Command = Callable[..., Result]

KEYLESS = """
from internationale.ledger.ownkeys import OwnKeys
OwnKeys.pledge = killed
"""
"""The root key is there, and nothing is noted of the log's."""
PLEDGED = """
from internationale.ledger.ownkeys import OwnKeys
pledge = OwnKeys.pledge
OwnKeys.pledge = lambda *given: (pledge(*given), killed())
"""
"""The key of the log is noted, too, as one that signs in the International that is not."""
_FOUND = """
import os, signal, sys
from internationale.cli import cli
killed = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
{moment}
cli(["--home", sys.argv[1], "found"])
"""
_NEW_ROOT = """
import os, signal, sys
from internationale.cli import cli, keys
keys.write = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
cli(["--home", sys.argv[1], "key", "new-root", "--no-lock", "--holder", "Office", "--out", sys.argv[2]])
"""


@pytest.mark.parametrize("moment", [KEYLESS, PLEDGED])
def test_a_founding_that_was_killed_can_be_begun_again_by_what_is_said(command: Command, tmp_path: Path, moment: str) -> None:
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    script, key = _FOUND.format(moment=moment), tmp_path / "ic/keys/root.key"
    assert subprocess.run([sys.executable, "-c", script, str(tmp_path / "ic")], check=False).returncode == -9
    left = key.read_bytes()
    said = command("ic", "found", status=1).output
    assert f"{key}: There already is a root key here, although this section belongs to no International." in said
    assert "move the file away and found once more" in said
    assert key.read_bytes() == left
    key.rename(tmp_path / "away")
    if moment == PLEDGED:
        assert "Make another: internationale key new-log" in command("ic", "found", status=1).output
        assert not key.exists()
        command("ic", "key", "new-log")
    command("ic", "found")
    assert plain(command("ic", "section", "list", "--json"))["version"] == 1
    assert key.read_bytes() != left
    assert "Version 2 is valid until" in command("ic", "section", "renew", "--unasked").output


def test_a_root_key_that_is_there_is_asked_for_nothing(command: Command, tmp_path: Path) -> None:
    """It may be one with which others found, or of an International whose database was lost here."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    command("ic", "key", "new-root", "--no-lock", "--holder", "Office", "--out", "office.root")
    keys = tmp_path / "ic/keys"
    before = (keys / "root.key").read_bytes()
    assert "“found --root-card”" in command("ic", "found", status=1).output
    assert ((keys / "root.key").read_bytes(), (keys / "root.signed").exists()) == (before, False)
    command("ic", "found", "--root-card", "office.root")
    command("ic", "roster", "sign", "founding.proposal", "--yes")
    begin(command, "founding.proposal")
    for file in (tmp_path / "ic").glob("section.db*"):
        file.unlink()
    noted = (keys / "root.signed").read_bytes()
    assert "keep the key and put the database back" in command("ic", "found", status=1).output
    assert ((keys / "root.key").read_bytes(), (keys / "root.signed").read_bytes()) == (before, noted)


def test_a_root_key_that_was_left_without_its_card_gets_it_when_it_is_asked_for_again(command: Command, tmp_path: Path) -> None:
    key, card = tmp_path / "north/keys/root.key", tmp_path / "north.root"
    script = [sys.executable, "-c", _NEW_ROOT, str(tmp_path / "north"), str(card)]
    assert subprocess.run(script, check=False).returncode == -9
    left = key.read_bytes()
    assert not card.exists()
    new = ["key", "new-root", "--holder", "Office", "--out", str(card)]
    assert "cannot be written" in command("north", *new[:-1], str(tmp_path / "no" / "card"), status=2).output
    said = command("north", *new).output
    assert f"There already is a root key here: {key}. No other one is made, and its card is written." in said
    shown = papers.read_root_card(card.read_bytes(), "card")
    assert (shown.holder, shown.key, key.read_bytes()) == ("Office", settings.read_key(key).public, left)
    assert fingerprints.words(shown.key) in said
