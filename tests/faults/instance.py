"""An instance of a section as a process of its own: pages, worker and people who write, as ``internationale run`` has them."""

import asyncio
import logging
import multiprocessing
import os
import random
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from internationale import worker
from internationale.kit import Reader, Utterance
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.settings import Settings
from internationale.testing import notes
from internationale.web.app import create_app

from .steps import LOOPS, arm

PLUGINS = [("notes", notes)]
LONG = 200_000
"""Bytes of a long note."""


@dataclass
class People:
    """Those who write in this instance, and what the campaign asks of them."""

    section: Section
    pipe: Any
    rate: float = 0.0
    """Notes in a second; 0: nobody writes."""
    sending: threading.Lock = field(default_factory=threading.Lock)

    @asynccontextmanager
    async def arriving(self, _section: Section) -> AsyncIterator[None]:
        """They come when the pages are open, which is after the worker has closed the fence."""
        LOOPS.append(asyncio.get_running_loop())
        for errand in (self.listen, self.write):
            threading.Thread(target=errand, daemon=True).start()
        yield

    def tell(self, *word: Any) -> None:
        with self.sending:
            self.pipe.send(word)

    def listen(self) -> None:
        """Do what the campaign says."""
        while True:
            try:
                name, value = self.pipe.recv()
            except (EOFError, OSError):
                os.kill(os.getpid(), signal.SIGTERM)
                return
            if name == "rate":
                self.rate = value
            elif name in ("say", "long"):
                for number in range(value):
                    self.say(str(number), tries=600, size=LONG if name == "long" else 0)
                self.tell("done", value)
            elif name == "ask":
                self.tell("state", str(self.section.fenced) if self.section.fenced else "")
            else:
                arm(name, value, self.section)

    def write(self) -> None:
        """Somebody who never tires."""
        chance = random.Random(os.getpid())
        while True:
            rate = self.rate
            if not rate:
                time.sleep(0.02)
                continue
            self.say("now", tries=1)
            time.sleep(chance.expovariate(rate))

    def say(self, word: str, tries: int, size: int = 0) -> None:
        """One note, sometimes a long one. What was committed is told at once; what was refused is told by its error."""
        text = f"{self.section.code} {word} {os.urandom(6).hex()}"
        parts = (os.urandom(size or 3000),) if size or text.endswith("0") else ()
        everything = {each.name: frozenset({None}) for each in self.section.capabilities}
        me = Reader(id="x", handle="rosa", capabilities=everything)
        for _ in range(tries):
            try:
                with self.section.writing() as session:
                    said = self.section.publish(session, Utterance(notes.Written(text=text), parts=parts), by=me)[0]
            except Exception as error:
                self.tell("refused", type(error).__name__)
                time.sleep(0.05)
            else:
                self.tell("said", said.id, said.hash)
                return


def live(settings: Settings, pages: socket.socket, namespace: str | None, pipe: Any) -> None:
    """The process: until SIGTERM, or until it is killed."""
    log = os.open(settings.home / "run.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    if namespace is not None:
        enter(namespace)
    section = Section.open(settings, Plugins(PLUGINS))
    section.prepare()
    people = People(section, pipe)
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
    """One instance, as the campaign holds it."""

    def __init__(self, settings: Settings, namespace: str | None = None) -> None:
        fork = multiprocessing.get_context("fork")
        self.said: dict[str, str] = {}
        """Id and hash of each event that was committed, as far as this process could tell."""
        self.refused: list[str] = []
        self.done = 0
        self.state = ""
        self._pipe, theirs = fork.Pipe()
        with socket.socket() as pages:
            pages.bind(("127.0.0.1", 0))
            self.page = f"http://127.0.0.1:{pages.getsockname()[1]}/healthz"
            self.process = fork.Process(target=live, args=(settings, pages, namespace, theirs), daemon=True)
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
