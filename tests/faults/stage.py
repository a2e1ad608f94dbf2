"""One International for one fault: what its sections do, what time does, and how it ends."""

import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from internationale.ledger import tables
from internationale.ledger.reading import Head
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing import oracle

from .instance import PLUGINS, Instance
from .judgement import Verdict, weigh
from .scene import PATIENCE, Scene


class Stage(Scene):
    """A scene with its play. See ``Scene`` for the arguments."""

    def __init__(self, folder: Path, seed: int, **scene: Any) -> None:
        super().__init__(folder, seed, **scene)
        self.plugins: dict[str, Plugins] = {}
        """Sections that are of another build."""
        self._glances = self.chance.apart()

    # Sections

    def start(self, *codes: str) -> None:
        """Start these (all, when none is named)."""
        for code in codes or self.codes:
            namespace = self.hosts.get(code, ("", None))[1]
            seed = self.chance.getrandbits(32)
            self.instances[code] = Instance(self.settings[code], seed, self.plugins.get(code), namespace)

    def begin(self, notes: float) -> None:
        """Start all, have them write so many notes a second each, more or less, and let them get going."""
        self.start()
        for code in self.codes:
            self.rate(notes * self.chance.uniform(0.6, 1.4), code)
        self.until(lambda: all(self.instances[code].said for code in self.codes), "all begin to write")
        self.rest(self.chance.uniform(0.5, 1.5))

    def kill(self, code: str) -> None:
        """``kill -9``."""
        self.instances[code].kill()
        self._bury(code)

    def stop(self, code: str) -> None:
        """In order."""
        self.instances[code].stop()
        self._bury(code, killed=False)

    def _bury(self, code: str, *, killed: bool = True) -> None:
        self.killed[code] += killed
        self.former.append(self.instances.pop(code))

    def dies(self, code: str, step: str) -> None:
        """It kills itself when it comes to this step for the first, second, … time; returns when it has."""
        self.instances[code].order("die", (step, self.chance.randrange(1, 6)))
        self.until(lambda: not self.instances[code].alive, f"{code} dies {step}")
        self.instances[code].kill()
        self._bury(code)

    def rate(self, notes: float, *codes: str) -> None:
        """So many notes a second by each of these (all, when none is named)."""
        for code in codes or tuple(self.instances):
            self.instances[code].order("rate", notes)

    def say(self, code: str, count: int, **what: Any) -> None:
        """So many notes, one after the other (see ``People.several``); returns when they are said."""
        before = self.instances[code].done
        self.instances[code].order("say", (count, what))
        self.until(lambda: self.instances[code].done >= before + count, f"{code} says {count} notes")

    def fence(self, code: str) -> str:
        """What keeps a section from writing; empty: nothing."""
        return self.answer(code, "ask")

    def answer(self, code: str, *order: Any) -> str:
        """What an instance says to an order."""
        instance = self.instances[code]
        instance.state = "?"
        instance.order(*order)
        self.until(lambda: instance.state != "?", f"{code} answers")
        return instance.state

    def hub_signal(self, number: int, what: signal.Signals) -> None:
        """Stop a hub's process in its tracks, or let it go on."""
        process = self.hubs[number]._process
        assert process is not None
        process.send_signal(what)

    def holds(self, code: str, origin: str, number: int) -> bool:
        """Whether a section has a log as far as this."""
        return self.head(code, origin).sequence >= number

    def frozen(self, code: str, origin: str, number: int) -> bool:
        """Whether a log stopped for this section at this number."""
        head = self.head(code, origin)
        return bool(head.frozen) and head.sequence == number

    def head(self, code: str, origin: str) -> Head:
        """How far a section has a log."""
        with self.opened(code) as section, section.reading() as session:
            return section.ledger.head(session, origin)

    def ways(self, code: str, origin: str, numbers: Sequence[int]) -> set[str]:
        """Which ways these events of a log came to a section by."""
        event = tables.event.c
        here = event.section == origin, event.sequence.in_(numbers)
        with self.opened(code) as section, section.reading() as session:
            return set(session.connection().execute(select(event.via).where(*here)).scalars())

    # Time

    def rest(self, seconds: float) -> None:
        """Let time pass, hear what everybody tells, and look whether the pages still answer."""
        end = time.monotonic() + seconds
        while True:
            for code, instance in list(self.instances.items()):
                instance.hear()
                self._look(code)
            if time.monotonic() >= end:
                return
            time.sleep(min(0.1, max(0.0, end - time.monotonic())))

    def _look(self, code: str) -> None:
        if self._glances.random() > 0.2 or not self.instances[code].alive:
            return
        began = time.monotonic()
        try:
            with urllib.request.urlopen(self.instances[code].page, timeout=10) as answer:
                answer.read()
        except (urllib.error.URLError, ConnectionError):
            return  # it is starting, or just died
        self.answers.append(time.monotonic() - began)

    def until(self, condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
        """Wait for something; returns the seconds it took. Raises ``AssertionError`` when it does not come."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < patience, f"in {patience:.0f} s it never came that {what}"
            self.rest(0.1)
        return time.monotonic() - began

    # The end

    def heal(self) -> float:
        """Everything works again; wait until nothing moves any more. Returns the seconds it took."""
        for wire in self.wires.values():
            wire.heal()
        missing = [code for code in self.codes if code not in self.instances]
        self.start(*missing) if missing else None
        self.rate(0)
        self.rest(0.3)
        return self.until(self.settled, "all hold the same and know it of each other")

    def settled(self) -> bool:
        """Whether all hold the same, and have each other's word for it; and nobody waits for a part that another has."""
        sections = self._opened()
        try:
            oracle.same_heads(sections)
            logs = [oracle.log(section) for section in sections]
            return all(log == logs[0] for log in logs) and not _missing(sections)
        except (AssertionError, DatabaseError):
            return False
        finally:
            for section in sections:
                section.close()

    def _opened(self) -> list[Section]:
        return [Section.open(self.settings[code], Plugins(PLUGINS)) for code in self.codes]

    def judge(self) -> Verdict:
        """End the processes, and ask the oracle."""
        verdict = Verdict(healing=self.heal())
        for code in self.writers:
            self.say(code, 1)
        self.until(self.settled, "all go on together")
        for code, instance in list(self.instances.items()):
            verdict.memory = max(verdict.memory, psutil.Process(instance.process.pid).memory_info().rss // 2**20)
            self.stop(code)
        weigh(self, verdict)
        return verdict


def _missing(sections: Sequence[Section]) -> bool:
    """Whether a part that one of these waits for is at another: it is fetched by name, after the event."""
    for section in sections:
        with section.reading() as session:
            names = section.ledger.missing_parts(session)
        if any(_has(other, name) for name in names for other in sections):
            return True
    return False


def _has(section: Section, name: str) -> bool:
    with section.reading() as session:
        return section.ledger.part(session, name) is not None
