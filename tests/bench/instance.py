"""An instance as a host runs it: time from ``run`` to the first page, and its resident memory when it has nothing to do."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

from internationale.bus.server import HubProcess

IDLE = 8
"""Seconds after the first page when memory is read."""
AIM = 120


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def host(home: Path, *words: str) -> list[str]:
    """A command of the host's."""
    return [sys.executable, "-m", "internationale", "--home", str(home), *words]


def first_page(url: str, began: float) -> float:
    """Seconds until the front page is there."""
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                answer.read()
                return time.monotonic() - began
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() - began > 60:
                raise
            time.sleep(0.01)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, HubProcess(Path(folder) / "hub") as hub:
        home, port = Path(folder) / "section", free_port()
        begin = ("init", "aa", "--name", "Section", "--language", "en", "--port", str(port), "--hub", hub.url)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(host(home, *begin), check=True, **quiet)
        subprocess.run(host(home, "found"), check=True, **quiet)
        began = time.monotonic()
        with subprocess.Popen(host(home, "run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                started = first_page(f"http://127.0.0.1:{port}/", began)
                time.sleep(IDLE)
                memory = psutil.Process(process.pid).memory_info().rss / 2**20
                spent = sum(psutil.Process(process.pid).cpu_times()[:2])
                time.sleep(IDLE)
                idle = (sum(psutil.Process(process.pid).cpu_times()[:2]) - spent) / IDLE
            finally:
                began = time.monotonic()
                process.terminate()
                process.wait(30)
        print("\ninstance: all plugins, joined, connected to a hub")
        print(f"{'from run to the first page, s':44}{started:10.2f}")
        print(f"{'resident memory at rest, MiB':44}{memory:10.1f}   aim: under {AIM}")
        print(f"{'processor at rest, share of one':44}{idle:10.3f}")
        print(f"{'from SIGTERM to the end, s':44}{time.monotonic() - began:10.2f}")


if __name__ == "__main__":
    main()
