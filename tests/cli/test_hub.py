"""``hub run`` and ``hub provision``, with the real server."""

import asyncio
import fcntl
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from internationale.bus import NotAuthorised, Unreachable
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess, binary
from internationale.cli import provisioning
from internationale.cli.provisioning import Operation
from internationale.events import card
from internationale.events.keys import SigningKey
from internationale.settings import read_nkey
from internationale.testing.clusters import free_port

from .conftest import plain

Command = Callable[..., Result]


async def identity(url: str, code: str, home: Path | None = None) -> str:
    nkey = None if home is None else read_nkey(home / "keys" / "hub.nkey")
    bus = await NatsBus.connect(url, code, nkey=nkey)
    try:
        return await bus.identity()
    finally:
        await bus.close()


def test_a_hub_is_made_ready_for_every_section(joined: Command, hub: HubProcess) -> None:
    for _again in range(2):
        assert "fr, ic" in joined("ic", "hub", "provision", hub.url).output
    assert asyncio.run(identity(hub.url, "fr")).startswith(hub.url)


def test_a_hub_that_does_not_answer_is_said_to(joined: Command) -> None:
    assert "does not answer" in joined("ic", "hub", "provision", f"nats://127.0.0.1:{free_port()}", status=1).output


def test_who_looks_after_a_hub_lets_in_the_sections_and_nobody_else(joined: Command, tmp_path: Path) -> None:
    """A plain server: configuration, users, start, streams; and again, when nothing is new."""
    folder = tmp_path / "hub"
    folder.mkdir()
    file = folder / "users.conf"
    printed = joined("ic", "hub", "config", "--data", str(folder), "--listen", "127.0.0.1:4222").output
    assert "include" in printed
    assert "sync_interval: always" in printed
    assert "hub provision" in joined("ic", "hub", "users", "--out", str(file)).output
    before = file.read_text(encoding="utf-8")
    with HubProcess(folder, users="users.conf") as hub:
        command = ["hub", "provision", hub.url, "--users", str(file), "--pid-file", str(folder / "hub.pid")]
        for _again in range(2):
            said = joined("ic", *command, "--blob-bytes", "1000000").output
            assert "fr, ic" in said
            assert "lets everybody in" not in said
        assert file.read_text(encoding="utf-8") == before
        assert asyncio.run(identity(hub.url, "fr", tmp_path / "fr")).startswith(hub.url)
        with pytest.raises(NotAuthorised):
            asyncio.run(identity(hub.url, "fr"))
        assert "does not look after" in joined("fr", "hub", "provision", hub.url, status=1).output


def test_without_a_roster_there_are_no_users(command: Command) -> None:
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    assert "found" in command("ic", "hub", "users", "--out", "users.conf", status=1).output


@pytest.mark.parametrize(
    ("given", "place"),
    [(["--certificate", "section.toml"], "--certificate"), (["--cluster", "hub"], "--cluster"), (["--key", "absent"], "--key")],
)
def test_a_configuration_that_makes_no_sense(command: Command, given: list[str], place: str) -> None:
    Path("section.toml").touch()
    assert place in command("ic", "hub", "config", "--data", "hub", *given, status=2).output


def test_the_configuration_of_one_of_three(joined: Command, certificates: Any) -> None:
    """The server itself says whether it is one that it would start with."""
    given = ["--cluster", "hub", "--server", "one", "--route", "nats://two:6222", "--route", "nats://three:6222"]
    given += ["--certificate", str(certificates.server.certificate), "--key", str(certificates.server.key)]
    given += ["--websocket", "0.0.0.0:443", "--largest", "20GB"]
    joined("ic", "hub", "config", "--data", "hub", *given, "--out", "hub/hub.conf")
    joined("ic", "hub", "users", "--out", "hub/users.conf")
    checked = subprocess.run([binary(), "-t", "-c", "hub/hub.conf"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    text = Path("hub/hub.conf").read_text(encoding="utf-8")
    for piece in ('server_name: "one"', '"nats://two:6222", "nats://three:6222"', "no_advertise", "handshake_first", "20GB"):
        assert piece in text, piece


def test_hubs_that_answer_and_hubs_that_do_not(joined: Command, hub: HubProcess) -> None:
    settings = Path("ic/section.toml")
    settings.write_text(settings.read_text().replace("nats://127.0.0.1:1", hub.url))
    said = joined("ic", "hub", "status", status=1).output
    assert "not prepared" in said
    assert "does not answer" in said  # the roster still names another
    joined("ic", "hub", "provision", hub.url)
    found = plain(joined("ic", "hub", "status", "--json", status=1))
    assert {state["url"]: (state["connected"], state["unsent"]) for state in found} == {
        hub.url: (True, 0),
        "nats://127.0.0.1:1": (False, None),
    }


def test_no_hub_at_all(command: Command) -> None:
    command("de", "init", "de", "--name", "Sektion", "--language", "de")
    assert "No hub" in command("de", "hub", "status").output


@contextmanager
def running(home: Path, folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "internationale", "--home", str(home), "hub", "run", "--members-only"]
    with subprocess.Popen([*command, "--port", str(port), "--data", str(folder)], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def test_a_hub_of_ones_own_follows_the_roster(joined: Command, tmp_path: Path) -> None:
    port = free_port()
    url = f"nats://127.0.0.1:{port}"

    def let_in(code: str) -> bool:
        try:
            return asyncio.run(identity(url, code, tmp_path / code)).startswith(url)
        except Unreachable:
            return False

    with running(tmp_path / "ic", tmp_path / "hub", port) as process:
        assert process.stdout is not None
        while "ready for: fr, ic" not in process.stdout.readline():
            assert process.poll() is None
        assert let_in("fr")
        joined("de", "init", "de", "--name", "Sektion", "--language", "de")
        assert not let_in("de")
        joined("de", "section", "card", "--out", "de.card")
        joined("ic", "section", "admit", "de.card", "--yes", "--unasked")
        deadline = time.monotonic() + 60
        while not let_in("de"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        process.terminate()
        assert process.wait(20) == 0


def test_sections_without_a_hub_key_are_named(joined: Command, tmp_path: Path) -> None:
    """Their cards were made by a version that knew no hub keys."""
    key = SigningKey.generate()
    old = card.seal(card.Card(code="de", name="Sektion", languages=("de",), key=key.public), key)
    Path("de.card").write_text(json.dumps(old.plain()))
    joined("ic", "section", "admit", "de.card", "--yes", "--unasked")
    folder = tmp_path / "hub"
    joined("ic", "hub", "users", "--out", str(folder / "users.conf"))
    with HubProcess(folder, users="users.conf") as hub:
        said = joined("ic", "hub", "provision", hub.url).output
        assert "hub key: de." in said
        assert "section card" in said


def free(path: Path) -> bool:
    with path.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_hub_runs_until_it_is_stopped(tmp_path: Path, stop: signal.Signals) -> None:
    """However it is: the server does not outlive it, and another can be started with the same folder."""
    port, folder = free_port(), tmp_path / "hub"
    command = [sys.executable, "-m", "internationale", "hub", "run", "--port", str(port), "--data", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"The hub listens at nats://127.0.0.1:{port}.\n"
        socket.create_connection(("127.0.0.1", port), 10).close()
        process.send_signal(stop)
        assert process.wait(20) == (-stop if stop is signal.SIGKILL else 0)
    deadline = time.monotonic() + 20
    while not free(folder / "hub.lock"):  # the server has it until it ends
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)


def test_what_a_hub_does_not_do_is_said_in_its_words(joined: Command, hub: HubProcess) -> None:
    said = joined("ic", "hub", "provision", hub.url, "--replicas", "3", status=2).output
    assert "replicas > 1 not supported in non-clustered mode" in said
    assert "does not answer" not in said


def test_a_hub_that_lost_its_disk_is_prepared_again_without_a_word(
    federation: Any, hub: HubProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    (section,) = federation("fr")
    monkeypatch.setattr(provisioning, "LOOK", 0.05)
    monkeypatch.setattr(provisioning, "AGAIN", 0.1)
    turns = 0

    def prepared() -> bool:
        nonlocal turns
        provisioning.prepare(section, Operation(hub.url))
        turns += 1
        if turns == 1:
            hub.stop()
            shutil.rmtree(hub.folder / "store")
            hub.start()
            return True
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        provisioning.follow(section, prepared, lambda: None, pytest.fail)

    async def kept() -> set[str]:
        bus = await NatsBus.connect(hub.url, "fr")
        try:
            return await bus.kept("intl.v1.log.fr.1.*")
        finally:
            await bus.close()

    assert asyncio.run(kept()) == set()  # there is a stream again
