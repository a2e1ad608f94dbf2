"""An instance of a section as a process of its own: pages, worker and people who write, as ``internationale run`` has them."""

import logging
import multiprocessing
import os
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from internationale import worker
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.settings import Settings
from internationale.testing import notes
from internationale.web.app import create_app

from .people import Clock, People

PLUGINS = [("notes", notes)]


def live(settings: Settings, plugins: Plugins, pages: socket.socket, namespace: str | None, pipe: Any, seed: int) -> None:
    """The process: until SIGTERM, or until it is killed."""
    log = os.open(settings.home / "run.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    if namespace is not None:
        enter(namespace)
    clock = Clock()
    section = Section.open(settings, plugins, clock)
    section.prepare()
    people = People(section, pipe, clock, seed)
    config = uvicorn.Config(create_app(section, [worker.running, people.arriving]), log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[pages])
    section.close()


def enter(namespace: str) -> None:
    """Move this process into a network namespace."""
    import ctypes

    with Path("/run/netns", namespace).open("rb") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0):
            raise OSError(ctypes.get_errno(), "setns")


class Instance:
    """One instance, as the campaign holds it. ``seed``: what its people say; ``plugins``: what it is built of."""

    def __init__(self, settings: Settings, seed: int, plugins: Plugins | None = None, namespace: str | None = None) -> None:
        fork = multiprocessing.get_context("fork")
        self.said: dict[str, str] = {}
        """Id and hash of each event that was committed, as far as this process could tell."""
        self.refused: list[str] = []
        self.done = 0
        self.state = ""
        self._pipe, theirs = fork.Pipe()
        with socket.socket() as pages:
            pages.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            pages.bind(("127.0.0.1", urlsplit(settings.base_url).port or 0))
            self.page = f"http://127.0.0.1:{pages.getsockname()[1]}/healthz"
            given = (settings, plugins or Plugins(PLUGINS), pages, namespace, theirs, seed)
            self.process = fork.Process(target=live, args=given, daemon=True)
            self.process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        return self.process.is_alive()

    def order(self, name: str, value: Any = None) -> None:
        """Ask something of it. One that is dead does not hear."""
        try:
            self._pipe.send((name, value))
        except OSError:
            return

    def hear(self) -> None:
        """Take in what it told."""
        try:
            while self._pipe.poll():
                word = self._pipe.recv()
                if word[0] == "said":
                    self.said[word[1]] = word[2]
                elif word[0] == "refused":
                    self.refused.append(word[1])
                elif word[0] == "done":
                    self.done += word[1]
                else:
                    self.state = word[1]
        except (EOFError, OSError):
            return

    def kill(self) -> None:
        """SIGKILL."""
        self.hear()
        self.process.kill()
        self.process.join()
        self.hear()

    def stop(self) -> None:
        """As an operator stops it."""
        self.order("rate", 0.0)
        self.process.terminate()
        self.process.join(20)
        if self.process.is_alive():
            self.kill()
        self.hear()
