"""One of the two sides that ``federation.py`` measures, as a process of its own, with the whole of it or with the bare ceiling.

``python sides.py KIND ROLE HOME HUB FIRST COUNT BURST PAUSE``: says (or hears) COUNT events from FIRST on, notes when each was
committed in HOME/times.json (nanoseconds of the machine's monotonic clock, by number), and prints ``done``.
"""

import asyncio
import gc
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from internationale import worker
from internationale.bus import LOG, Parcel
from internationale.bus.nats import NatsBus
from internationale.cli.running import TURN
from internationale.events.keys import EVENT, SigningKey
from internationale.kit import Utterance
from internationale.section import Section
from internationale.settings import Settings
from internationale.testing import notes
from internationale.testing.builds import today
from internationale.testing.founding import open_section
from internationale.testing.people import speaker

TEXT = "The emancipation of the working classes must be conquered by the working classes themselves. " * 6
SPENT, STARTED = -1, -2
"""Among the times of a side: its processor time in nanoseconds, and what of it was for starting. 0: when it began."""
Times = dict[int, int]


def open_notes(settings: Settings) -> Section:
    return open_section(settings, today())


def plain_settings(home: str, code: str, hub: str) -> Settings:
    return Settings(
        code=code, name=code, languages=("en",), home=Path(home), database=f"sqlite:///{home}/section.db", hubs=(hub,)
    )


# The whole


async def say_whole(section: Section, first: int, count: int, burst: int, pause: float) -> Times:
    me = speaker(section)
    times: Times = {}

    def say(some: list[int]) -> None:
        with section.writing() as session:
            section.publish(
                session, *(Utterance(notes.Written(text=f"{number} {TEXT}"), author="rosa") for number in some), by=me
            )
        times.update(dict.fromkeys(some, time.monotonic_ns()))

    async with worker.running(section):
        while section.fenced is not None:
            await asyncio.sleep(0.01)
        times[STARTED] = spent()
        times[0] = await asyncio.to_thread(paced, say, first, count, burst, pause)
        await stdin()
    return times


async def hear_whole(section: Section, first: int, count: int) -> Times:
    times: Times = {0: time.monotonic_ns()}
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def committed() -> None:
        now = time.monotonic_ns()
        with section.reading() as session:
            held = section.ledger.head(session, "aa").sequence
        for number in range(held, first - 1, -1):
            if number in times:
                break
            times[number] = now
        if held >= first + count - 1:
            loop.call_soon_threadsafe(done.set)

    section.on_commit(committed)
    async with worker.running(section):
        while section.fenced is not None:
            await asyncio.sleep(0.01)
        times[STARTED] = spent()
        print("ready", flush=True)
        await done.wait()
    return times


# The bare ceiling


def open_bare(home: str) -> sqlite3.Connection:
    database = sqlite3.connect(f"{home}/bare.db", isolation_level=None, check_same_thread=False)
    for setting in ("journal_mode=WAL", "synchronous=FULL"):
        database.execute(f"PRAGMA {setting}")
    database.execute("CREATE TABLE IF NOT EXISTS log (number INTEGER PRIMARY KEY, body BLOB, signature TEXT)")
    return database


def keep(database: sqlite3.Connection, rows: list[tuple[int, bytes, str]]) -> None:
    database.execute("BEGIN IMMEDIATE")
    database.executemany("INSERT OR IGNORE INTO log VALUES (?, ?, ?)", rows)
    database.execute("COMMIT")


async def say_bare(home: str, hub: str, first: int, count: int, burst: int, pause: float) -> Times:
    database, key, times = open_bare(home), SigningKey(b"k" * 32), Times()
    bus = await NatsBus.connect(hub, "aa")
    await bus.provision()
    waiting: asyncio.Queue[list[Parcel]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def say(some: list[int]) -> None:
        bodies = [json.dumps({"number": number, "data": {"text": TEXT}, "rest": "x" * 350}).encode() for number in some]
        signed = [(number, body, key.sign(EVENT, body)) for number, body in zip(some, bodies, strict=True)]
        keep(database, signed)
        times.update(dict.fromkeys(some, time.monotonic_ns()))
        parcels = [Parcel(f"intl.v1.log.aa.1.{number}", body, signature) for number, body, signature in signed]
        loop.call_soon_threadsafe(waiting.put_nowait, parcels)

    async def publish() -> None:
        while True:
            await bus.publish(await waiting.get())
            waiting.task_done()

    publishing = asyncio.create_task(publish())
    times[STARTED] = spent()
    times[0] = await asyncio.to_thread(paced, say, first, count, burst, pause)
    await waiting.join()
    await stdin()
    publishing.cancel()
    await bus.close()
    return times


async def hear_bare(home: str, hub: str, first: int, count: int) -> Times:
    database, key, times = open_bare(home), SigningKey(b"k" * 32).public, Times({0: time.monotonic_ns()})
    bus = await NatsBus.connect(hub, "bb")
    await bus.provision()

    def take(parcels: list[Parcel]) -> None:
        rows = []
        for parcel in parcels:
            key.verify(EVENT, parcel.body, parcel.signature)
            rows.append((json.loads(parcel.body)["number"], parcel.body, parcel.signature))
        keep(database, rows)
        times.update(dict.fromkeys((row[0] for row in rows), time.monotonic_ns()))

    times[STARTED] = spent()
    print("ready", flush=True)
    while first + count - 1 not in times:
        batch = await bus.receive(LOG, 256, 5)
        if batch.parcels:
            await asyncio.to_thread(take, list(batch.parcels))
        await batch.done()
    await bus.close()
    return times


# Both


def paced(say: Callable[[list[int]], None], first: int, count: int, burst: int, pause: float) -> int:
    """Say so many events in bursts with pauses, in a thread of its own; returns when it began, in nanoseconds."""
    began, start = time.monotonic_ns(), time.monotonic()
    for step, number in enumerate(range(first, first + count, burst)):
        if pause:
            time.sleep(max(0.0, start + step * pause - time.monotonic()))
        say(list(range(number, min(number + burst, first + count))))
    return began


def spent() -> int:
    """Processor time of this process, in nanoseconds."""
    return int(sum(os.times()[:2]) * 1e9)


async def stdin() -> None:
    """Until the other side has everything."""
    await asyncio.to_thread(sys.stdin.readline)


def child(kind: str, role: str, home: str, hub: str, first: int, count: int, burst: int, pause: float) -> None:
    code = "aa" if role == "say" else "bb"
    if kind == "bare":
        story = say_bare(home, hub, first, count, burst, pause) if role == "say" else hear_bare(home, hub, first, count)
    else:
        section = open_notes(plain_settings(home, code, hub))
        story = say_whole(section, first, count, burst, pause) if role == "say" else hear_whole(section, first, count)
    sys.setswitchinterval(TURN)
    gc.collect()
    gc.freeze()  # both as ``internationale run`` does
    times = uvloop.run(story)
    times[SPENT] = spent()
    (Path(home) / "times.json").write_text(json.dumps(times))
    print("done", flush=True)


if __name__ == "__main__":
    kind, role, home, hub, first, count, burst, pause = sys.argv[1:]
    child(kind, role, home, hub, int(first), int(count), int(burst), float(pause))
