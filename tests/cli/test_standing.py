"""How a section stands, said to its host: its keys, its log, its hubs, and that it is a member no more."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from internationale import settings
from internationale.bus.server import HubProcess
from internationale.events.card import fingerprint

from .conftest import plain

Command = Callable[..., Result]


def key(home: Path, name: str = "log") -> str:
    return fingerprint(settings.read_key(home / "keys" / f"{name}.key").public)


@pytest.fixture
def alone(command: Command) -> Command:
    """``ic`` has founded, without a hub; ``fr`` has a card."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    command("ic", "found")
    command("fr", "init", "fr", "--name", "Section française", "--language", "fr")
    command("fr", "section", "card", "--out", "fr.card")
    return command


def test_two_keys_are_shown_while_one_follows_the_other(alone: Command, tmp_path: Path) -> None:
    alone("ic", "key", "rotate-log", "--after", "5")
    alone("ic", "roster", "propose", "rotate", "ic", "--yes", "--sign")
    old, new = key(tmp_path / "ic"), key(tmp_path / "ic", "log-2")
    both = [f"{old} (from number 1 on)", f"{new} (from number 6 on)"]
    said = alone("ic", "status").output
    assert [line for line in said.splitlines() if line.startswith("Fingerprint")] == [f"Fingerprint      {each}" for each in both]
    found = plain(alone("ic", "status", "--json"))
    assert (found["fingerprint"], [each["first"] for each in found["keys"]]) == (old, [1, 6])
    listed = alone("ic", "section", "list").output
    assert old in listed
    assert both[1] in listed
    shown = alone("ic", "key", "show").output
    assert "From number 1 of the log on:" in shown
    assert "From number 6 of the log on:" in shown
    alone("ic", "roster", "propose", "renew", "--yes", "--sign")
    assert plain(alone("ic", "status", "--json"))["fingerprint"] == new
    assert "From number" not in alone("ic", "key", "show").output
    assert old not in alone("ic", "section", "list").output


def test_without_a_hub_it_is_said_and_how_one_is_named(command: Command, hub: HubProcess) -> None:
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    naming = "internationale roster propose hubs nats://HOST:4222 --sign"
    assert f"No hub is named yet, and without one the sections do not hear from each other. When one runs, name it: {naming}" in (
        command("ic", "found").output
    )
    command("fr", "init", "fr", "--name", "Section française", "--language", "fr")
    command("fr", "section", "card", "--out", "fr.card")
    refused = command("ic", "section", "admit", "fr.card", "--yes", status=1).output
    assert "No hub is named, neither in the list of sections nor in the settings" in refused
    assert naming in refused
    command("ic", "roster", "propose", "hubs", hub.url, "--yes", "--sign")
    command("ic", "section", "admit", "fr.card", "--yes")


def test_numbers_are_told_as_people_do(alone: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    alone("ic", "section", "admit", "fr.card", "--yes", "--unasked")
    said = alone("ic", "roster", "propose", "reopen", "fr", "--yes").output
    assert "Of the one before, nothing counts." in said
    assert "Epoch 1 of the log of section “Section française (fr)” ends before its first event." in said
    assert "000000" not in said
    assert "this root key must sign each change:" in alone("ic", "roster", "show").output
    assert "1 event is here; others have signed to hold 0" in alone("ic", "status", status=1).output
    monkeypatch.setenv("LC_ALL", "fr")
    assert "1 événement est ici" in alone("ic", "status", status=1).output


def test_a_section_that_has_left_and_cannot_hear_it_is_told(joined: Command, tmp_path: Path) -> None:
    """It proposed to leave, the committee signed, and the hub lets it in no more."""
    folder = tmp_path / "hub"
    folder.mkdir()
    users = str(folder / "users.conf")
    joined("ic", "hub", "users", "--out", users)
    with HubProcess(folder, users="users.conf") as hub:
        for code in ("ic", "fr"):
            file = tmp_path / code / "section.toml"
            kept = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("hubs")]
            file.write_text("\n".join([*kept, f'hubs = ["{hub.url}"]', ""]), encoding="utf-8")
        provision = ["hub", "provision", hub.url, "--users", users, "--pid-file", str(folder / "hub.pid")]
        joined("ic", *provision)
        hash = joined("fr", "roster", "propose", "resign", "fr", "--yes").output.split()[-1]
        told = "A proposal by which this section is a member no more may be in force already."
        assert told not in joined("fr", "status", status=1).output
        joined("fr", "bundle", "export", "fr.bundle")
        joined("ic", "bundle", "import", "fr.bundle")
        joined("ic", "roster", "sign", hash, "--yes")
        joined("ic", *provision)
        said = joined("fr", "status", status=1).output
        assert f"{hub.url}: This hub does not let this section in." in said
        assert told in said
        joined("ic", "bundle", "export", "ic.bundle")
        joined("fr", "bundle", "import", "ic.bundle")
        said = joined("fr", "status", status=1).output
    assert "This section has left the International." in said
    assert "waits for signatures" not in said


def test_nothing_is_joined_twice(joined: Command) -> None:
    said = joined("fr", "join", "fr.invitation", "--fingerprint", "0000", status=2).output
    assert "This section joined before, and stays as it was" in said
    assert "Nothing was joined" not in said


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (["Fr!", "--name", "F", "--language", "fr"], "CODE"),
        (["fr", "--name", "F", "--language", "not a language"], "--language"),
        (["fr", "--name", "F”", "--language", "fr"], "--name"),
        (["fr", "--name", "F", "--language", "fr", "--hub", "http://hub.example"], "--hub"),
        (["fr", "--name", "F", "--language", "fr", "--database", "oracle://there"], "--database"),
        (["fr", "--name", "F", "--language", "fr", "--base-url", "ftp://there"], "--base-url"),
    ],
)
def test_a_section_that_cannot_begin_leaves_nothing(command: Command, tmp_path: Path, given: list[str], place: str) -> None:
    said = command("fr", "init", *given, status=2).output
    assert said.startswith(f"Error: {place}: ")
    assert "section.toml" not in said
    assert list(tmp_path.iterdir()) == []
