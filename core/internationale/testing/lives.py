"""One instance of a section as a process that can die between any two steps and be started again from its database.

It runs the real worker. To die is to raise ``Killed`` at a step (a transaction, or something over the bus) and at every later
one: what was committed and what was sent is there, and nothing else of that life.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.engine import make_url
from sqlmodel import Session

from internationale.bus import Answer, Parcel
from internationale.events.types import Event
from internationale.ledger import database, migrate
from internationale.ledger.fencing import Fence
from internationale.ledger.inquiry import Inquiry
from internationale.ledger.log import Ledger
from internationale.ledger.patience import Patience
from internationale.ledger.projecting import Handler
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.settings import Settings
from internationale.testing.breaking import TIMEOUT
from internationale.testing.compiling import compile_once
from internationale.testing.memory import MemoryBus, MemoryHub
from internationale.testing.virtual import VirtualLoop
from internationale.worker import Worker

COMMITTED = "committed"


class Killed(BaseException):
    """The process is dead; ``args[0]`` is the step at which it died. Not an ``Exception``: nobody may catch it and go on."""


@dataclass
class Life:
    """From one start to the next death. ``dies_at``: the step that it does not survive, by its number or its name; None: it
    may live. ``pace`` is called for each transaction: how long it takes.
    """

    dies_at: int | str | None = None
    pace: Callable[[], None] = lambda: None
    steps: list[str] = field(default_factory=list)
    dead: bool = False
    died: Callable[[], None] = lambda: None

    def step(self, name: str) -> None:
        """Take a step, or die at it."""
        if self.dead:
            raise Killed("dead already")
        self.steps.append(name)
        if self.dies_at in (len(self.steps), name):
            self.end()
            raise Killed(name)

    def end(self) -> None:
        """``kill -9``."""
        self.dead = True
        self.died()


class MortalSection(Section):
    """A section whose process can die around every transaction."""

    def __init__(
        self, settings: Settings, plugins: Plugins, now: Callable[[], datetime], seconds: Callable[[], float], life: Life
    ) -> None:
        super().__init__(settings, plugins, now)
        self.gate = Fence(self.database, now, Inquiry(Patience(seconds)))
        self.life = life
        projections = [
            replace(each, on={kind: self._mortal(on) for kind, on in each.on.items()}) for each in self.ledger.projections
        ]
        self.ledger = Ledger(self.vocabulary, projections, self.code, self.sealing.all)

    def _mortal(self, handler: Handler) -> Handler:
        """Some rows are written then, and the event that they are made of is not."""

        def handle(session: Session, event: Event[Any]) -> None:
            handler(session, event)
            self.life.step("in the middle of a transaction")

        return handle

    def prepare(self) -> list[str]:
        """As ever, but for making the tables: all simulated databases begin with the same empty ones."""
        path = Path(make_url(self.settings.database).database or "")
        if not path.exists():
            path.write_bytes(_empty(tuple(self.plugins.folders("migrations").items())))
        with self.writing() as session:
            return self.ledger.prepare(session, self.now())

    @contextmanager
    def reading(self) -> Iterator[Session]:
        if self.life.dead:
            raise Killed("dead already")
        with super().reading() as session:
            yield session

    @contextmanager
    def writing(self, *, anybody: bool = False) -> Iterator[Session]:
        self.life.step("before a transaction")
        with super().writing(anybody=anybody) as session:
            yield session
            self.life.pace()
            self.life.step("before the commit")
        self.life.step(COMMITTED)


@lru_cache
def _empty(folders: tuple[tuple[str, Path], ...]) -> bytes:
    """A database with all lasting tables and nothing in them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        opened = database.connect(f"sqlite:///{path}")
        with opened.engine.begin() as connection:
            migrate.upgrade(connection, dict(folders))
        opened.dispose()
        return path.read_bytes()


class MortalBus(MemoryBus):
    """A connection that ends with its process."""

    async def answer(self, answer: Answer) -> None:
        async def alive(question: bytes) -> list[Parcel]:
            try:
                return list(await answer(question))
            except Killed:  # whoever asked lives on
                return []

        await super().answer(alive)


class Instance:
    """A section's instance: settings and database stay, lives come and go. ``clock`` gives its time, ``seconds`` go on whatever
    that is set to.
    """

    def __init__(
        self,
        settings: Settings,
        plugins: Plugins,
        hubs: dict[str, MemoryHub],
        clock: Callable[[], datetime],
        seconds: Callable[[], float],
    ) -> None:
        self.settings = settings
        self.code = settings.code
        self.plugins = plugins
        self.clock = clock
        self.seconds = seconds
        self.slowness = 0.0
        """How many (virtual) seconds each of its transactions takes."""
        self.life = Life()
        self.section: Section = self._open()
        self.worker: Worker | None = None
        self._hubs = hubs
        self._task: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._task is not None and not self.life.dead

    def _open(self) -> Section:
        section = MortalSection(self.settings, self.plugins, self.clock, self.seconds, self.life)
        compile_once(section.database)
        section.prepare()
        return section

    async def start(self, loop: VirtualLoop, dies_at: int | str | None = None) -> None:
        """Begin a new life, until the fence is closed where it is needed. A former life has to be over."""
        if self._task is not None:
            raise RuntimeError(f"{self.code} is running")
        self.section.close()
        self.life = Life()
        self.section = self._open()
        self.life.steps.clear()
        self.life.dies_at = dies_at
        self.life.pace = lambda: loop.spend(self.slowness)
        begun = asyncio.Event()
        self._task = loop.create_task(self._live(self.section, begun))
        self.life.died = partial(_cancel, self._task)
        await asyncio.wait([self._task, waiting := asyncio.ensure_future(begun.wait())], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    async def _live(self, section: Section, begun: asyncio.Event) -> None:
        self.worker = Worker(section, self._connect)
        await self.worker.begin()
        begun.set()
        await self.worker.run()

    async def _connect(self, url: str, *_who: Any, **_how: Any) -> MortalBus:
        bus = MortalBus(self._hubs[url], self.code, self.life.step)
        await asyncio.wait_for(bus.reach(), TIMEOUT + 1)
        return bus

    def kill(self) -> None:
        """``kill -9``, wherever it is."""
        if self.alive:
            self.life.end()

    async def end(self) -> None:
        """Kill it and wait until nothing of it is left; then its database can be looked at."""
        self.kill()
        if self._task is not None:
            await asyncio.wait([self._task])
            failure = None if self._task.cancelled() else self._task.exception()
            self._task = self.worker = None
            self.section.close()
            self.life = Life()
            self.section = self._open()
            if failure is not None and not isinstance(failure, Killed):
                raise failure

    def close(self) -> None:
        """Let go of the database."""
        self.section.close()


def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
