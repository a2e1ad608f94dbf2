"""What hosts do wrong with ports, folders, disks and terminals: said in words, and nothing is half done."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from internationale.bus.server import HubProcess
from internationale.cli import cli
from internationale.errors import Misconfigured

from .conftest import room

Command = Callable[..., Result]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port where something listens already."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def told(result: Result) -> str:
    assert result.output.startswith("Error: "), result.output
    assert result.output.count("\n") == 1, result.output
    return result.output.removeprefix("Error: ").strip()


IN_USE = "Something else listens here already, perhaps another instance of this. Stop that one, or take another port."


def test_pages_are_not_served_where_something_listens_already(joined: Command, tmp_path: Path, taken: int) -> None:
    settings = tmp_path / "fr" / "section.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + f"port = {taken}\n", encoding="utf-8")
    assert told(joined("fr", "run", status=2)) == f"127.0.0.1:{taken}: {IN_USE}"


def test_pages_are_not_served_at_an_address_of_another_machine(joined: Command, tmp_path: Path) -> None:
    settings = tmp_path / "fr" / "section.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + 'host = "192.0.2.1"\n', encoding="utf-8")
    said = told(joined("fr", "run", status=2))
    assert said == "192.0.2.1:8000: One cannot listen here: Cannot assign requested address"


def test_a_hub_does_not_run_where_something_listens_already(command: Command, tmp_path: Path, taken: int) -> None:
    said = told(command("ic", "hub", "run", "--data", str(tmp_path / "hub"), "--port", str(taken), status=2))
    assert said == f"127.0.0.1:{taken}: {IN_USE}"
    assert not (tmp_path / "hub").exists()


def test_two_hubs_never_share_a_folder(command: Command, tmp_path: Path) -> None:
    with HubProcess(tmp_path / "hub") as first:
        said = told(command("ic", "hub", "run", "--data", str(tmp_path / "hub"), "--port", str(first.port), status=2))
        assert f"A hub runs with this folder already (process {first.pid})." in said
        configured = (tmp_path / "hub" / "hub.conf").read_bytes()
        with pytest.raises(Misconfigured) as refused:
            HubProcess(tmp_path / "hub").start()
        assert refused.value.place == str(tmp_path / "hub")
        assert f"A hub runs with this folder already (process {first.pid})." in str(refused.value)
        assert (tmp_path / "hub" / "hub.conf").read_bytes() == configured
        socket.create_connection(("127.0.0.1", first.port), 10).close()
    with HubProcess(tmp_path / "hub"):
        pass


def test_why_a_hub_does_not_start_is_said_in_one_line(tmp_path: Path, taken: int) -> None:
    with pytest.raises(Misconfigured) as refused:
        HubProcess(tmp_path / "hub", port=taken).start()
    (line,) = str(refused.value).splitlines()
    assert "address already in use" in line
    assert "[INF]" not in line


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["init", "de", "--name", "Sektion", "--language", "de"], "Not a directory"),
        (["hub", "run", "--data", "{blocked}/hub"], "Not a directory"),
        (["hub", "config", "--data", "hub", "--out", "{blocked}/hub.conf"], "File exists"),
        (["hub", "users", "--out", "{blocked}/users.conf"], "File exists"),
        (["section", "card", "--out", "{blocked}/fr.card"], "Not a directory"),
    ],
    ids=["init", "hub run", "hub config", "hub users", "section card"],
)
def test_where_nothing_can_be_written_is_said(joined: Command, tmp_path: Path, arguments: list[str], why: str) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder is meant")
    home = "blocked/home" if arguments[0] == "init" else "ic"
    if arguments[:2] == ["hub", "run"]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        arguments = [*arguments, "--port", str(port)]
    said = told(joined(home, *(each.format(blocked=blocked) for each in arguments), status=2))
    assert str(blocked) in said
    assert why in said


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (["key", "new-root", "--no-lock", "--holder", "North"], "north/keys/root.key"),
        (["init", "north", "--name", "North", "--language", "en"], "north/section.toml"),
        (["hub", "config", "--data", "hub", "--out", "hub.conf"], "hub.conf"),
        (["hub", "run", "--data", "hub", "--port", "{port}"], "hub/hub.conf"),
    ],
    ids=lambda given: " ".join(given[:2]) if isinstance(given, list) else "",
)
def test_on_a_full_disk_the_file_is_named(command: Command, tmp_path: Path, arguments: list[str], file: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with room(10):
        said = told(command("north", *(each.format(port=port) for each in arguments), status=2))
    assert said.endswith(f"{file}: The file cannot be written: File too large"), said
    (tmp_path / "hub.conf").write_text("former")
    if arguments[1] != "run":
        command("north", *arguments)


@pytest.mark.parametrize("arguments", [["--help"], ["hub", "config", "--data", "hub"], ["hub", "config", "--help"]])
def test_what_cannot_be_said_to_the_end_is_no_traceback(tmp_path: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "internationale", "--home", str(tmp_path), *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    told = "Error: Something could not be read or written to the end: No space left on device"
    assert (done.returncode, done.stderr.strip()) == (2, told)


def test_a_root_key_without_its_card_is_not_made(command: Command, tmp_path: Path) -> None:
    refused = command(
        "north", "key", "new-root", "--holder", "North", "--no-lock", "--out", str(tmp_path / "no" / "card"), status=2
    )
    assert "cannot be written" in told(refused)
    said = command("north", "key", "new-root", "--holder", "North", "--no-lock", "--out", str(tmp_path / "card")).output
    assert "passphrase" not in said


@pytest.mark.parametrize("unfit", ["”", "\u200b"])
def test_a_root_key_is_not_made_for_a_name_that_nobody_may_have(command: Command, unfit: str, tmp_path: Path) -> None:
    given = ["key", "new-root", "--no-lock", "--out", str(tmp_path / "card"), "--holder"]
    refused = command("north", *given, f"North{unfit}", status=2)
    assert "no quotation marks and no invisible characters" in told(refused)
    command("north", *given, "North")


@pytest.mark.parametrize(
    "deed", [["show"], ["sign"], ["adopt"], ["adopt", "ic/section.toml"], ["propose", "admit"]], ids=" ".join
)
@pytest.mark.parametrize("home", ["ic", "north"])
def test_the_path_of_no_file_is_not_taken_for_a_hash(joined: Command, home: str, deed: list[str]) -> None:
    assert told(joined(home, "roster", *deed, "gone/fr.proposal", status=2)) == "gone/fr.proposal: There is no such file."


def test_root_keys_that_could_not_govern_are_refused_in_words(command: Command) -> None:
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    command("north", "key", "new-root", "--holder", "North", "--no-lock", "--out", "north.card")
    more = told(command("ic", "found", "--root-card", "north.card", "--threshold", "2", status=1))
    assert more == "More root keys would have to sign (2) than there are (1)."
    twice = told(command("ic", "found", "--root-card", "north.card", "--root-card", "north.card", status=1))
    assert twice == "One root key is named twice. Each holder has one of their own."


def test_what_is_no_certificate_is_not_pinned(joined: Command, tmp_path: Path, certificates: Any) -> None:
    url = "tls://hub.example:4222"
    pinned = ["--certificate", url, str(certificates.server.key)]
    said = told(joined("ic", "roster", "propose", "hubs", url, *pinned, "--out", "hubs.proposal", "--yes", status=2))
    assert said == f"{url}: This file is not a certificate (PEM)."
    assert not Path("hubs.proposal").exists()


def test_a_database_that_is_none_is_said_by_every_command(joined: Command, tmp_path: Path) -> None:
    file = tmp_path / "fr" / "section.db"
    file.write_text("not a database, but longer than the head of one would have to be\n" * 100)
    for arguments in (["status"], ["section", "list"], ["section", "card"]):
        said = told(joined("fr", *arguments, status=2))
        assert said.startswith(f"{file}: The database is damaged: file is not a database.")


def test_a_database_that_cannot_be_opened_is_said(joined: Command, tmp_path: Path) -> None:
    file = tmp_path / "fr" / "section.db"
    file.rename(tmp_path / "aside.db")
    file.mkdir()
    said = told(joined("fr", "status", status=2))
    assert said == f"{file}: The database cannot be used: unable to open database file. Nothing was changed."


def test_a_terminal_that_lacks_a_letter_ends_no_command(joined: Command, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "internationale", "--home", str(tmp_path / "fr"), "roster", "list"]
    environ = {**os.environ, "LC_ALL": "ar", "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, capture_output=True, env=environ, check=True)
    assert done.stderr == b""
    assert "Section française" in done.stdout.decode("latin-1")


def test_questions_are_asked_in_the_language_of_the_terminal(joined: Command, tmp_path: Path) -> None:
    asked = CliRunner(env={"LC_ALL": "fr"}).invoke(
        cli, ["--home", str(tmp_path / "ic"), "section", "admit", "fr.card", "--unasked"], input="n\n"
    )
    assert asked.exit_code == 1
    assert "Cette empreinte" in asked.output
