"""An International in virtual time: sections with their real workers, simulated hubs, and everything that can happen to them.

A story is told step by step: ``world.say("fr", "…")``, ``world.run(10)`` (seconds), a fault, ``world.heal()``; then the oracle
judges (``world.judge()``). The same seed takes the same course.
"""

import asyncio
import random
import shutil
import sqlite3
from collections.abc import Callable, Collection, Coroutine
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from internationale.events.envelope import INTERNATIONAL
from internationale.events.refs import Ref
from internationale.events.roster import Status
from internationale.events.signed import SignedDocument
from internationale.kit import Payload, Utterance
from internationale.ledger import copies
from internationale.ledger.deliveries import Delivery
from internationale.plugins import Plugins
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.testing import notes, oracle
from internationale.testing.builds import today
from internationale.testing.carrying import said
from internationale.testing.founding import ROOT, begin, unite
from internationale.testing.lives import COMMITTED, Instance, Killed
from internationale.testing.memory import MemoryHub
from internationale.testing.people import speaker
from internationale.testing.virtual import VirtualLoop

T = TypeVar("T")

BEGINNING = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATENCY = 0.02
"""Up to how many seconds each way to a hub takes."""
PATIENCE = 150
"""Seconds in which everything has to be everywhere after healing: heads are said every minute at least."""


class World:
    """Sections and hubs; ``codes``: the first is the committee. Databases are SQLite files below ``folder``."""

    def __init__(
        self, folder: Path, *codes: str, hubs: int = 1, seed: int = 0, plugins: Plugins | None = None, latency: float = LATENCY
    ) -> None:
        self.folder = folder
        self.seed = seed
        self.chance = random.Random(seed)
        self._runner = asyncio.Runner(loop_factory=VirtualLoop)
        self._random = random.getstate()
        random.seed(seed)  # the worker spreads its attempts with it
        self.hubs = {f"nats://hub-{n}.example:4222": MemoryHub(f"hub-{n}") for n in range(1, hubs + 1)}
        for hub in self.hubs.values():
            hub.faults.latency, hub.faults.chance = latency, self.chance
        self.plugins = plugins or today()
        self.skew: dict[str, timedelta] = {}
        self.said: dict[str, str] = {}
        """Everything that was ever committed as said: id and hash."""
        self.root = ROOT
        self.instances: dict[str, Instance] = {}
        for code in codes:
            self.found(code)
        self.chain: tuple[SignedDocument, ...] = unite(self.sections, self.root)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End everything."""
        for instance in self.instances.values():
            self._runner.run(instance.end())
            instance.close()
        self._runner.close()
        random.setstate(self._random)

    # Who and where

    @property
    def hub(self) -> MemoryHub:
        """The first hub."""
        return next(iter(self.hubs.values()))

    @property
    def sections(self) -> list[Section]:
        """The sections as they are now."""
        return [self[name] for name in self.instances]

    def __getitem__(self, name: str) -> Section:
        """One instance's section; when its process has died, its database as that left it."""
        instance = self.instances[name]
        if instance.life.dead:
            self._runner.run(instance.end())
        return instance.section

    def found(self, code: str) -> Section:
        """One more section, with keys and an empty database; it is not in the roster yet and does not run."""
        home = self.folder / code
        settings = begin(home, code, f"sqlite:///{home / 'section.db'}", hubs=tuple(self.hubs))
        self.instances[code] = Instance(settings, self.plugins, self.hubs, self.clock(code), lambda: self.time)
        return self[code]

    def clock(self, name: str) -> Callable[[], datetime]:
        """One instance's clock; ``skew`` sets it wrong."""
        return lambda: BEGINNING + timedelta(seconds=self.time) + self.skew.get(name, timedelta())

    @property
    def _loop(self) -> VirtualLoop:
        loop = self._runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        return loop

    @property
    def time(self) -> float:
        """Virtual seconds since the beginning."""
        return self._loop.time()

    # What happens

    def start(self, *names: str, dies_at: int | str | None = None) -> None:
        """Start instances (all of them by default). ``dies_at``: at which of its steps it dies."""
        for name in names or tuple(self.instances):
            if not self.instances[name].alive:
                self._runner.run(self.instances[name].end())
                self._runner.run(self.instances[name].start(self._loop, dies_at))

    def kill(self, *names: str) -> None:
        """``kill -9``."""
        for name in names:
            self._runner.run(self.instances[name].end())

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self._runner.run(asyncio.sleep(seconds))

    def during(self, deed: Coroutine[Any, Any, T]) -> T:
        """Do something that takes time, while everything goes on."""
        return self._runner.run(deed)

    def until(self, condition: Callable[[], bool], seconds: float = PATIENCE, what: str = "it") -> float:
        """Let time pass until something is so; returns after how long. Fails when it is not so in time."""
        began = self.time
        while not condition():
            assert self.time - began < seconds, f"{what} did not happen in {seconds} seconds: {self.describe()}"
            self.run(0.5 if self.time - began < 10 else 2)
        return self.time - began

    def say(
        self,
        name: str,
        text: str,
        *causes: Ref | None,
        parts: tuple[bytes, ...] = (),
        kind: type[Payload] | None = None,
        audience: str = INTERNATIONAL,
    ) -> Ref | None:
        """Have a member of a section say something; None when its process died before it was committed."""
        section = self[name]
        refs = tuple(cause for cause in causes if cause is not None)
        payload = (kind or (notes.Answered if refs else notes.Written)).model_validate({"text": text})
        ref: Ref | None = None
        try:
            with section.writing() as session:
                utterance = Utterance(payload, refs=refs, parts=parts, author="rosa", audience=audience)
                envelope = section.publish(session, utterance, by=speaker(section))[0]
                ref = envelope.ref
                saying = (envelope.id, envelope.hash)
        except Killed as killed:
            if killed.args[0] != COMMITTED:
                return None
        self.said.update([saying])
        return ref

    def backup(self, name: str) -> Callable[[], None]:
        """Copy an instance's database. Calling what is returned kills it and puts the copy back, as people do who do not look
        at what SQLite has left beside it.
        """
        home = self.instances[name].settings.home
        kept = home / f"backup-{len(list(home.glob('backup-*')))}.db"
        copies.copy(home / "section.db", kept)
        log = home / "section.db-wal"

        def restore() -> None:
            self.kill(name)
            left = log.read_bytes() if log.exists() else b""
            self.instances[name].section.close()
            for file in home.glob("section.db*"):
                file.unlink()
            shutil.copy(kept, home / "section.db")
            log.write_bytes(left)

        return restore

    def twin(self, name: str) -> str:
        """A second instance of a section, from a copy of its database and with its key; returns its name."""
        there, settings = f"{name}-twin", self.instances[name].settings
        home = self.folder / there
        shutil.copytree(settings.home, home)
        _copy(settings.home / "section.db", home / "section.db")
        copied = replace(settings, home=home, database=f"sqlite:///{home / 'section.db'}")
        self.instances[there] = Instance(copied, self.plugins, self.hubs, self.clock(there), lambda: self.time)
        return there

    def events(self, name: str) -> list[Delivery]:
        """The events of a section's own log as they travel, in order."""
        return said(self[name])

    # How it ends

    def heal(self, seconds: float = PATIENCE) -> float:
        """End all faults, start what is dead, and wait until everything is everywhere. Returns how long that took."""
        for hub in self.hubs.values():
            hub.heal()
        for instance in self.instances.values():
            instance.life.dies_at = None
        self.start()
        return self.until(lambda: self.open and self.quiet(), seconds, "everything being everywhere")

    @property
    def open(self) -> bool:
        """Whether all may write."""
        return all(section.fenced is None for section in self.sections)

    def quiet(self) -> bool:
        """Whether all hold the same, know it of each other, and wait for nothing that there is."""
        states = [state(section) for section in self.sections]
        held = states[0][0]
        if any(mine != held or missing for mine, _words, missing in states):
            return False
        everybody = {section.code for section in self.sections} if held else set()
        return all({who for who, said in words.items() if said == held} >= everybody & self._members() for _, words, _ in states)

    def _members(self) -> set[str]:
        """The sections whose heads are expected, by the roster that the first section knows."""
        section = self.sections[0]
        with section.reading() as session:
            return {card.code for card in section.sections(session) if card.status == Status.MEMBER}

    def judge(
        self,
        *,
        bad: Collection[tuple[str, str]] | None = (),
        said: dict[str, str] | None = None,
        secrets: Collection[tuple[bytes, Collection[str]]] = (),
    ) -> None:
        """The nine invariants, for all sections (``oracle.invariants``). ``said``: what there must be, if not everything."""
        oracle.invariants(self.sections, self.said if said is None else said, bad=bad, secrets=secrets)

    def describe(self) -> str:
        """What everyone holds, for a test that fails."""
        lines = [f"seed {self.seed}, {self.time:.1f} s"]
        for name, instance in self.instances.items():
            held, words, missing = state(self[name])
            short = {origin: head[:2] for origin, head in held.items()}
            lines.append(f"{name}: alive={instance.alive} fenced={instance.section.fenced} missing={missing} holds {short}")
            lines += [f"   {who} says { ({o: h[:2] for o, h in said.items()}) }" for who, said in sorted(words.items())]
        return "\n".join(lines)


def _copy(database: Path, to: Path) -> None:
    """Copy a database that may be in use."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


Held = dict[str, tuple[int, int, str]]


def state(section: Section) -> tuple[Held, dict[str, Held], int]:
    """What a section holds of each log, what it knows that others hold, and how much it waits for."""
    with section.reading() as session:
        mine = {origin: (head.epoch, head.sequence, head.hash) for origin, head in queries.own_heads(session).items()}
        words = {
            who: {origin: (head.epoch, head.sequence, head.hash) for origin, head in said.heads.items()}
            for who, (_at, said) in queries.peers(session).items()
        }
        missing = len(section.ledger.missing_parts(session)) + len(section.ledger.gaps(session))
    return mine, words, missing
