"""Those who write in an instance, and what the campaign asks of them."""

import asyncio
import os
import random
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from internationale.events.refs import Ref
from internationale.kit import Reader, Utterance
from internationale.rooms.attachments.port import attaching, uploading
from internationale.section import Section, utc_now
from internationale.testing import notes
from internationale.testing.people import speaker

from .steps import LOOPS, arm

LONG = 200_000
"""Bytes of a long note."""
TRIES = 600
"""How often something is said that must be said, when it is refused."""


@dataclass
class Clock:
    """The machine's clock, as somebody has set it."""

    wrong: timedelta = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.wrong


@dataclass
class People:
    """In the instance's process. ``seed``: what they say, and how fast."""

    section: Section
    pipe: Any
    clock: Clock
    seed: int
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
        chance = random.Random(self.seed)
        orders: dict[str, Callable[[Any], None]] = {
            "rate": lambda value: setattr(self, "rate", value),
            "clock": lambda value: setattr(self.clock, "wrong", value),
            "say": lambda value: self.several(chance, *value),
            "attach": lambda value: self.attach(chance, value),
            "troubles": lambda _value: self.tell("state", " ".join(url for url, hub in self.section.hubs.items() if hub.trouble)),
            "ask": lambda _value: self.tell("state", str(self.section.fenced) if self.section.fenced else ""),
        }
        while True:
            try:
                name, value = self.pipe.recv()
            except (EOFError, OSError):
                os.kill(os.getpid(), signal.SIGTERM)
                return
            if name in orders:
                orders[name](value)
            else:
                arm(name, value, self.section)

    def write(self) -> None:
        """Somebody who never tires."""
        chance = random.Random(self.seed + 1)
        while True:
            rate = self.rate
            if not rate:
                time.sleep(0.02)
                continue
            self.say(chance, notes.Written(text=self.words(chance)), tries=1, size=3000 if chance.random() < 1 / 16 else 0)
            time.sleep(chance.expovariate(rate))

    def several(self, chance: random.Random, count: int, what: dict[str, Any]) -> None:
        """So many notes. ``what``: ``text``, ``kind`` (of ``notes``), ``audience``, ``size`` of a part."""
        kind = getattr(notes, what.get("kind", "Written"))
        for _ in range(count):
            text = what.get("text") or self.words(chance)
            self.say(
                chance, kind(text=text), tries=what.get("tries", TRIES), **{k: what[k] for k in ("audience", "size") if k in what}
            )
        self.tell("done", count)

    def words(self, chance: random.Random) -> str:
        """Something that nobody has said yet."""
        return f"{self.section.code} {chance.randbytes(8).hex()}"

    def say(
        self, chance: random.Random, payload: Any, *, tries: int, size: int = 0, audience: str = "international"
    ) -> Ref | None:
        """What was committed is told at once; what was refused is told by its error."""
        parts = (chance.randbytes(size),) if size else ()
        for _ in range(tries):
            try:
                with self.section.writing() as session:
                    utterance = Utterance(payload, parts=parts, audience=audience)
                    said = self.section.publish(session, utterance, by=self.me())[0]
            except Exception as error:
                self.tell("refused", type(error).__name__)
                time.sleep(0.05)
            else:
                self.tell("said", said.id, said.hash)
                return said.ref
        return None

    def attach(self, chance: random.Random, size: int) -> None:
        """A file of so many bytes, attached to a note that names itself; the file's id is told."""
        section, me = self.section, self.me()
        subject = f"note-{chance.randbytes(6).hex()}"
        ref = self.say(chance, notes.Written(text=subject), tries=TRIES)
        at, incoming = uploading.begin(section, subject, str(ref), me)
        incoming.add(chance.randbytes(size))
        upload = uploading.bring(section, incoming, at, name="plan.pdf", media="application/pdf", by=me)
        with section.writing() as session:
            attachment = attaching.attach(section, session, upload, name="plan.pdf", note="", by=me)
        with section.reading() as session:
            head = section.ledger.head(session, section.code)
        self.tell("said", f"{section.code}:{head.epoch}:{head.sequence}", head.hash)
        self.tell("state", attachment)

    def me(self) -> Reader:
        """Somebody who may everything."""
        return speaker(self.section)
