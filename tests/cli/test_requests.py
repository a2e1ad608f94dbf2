"""Requests to join on the command line: what was decided about one is said, and decided once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from internationale.cli.root import Home
from internationale.rooms.roster import queries

Command = Callable[..., Result]
PROPOSES = "The committee proposes to admit it"


@pytest.fixture
def asked(command: Command) -> tuple[Command, str]:
    """``es`` has asked ``ic``, which is the committee and vouches for it; with the beginning of the request's hash."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    command("ic", "found")
    command("es", "init", "es", "--name", "Sección", "--language", "es")
    command("es", "section", "request")
    digits = command("es", "key", "show").output.splitlines()[0].partition(": ")[2]
    command("ic", "section", "vouch", "es.request", "--fingerprint", digits)
    said = command("ic", "section", "requests").output
    assert PROPOSES in said
    return command, said.split("Request ")[1][:16]


def test_what_was_declined_is_not_proposed(asked: tuple[Command, str]) -> None:
    command, hash = asked
    command("ic", "section", "decline", hash, "--why", "Not yet.")
    said = command("ic", "section", "requests").output
    assert "Declined by Committee (ic): Not yet." in said
    assert PROPOSES not in said


def test_what_was_granted_is_not_declined(asked: tuple[Command, str]) -> None:
    command, hash = asked
    command("ic", "roster", "propose", "admit", hash, "--yes", "--sign")
    before = command("ic", "log", "export").output
    refused = command("ic", "section", "decline", hash, "--why", "Too late.", status=1).output
    assert "is a member already" in refused
    assert command("ic", "log", "export").output == before


def open_questions(path: Path) -> list[str]:
    """What the home page of the committee asks for."""
    home = Home(path, {})
    section = home()
    with section.reading() as session:
        found = queries.needs(section, session, home.host())
    home.close()
    return [str(each.title) for each in found]


def test_an_old_request_of_who_was_expelled_is_answered(asked: tuple[Command, str], tmp_path: Path) -> None:
    command, hash = asked
    assert open_questions(tmp_path / "ic") == ["A section wants to join: Sección (es)"]
    command("ic", "roster", "propose", "admit", hash, "--yes", "--sign")
    command("ic", "roster", "propose", "expel", "es", "--yes", "--sign")
    said = command("ic", "section", "requests").output
    assert "It was a member after this request, and is none any more. To come back it asks anew." in said
    assert PROPOSES not in said
    assert open_questions(tmp_path / "ic") == []
    command("es", "section", "request", "--out", "again.request")
    digits = command("es", "key", "show").output.splitlines()[0].partition(": ")[2]
    command("ic", "section", "vouch", "again.request", "--fingerprint", digits)
    assert PROPOSES in command("ic", "section", "requests").output
