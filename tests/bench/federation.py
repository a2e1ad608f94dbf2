"""Two instances over a local hub with durable settings, beside the bare ceiling in the same run.

*whole*: two processes with section, ledger, projection and worker, as they run in earnest (without pages).
*bare*: two processes that sign, commit to SQLite (FULL), publish acknowledged, fetch, verify and commit, and nothing else.

Sustained: events are said in bursts of 100; from the first word in A to the last commit in B. Latency: 50 events a second, one
commit each; from the end of the commit in A to the end of the commit in B. Both sides read the machine's one monotonic clock.
"""

import asyncio
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvloop

from internationale import worker
from internationale.bus import LOG, Parcel
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.events.keys import EVENT, SigningKey
from internationale.kit import Reader, Utterance
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.settings import Settings
from internationale.testing import notes
from internationale.testing.founding import begin, open_section, unite

SUSTAINED, BURST = 6000, 100
PACED, PER_SECOND = 500, 50
ROUNDS = 3
TEXT = "The emancipation of the working classes must be conquered by the working classes themselves. " * 6
Times = dict[int, int]


def open_notes(settings: Settings) -> Section:
    return open_section(settings, Plugins([("notes", notes)]))


def plain_settings(home: str, code: str, hub: str) -> Settings:
    return Settings(
        code=code, name=code, languages=("en",), home=Path(home), database=f"sqlite:///{home}/section.db", hubs=(hub,)
    )


# The whole


async def say_whole(section: Section, first: int, count: int, burst: int, pause: float) -> Times:
    me = Reader(id="x", capabilities={each.name: frozenset({None}) for each in section.capabilities})
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
        times[0] = await paced(say, first, count, burst, pause)
        await stdin()
    return times


async def hear_whole(section: Section, first: int, count: int) -> Times:
    times: Times = {}
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

    def say(some: list[int]) -> list[Parcel]:
        bodies = [json.dumps({"number": number, "data": {"text": TEXT}, "rest": "x" * 350}).encode() for number in some]
        signed = [(number, body, key.sign(EVENT, body)) for number, body in zip(some, bodies, strict=True)]
        keep(database, signed)
        times.update(dict.fromkeys(some, time.monotonic_ns()))
        return [Parcel(f"intl.v1.log.aa.1.{number}", body, signature) for number, body, signature in signed]

    async def publish() -> None:
        while True:
            await bus.publish(await waiting.get())
            waiting.task_done()

    publishing = asyncio.create_task(publish())
    times[0] = await paced(say, first, count, burst, pause, waiting.put_nowait)
    await waiting.join()
    await stdin()
    publishing.cancel()
    await bus.close()
    return times


async def hear_bare(home: str, hub: str, first: int, count: int) -> Times:
    database, key, times = open_bare(home), SigningKey(b"k" * 32).public, Times()
    bus = await NatsBus.connect(hub, "bb")
    await bus.provision()

    def take(parcels: list[Parcel]) -> None:
        rows = []
        for parcel in parcels:
            key.verify(EVENT, parcel.body, parcel.signature)
            rows.append((json.loads(parcel.body)["number"], parcel.body, parcel.signature))
        keep(database, rows)
        times.update(dict.fromkeys((row[0] for row in rows), time.monotonic_ns()))

    print("ready", flush=True)
    while first + count - 1 not in times:
        batch = await bus.receive(LOG, 256, 5)
        if batch.parcels:
            await asyncio.to_thread(take, list(batch.parcels))
        await batch.done()
    await bus.close()
    return times


# Both


async def paced(
    say: Callable[[list[int]], Any],
    first: int,
    count: int,
    burst: int,
    pause: float,
    then: Callable[[Any], None] = lambda _: None,
) -> int:
    """Say so many events in bursts with pauses; returns when it began, in nanoseconds."""
    began, start = time.monotonic_ns(), time.monotonic()
    for step, number in enumerate(range(first, first + count, burst)):
        if pause:
            await asyncio.sleep(max(0.0, start + step * pause - time.monotonic()))
        then(await asyncio.to_thread(say, list(range(number, min(number + burst, first + count)))))
    return began


async def stdin() -> None:
    """Until the other side has everything."""
    await asyncio.to_thread(sys.stdin.readline)


def child(kind: str, role: str, home: str, hub: str, first: int, count: int, burst: int, pause: float) -> None:
    code = "aa" if role == "say" else "bb"
    if kind == "bare":
        story = say_bare(home, hub, first, count, burst, pause) if role == "say" else hear_bare(home, hub, first, count)
        times = uvloop.run(story)
    else:
        section = open_notes(plain_settings(home, code, hub))
        told = say_whole(section, first, count, burst, pause) if role == "say" else hear_whole(section, first, count)
        times = uvloop.run(told)
    (Path(home) / "times.json").write_text(json.dumps(times))
    print("done", flush=True)


@contextmanager
def process(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, __file__, *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        yield started


def measure(kind: str, homes: dict[str, Path], hub: str, first: int, count: int, burst: int, pause: float) -> tuple[Times, Times]:
    """When each event was committed in A and in B, in nanoseconds."""
    rest = (hub, first, count, burst, pause)
    with process(kind, "hear", homes["bb"], *rest) as hearing, process(kind, "say", homes["aa"], *rest) as saying:
        assert hearing.stdout
        assert saying.stdout
        assert saying.stdin
        assert hearing.stdout.readline() == "ready\n"
        assert hearing.stdout.readline() == "done\n"
        saying.stdin.write("\n")
        saying.stdin.flush()
        assert saying.stdout.readline() == "done\n"
    return read(homes["aa"]), read(homes["bb"])


def read(home: Path) -> Times:
    """What a child noted: nanoseconds by number."""
    return {int(number): moment for number, moment in json.loads((home / "times.json").read_text()).items()}


def rate(said: Times, heard: Times) -> float:
    """Events per second from the beginning of the first commit to the end of the last one on the other side."""
    return len(heard) / (max(heard.values()) - said[0]) * 1e9


def delays(said: Times, heard: Times) -> list[float]:
    """Milliseconds from commit to commit, sorted."""
    return sorted((heard[number] - moment) / 1e6 for number, moment in said.items() if number)


def main() -> None:
    results: dict[tuple[str, str], list[float]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        HubProcess(Path(folder) / "hub") as one,
        HubProcess(Path(folder) / "other") as two,
    ):
        hubs = {"whole": one.url, "bare": two.url}
        homes = {code: Path(folder) / code for code in ("aa", "bb")}
        found(homes)
        first = 1
        for _ in range(ROUNDS):
            for kind in ("bare", "whole"):
                said, heard = measure(kind, homes, hubs[kind], first, SUSTAINED, BURST, 0)
                results.setdefault((kind, "rate"), []).append(rate(said, heard))
                said, heard = measure(kind, homes, hubs[kind], first + SUSTAINED, PACED, 1, 1 / PER_SECOND)
                waits = delays(said, heard)
                results.setdefault((kind, "p50"), []).append(waits[len(waits) // 2])
                results.setdefault((kind, "p99"), []).append(waits[int(len(waits) * 0.99)])
            first += SUSTAINED + PACED
    show(results)


def found(homes: dict[str, Path]) -> None:
    """Two sections ``aa`` and ``bb`` in one International, with their keys where the children look for them."""
    for home in homes.values():
        home.mkdir()
    settings = [begin(home, code, f"sqlite:///{home / 'section.db'}") for code, home in homes.items()]
    sections = [open_notes(each) for each in settings]
    unite(sections)
    for section in sections:
        section.close()


def show(results: dict[tuple[str, str], list[float]]) -> None:
    print(f"\nfederation: medians of {ROUNDS} rounds, events of about 1.1 KB, sync_interval: always, SQLite FULL")
    print(f"{'':28}{'bare':>10}{'whole':>10}{'ratio':>10}   aim")
    for name, label, aim in (
        ("rate", "sustained, events/s", "at least 0.50"),
        ("p50", "A to B at 50/s, p50 ms", ""),
        ("p99", "A to B at 50/s, p99 ms", "under 3.00"),
    ):
        bare, whole = (statistics.median(results[kind, name]) for kind in ("bare", "whole"))
        print(f"{label:28}{bare:10.1f}{whole:10.1f}{whole / bare:10.2f}   {aim}")


if __name__ == "__main__":
    if sys.argv[1:]:
        kind, role, home, hub, first, count, burst, pause = sys.argv[1:]
        child(kind, role, home, hub, int(first), int(count), int(burst), float(pause))
    else:
        main()
