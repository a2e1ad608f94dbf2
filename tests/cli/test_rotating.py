"""``key rotate-log`` after another one, or beside it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from internationale.cli import keys as commands
from internationale.events.keys import SigningKey

Command = Callable[..., Result]


@pytest.fixture
def alone(command: Command) -> Command:
    """``ic`` has founded, without a hub."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    command("ic", "found")
    return command


def files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "ic/keys").glob("log*.key"))


def test_a_key_that_should_begin_before_the_one_that_was_confirmed_is_refused_and_leaves_nothing(
    alone: Command, tmp_path: Path
) -> None:
    alone("ic", "key", "rotate-log")
    alone("ic", "roster", "propose", "rotate", "ic", "--yes", "--sign")  # numbers 2 and 3
    refused = alone("ic", "key", "rotate-log", "--after", "5", status=1).output
    assert "From number 1001 on, the list of sections has a key for this log already." in refused
    assert files(tmp_path) == ["log-2.key", "log.key"]
    assert len(alone("ic", "log", "export").output.split("intl.v1.log.ic.1.")) == 1 + 3
    alone("ic", "key", "rotate-log")
    assert "From number 1004 on" in alone("ic", "roster", "propose", "rotate", "ic", "--yes", "--sign").output


def test_of_two_that_replace_the_key_at_once_one_is_told_so(
    alone: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second command has begun before the first one wrote."""
    begun: list[str] = []

    class Meanwhile:
        @staticmethod
        def generate() -> SigningKey:
            monkeypatch.undo()
            monkeypatch.chdir(tmp_path)
            begun.append(alone("ic", "key", "rotate-log").output)
            return SigningKey.generate()

    monkeypatch.setattr(commands, "SigningKey", Meanwhile)
    assert "announced already" in alone("ic", "key", "rotate-log", status=1).output
    assert "Announced: from number 1001 on" in begun[0]
    assert files(tmp_path) == ["log-2.key", "log.key"]
