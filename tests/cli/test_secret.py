"""The instance's secret is never made anew in silence: what was noted with it would be worth nothing, a handle be another's."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Command = Callable[..., Result]
CHANGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "another": lambda path: path.write_text("ab" * 32 + "\n"),
}


@pytest.fixture
def secret(command: Command, tmp_path: Path) -> Path:
    """That of a section that has begun."""
    command("fr", "init", "fr", "--name", "Section française", "--language", "fr")
    command("fr", "status")
    return tmp_path / "fr" / "keys" / "section.secret"


@pytest.mark.parametrize("how", CHANGES)
def test_a_start_without_it_is_refused_until_it_is_put_back(command: Command, secret: Path, how: str) -> None:
    kept = secret.read_text()
    CHANGES[how](secret)
    for arguments in (["status"], ["run"]):
        told = command("fr", *arguments, status=2).output
        assert "keys/section.secret" in told
        assert "internationale key new-secret" in told
    assert secret.exists() == (how == "another")
    secret.touch(mode=0o600)
    secret.write_text(kept)
    command("fr", "status")


@pytest.mark.parametrize("how", CHANGES)
def test_where_it_is_lost_for_good_the_host_says_so(command: Command, secret: Path, how: str) -> None:
    CHANGES[how](secret)
    there = secret.read_text() if secret.exists() else ""
    assert "Nothing was changed" in command("fr", "key", "new-secret", "--confirm", "ic", status=2).output
    command("fr", "status", status=2)
    told = command("fr", "key", "new-secret", "--confirm", "fr").output
    assert "can be taken by others" in told
    assert secret.stat().st_mode & 0o077 == 0
    assert there in ("", secret.read_text())
    command("fr", "status")


def test_a_new_database_takes_the_secret_that_is_there(command: Command, secret: Path) -> None:
    kept = secret.read_text()
    (secret.parents[1] / "section.db").unlink()
    command("fr", "status")
    assert secret.read_text() == kept


def test_a_database_of_before_takes_it_too(command: Command, secret: Path) -> None:
    with sqlite3.connect(secret.parents[1] / "section.db") as database:
        database.execute("DELETE FROM roster_secret")
    command("fr", "status")
    secret.unlink()
    command("fr", "status", status=2)
