"""One instance of a section as a process of its own, for tests that kill it.

``python instance.py HOME CODE DATABASE HUB STEP COUNT``: opens the section, runs its worker against HUB and says COUNT notes,
one after the other; then prints ``done`` and goes on receiving until it is told to stop. At STEP (see ``STEPS``) it kills itself
with SIGKILL, the first time that it comes there.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session as OrmSession

from internationale import worker
from internationale.bus import intake, storing
from internationale.kit import Reader, Utterance
from internationale.ledger.settling import Settlement
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.settings import Settings
from internationale.testing import notes
from internationale.worker import relay


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    """Die on the way into a function."""
    original = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        if when(*arguments):
            die()
        return original(*arguments, **named)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    """Die on the way out of an asynchronous function."""
    original = getattr(owner, name)

    async def wrapped(*arguments: Any, **named: Any) -> Any:
        answer = await original(*arguments, **named)
        if when(answer, *arguments):
            die()
        return answer

    setattr(owner, name, wrapped)


def ours(session: OrmSession) -> bool:
    return bool(session.info.get("ledger_wrote"))


def at_commit(moment: str) -> None:
    def reached(session: OrmSession) -> None:
        if ours(session):
            die()

    event.listen(OrmSession, moment, reached)


def publish_then_die() -> None:
    """Everything is sent, and the answer is never read."""
    original = storing._all_or_none

    async def sent(client: Any, parcels: Any) -> None:
        await original(client, parcels)
        die()

    async def one(client: Any, context: Any, parcel: Any) -> None:
        await context.publish(parcel.subject, parcel.body, timeout=5, headers=storing._headers(parcel))
        die()

    storing._all_or_none, storing._one = sent, one  # type: ignore[assignment]


def middle_of_a_batch() -> None:
    """Some of an atomic batch are sent, the last never."""
    storing._one = lambda *_: die()  # type: ignore[assignment]
    original = storing._headers
    count = 0

    def headers(parcel: Any) -> Any:
        nonlocal count
        count += 1
        if count == 2:
            die()
        return original(parcel)

    storing._headers = headers


def mid_projection() -> None:
    before(Settlement, "_apply")


STEPS: dict[str, Callable[[], None]] = {
    "never": lambda: None,
    "before the commit": lambda: at_commit("before_commit"),
    "in the middle of the projection": mid_projection,
    "after the commit": lambda: at_commit("after_commit"),
    "before publishing": lambda: before(storing, "_batch"),
    "in the middle of publishing": middle_of_a_batch,
    "after publishing, before the answer is read": publish_then_die,
    "after the answer, before the cursor moves": lambda: before(relay.Relay, "_advance"),
    "after the cursor has moved": lambda: after(relay.Relay, "send", lambda sent, *_: bool(sent)),
    "after fetching, before the commit": lambda: before(Section, "accept"),
    "in the middle of taking in": mid_projection,
    "after taking in, before acknowledging": lambda: before(intake.Intake, "_acknowledge", lambda _, messages: bool(messages)),
    "after acknowledging": lambda: after(worker.link.receiving, "receive", lambda outcomes, *_: bool(outcomes)),
}


async def live(section: Section, count: int) -> None:
    everything = {each.name: frozenset({None}) for each in section.capabilities}
    me = Reader(id="x", handle="rosa", capabilities=everything)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    def say(text: str) -> None:
        with section.writing() as session:
            section.publish(session, Utterance(notes.Written(text=text)), by=me)

    async with worker.running(section):
        while section.fenced is not None:
            await asyncio.sleep(0.02)
        for number in range(count):
            await asyncio.to_thread(say, f"{section.code} {number}")
            print("said", number, flush=True)
        print("done", flush=True)
        await stop.wait()


def main(home: str, code: str, database: str, hub: str, step: str, count: str) -> None:
    settings = Settings(code=code, name=code, languages=("en",), home=Path(home), database=database, hubs=(hub,))
    section = Section.open(settings, Plugins([("notes", notes)]))
    section.prepare()
    STEPS[step]()
    asyncio.run(live(section, int(count)))
    section.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
