"""The demo's machines: a hub and three instances, made and run with the host's own commands, as README.md tells."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

REPOSITORY = Path(__file__).parents[2]
CODES = ("ic", "fr", "ar")
STARTING = 60
"""Seconds that something may take to come up."""


class Broken(Exception):
    """The demo cannot go on; the message says why."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(home: Path, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """Run ``internationale`` for the section in ``home`` and return what it printed. Raises ``Broken`` with its words."""
    done = subprocess.run(
        [sys.executable, "-m", "internationale", "--home", str(home), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    if done.returncode:
        raise Broken(f"internationale {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Process:
    """A child with its output in a file, in a group of its own so that Ctrl-C reaches only the demo, which ends it in order."""

    def __init__(self, arguments: list[str], log: Path, environment: dict[str, str]) -> None:
        self.arguments = arguments
        self.log = log
        self.environment = {**os.environ, **environment}
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "internationale", *self.arguments],
                stdout=log,
                stderr=log,
                env=self.environment,
                start_new_session=True,
            )

    def stop(self) -> None:
        if self.child is None:
            return
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(15)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child = None

    def check(self) -> None:
        """Raises ``Broken`` when it is not running any more."""
        if self.child is None or self.child.poll() is not None:
            words = self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""
            raise Broken(f"{' '.join(self.arguments)} ended:\n{words}")


@dataclass
class Instance:
    """One section of the demo: where it lives, where it is served, and its process."""

    code: str
    home: Path
    port: int
    hub: str

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "INTERNATIONALE_PORT": str(self.port),
            "INTERNATIONALE_BASE_URL": self.url,
            "INTERNATIONALE_HUBS": self.hub,
            "INTERNATIONALE_FEDERATION": json.dumps({"inner_addresses": True}),  # all three live on this machine
        }
        self.process = Process(["--home", str(self.home), "run"], self.home / "run.log", self.environment)

    def command(self, *arguments: str) -> str:
        """One of the host's commands, for this instance."""
        return command(self.home, *arguments, environment=self.environment)

    def start(self) -> None:
        """Start it, and return when it answers."""
        self.process.start()
        deadline = time.monotonic() + STARTING
        while time.monotonic() < deadline:
            self.process.check()
            try:
                if httpx.get(f"{self.url}/healthz", timeout=5).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise Broken(f"{self.code} does not answer at {self.url}")


class Federation:
    """The hub and the three instances in one folder; a context manager that stops them all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new = not (folder / "hub").exists()
        self.hub_port = free_port()
        hub = f"nats://127.0.0.1:{self.hub_port}"
        self.hub = Process(["hub", "run", "--port", str(self.hub_port), "--data", str(folder / "hub")], folder / "hub.log", {})
        self.instances = {code: Instance(code, folder / code, free_port(), hub) for code in CODES}

    def __getitem__(self, code: str) -> Instance:
        return self.instances[code]

    def __enter__(self) -> "Federation":
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.hub.start()
            self._wait_for_hub()
            if self.new:
                self._found()
            for instance in self.instances.values():
                instance.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Sections first: they finish what they are saying while the hub still listens."""
        for instance in self.instances.values():
            instance.process.stop()
        self.hub.stop()

    def _wait_for_hub(self) -> None:
        deadline = time.monotonic() + STARTING
        while time.monotonic() < deadline:
            self.hub.check()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.hub_port)) == 0:
                    return
            time.sleep(0.02)
        raise Broken("the hub does not listen")

    def _found(self) -> None:
        """The commands of README.md: begin three sections, found, admit, join."""
        for code, instance in self.instances.items():
            instance.home.mkdir(parents=True)
            shutil.copy(REPOSITORY / "sections" / code / "section.toml", instance.home)
            instance.command("init")
        committee = self["ic"]
        committee.command("found")
        for code in CODES[1:]:
            card, invitation = self.folder / f"{code}.card", self.folder / f"{code}.invitation"
            self[code].command("section", "card", "--out", str(card))
            committee.command("section", "admit", str(card), "--out", str(invitation), "--yes")
            listed = json.loads(committee.command("roster", "list", "--json"))["fingerprint"]["words"]
            self[code].command("join", str(invitation), "--fingerprint", listed)
