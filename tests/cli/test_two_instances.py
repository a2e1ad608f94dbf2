"""Two instances on one machine, joined by the commands of the README alone: real processes, a real hub, HTTP from outside."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

DEADLINE = 60


class Machine:
    """One machine with several homes on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running = contextlib.ExitStack()
        self._ports = {name: _free_port() for name in ("hub", "ic", "fr")}
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("INTERNATIONALE_")} | {
            "LC_ALL": "C"
        }

    def url(self, name: str) -> str:
        return f"{'nats' if name == 'hub' else 'http'}://127.0.0.1:{self._ports[name]}"

    def port(self, name: str) -> str:
        return str(self._ports[name])

    def command(self, home: str, *arguments: str) -> str:
        done = subprocess.run(
            self._line(home, arguments),
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environ,
            timeout=DEADLINE,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, home: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = self._running.enter_context((self.folder / f"{home}.log").open("ab"))
        process = subprocess.Popen(self._line(home, arguments), stdout=log, stderr=log, cwd=self.folder, env=self.environ)
        self._running.callback(self.stop, process)
        return process

    def serve(self, home: str) -> subprocess.Popen[bytes]:
        """Run a section and wait for its first page."""
        process = self.start(home, "run")
        until(lambda: process.poll() is not None or _answers(self.url(home)))
        assert process.poll() is None, (self.folder / f"{home}.log").read_text()
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> int:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        return process.wait(DEADLINE)

    def keep(self, client: httpx.Client) -> httpx.Client:
        return self._running.enter_context(client)

    def close(self) -> None:
        self._running.close()

    def _line(self, home: str, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "internationale", "--home", str(self.folder / home), *arguments]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    made.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url).status_code == 200
    return False


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that happens elsewhere; it may take as long as a busy machine needs."""
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.1)


def signed_in(machine: Machine, home: str) -> httpx.Client:
    """A browser of the section's first member, who holds every role."""
    roles = [word for role in ("member", "delegate", "secretary", "host") for word in ("--role", role)]
    link = machine.command(home, "members", "add", f"first-of-{home}", *roles).split()[-1]
    browser = machine.keep(httpx.Client(base_url=machine.url(home), headers={"Origin": machine.url(home)}, timeout=DEADLINE))
    assert browser.post(link).status_code == 303
    return browser


def lacks(browser: httpx.Client) -> dict[str, Any]:
    """How many events each section lacks, as this one knows it."""
    return {each["code"]: each["lacks"] for each in browser.get("/api/v1/federation").raise_for_status().json()["sections"]}


def found_and_admit(machine: Machine) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
    """The hub, the committee and one section, which is admitted and joins while both are running."""
    machine.start("hub", "hub", "run", "--port", machine.port("hub"), "--data", str(machine.folder / "hub-data"))
    machine.command(
        "ic", "init", "ic", "--name", "Committee", "--language", "en", "--port", machine.port("ic"), "--hub", machine.url("hub")
    )
    machine.command("ic", "found")
    committee = machine.serve("ic")
    machine.command("fr", "init", "fr", "--name", "Section française", "--language", "fr", "--port", machine.port("fr"))
    section = machine.serve("fr")
    machine.command("fr", "section", "card", "--out", "fr.card")
    machine.command("ic", "section", "admit", "fr.card", "--yes")
    listed = json.loads(machine.command("ic", "roster", "list", "--json"))["fingerprint"]["words"]
    machine.command("fr", "join", "fr.invitation", "--fingerprint", listed)
    return committee, section


def circulate(browser: httpx.Client, title: str) -> None:
    """Until a hub has answered, nothing is said: so it is tried again."""
    draft = {"title": title, "language": "en", "text": "# Work\n\nThe working day.\n"}
    until(lambda: browser.post("/api/v1/programme", json=draft).status_code == 201)


def titles(browser: httpx.Client) -> list[str]:
    return sorted(each["title"] for each in browser.get("/api/v1/programme").raise_for_status().json()["drafts"])


def test_two_instances_are_joined_by_the_commands_alone(machine: Machine) -> None:
    committee, section = found_and_admit(machine)
    at_ic, at_fr = signed_in(machine, "ic"), signed_in(machine, "fr")
    circulate(at_ic, "Draft programme")
    until(lambda: titles(at_fr) == ["Draft programme"])
    until(lambda: lacks(at_ic) == lacks(at_fr) == {"fr": 0, "ic": 0})

    # a section that was away catches up
    assert machine.stop(section) == 0
    circulate(at_ic, "Second draft")
    machine.serve("fr")
    until(lambda: titles(at_fr) == ["Draft programme", "Second draft"])

    exported = {home: machine.command(home, "log", "export") for home in ("ic", "fr")}
    assert exported["ic"] == exported["fr"]
    assert "2 events, all signed and chained" in machine.command("fr", "log", "verify")
    assert f" nats://127.0.0.1:{machine.port('hub')}: 0 unsent\n" in machine.command("ic", "status")
    assert machine.stop(committee) == 0
