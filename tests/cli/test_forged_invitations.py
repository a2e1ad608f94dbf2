"""Anybody can make an invitation, to an International of their own. Nobody joins before the list's fingerprint was compared."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from internationale.cli import cli

from .conftest import join, listed, plain

Command = Callable[..., Result]


@pytest.fixture
def admitted(command: Command) -> Command:
    """``ic`` has founded and admitted ``fr``, which has its invitation and has not joined."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    command("ic", "found")
    command("fr", "init", "fr", "--name", "Section française", "--language", "fr")
    command("fr", "section", "card", "--out", "fr.card")
    command("ic", "section", "admit", "fr.card", "--yes", "--unasked")
    return command


def joined(command: Command) -> bool:
    return int(plain(command("fr", "section", "list", "--json"))["version"]) > 0


def test_an_invitation_to_another_international_is_not_followed(admitted: Command) -> None:
    """It says all that the true one says, but for the keys."""
    admitted("thief", "init", "ic", "--name", "Committee", "--language", "en")
    admitted("thief", "found")
    admitted("thief", "section", "admit", "fr.card", "--yes", "--unasked", "--out", "forged.invitation")
    refused = admitted("fr", "join", "forged.invitation", "--fingerprint", listed(admitted), status=2).output
    assert "This is not the fingerprint of the list in the invitation, up to version 2. Nothing was joined." in refused
    assert not joined(admitted)
    assert "Joined." in join(admitted, "fr", "fr.invitation").output
    assert joined(admitted)


def test_the_fingerprint_is_asked_for_and_not_shown(admitted: Command, tmp_path: Path) -> None:
    words = listed(admitted)
    arguments = ["--home", str(tmp_path / "fr"), "join", "fr.invitation"]
    for typed in ("", "bread and roses\n"):
        asked = CliRunner().invoke(cli, arguments, input=typed)
        assert (asked.exit_code != 0, words in asked.output) == (True, False)
        assert "The fingerprint of the list, as the committee says it" in asked.output
    assert not joined(admitted)
    assert CliRunner().invoke(cli, arguments, input=words.upper() + "\n").exit_code == 0
    assert joined(admitted)


def test_it_is_of_the_list_up_to_one_version(admitted: Command) -> None:
    """Whoever was shown an older list than the committee's has another one."""
    admitted("ic", "section", "renew", "--unasked")
    assert "up to version 2" in admitted("fr", "join", "fr.invitation", "--fingerprint", listed(admitted), status=2).output
    for said in (admitted("ic", "section", "invite", "fr"), admitted("ic", "roster", "show")):
        assert f"Fingerprint, in words: {listed(admitted)}" in said.output
        assert "Of the whole list up to version 3" in said.output
    assert "this root key must sign each change:" in join(admitted, "fr", "fr.invitation").output
