"""Two instances over a local hub with durable settings, beside the bare ceiling in the same run.

*whole*: two processes with section, ledger, projection and worker, as they run in earnest (without pages).
*bare*: two processes that sign, commit to SQLite (FULL), publish acknowledged, fetch, verify and commit, and nothing else.

Sustained: one by one (a transaction each, as people say things) and in bursts of 100; from the first word in A to the last
commit in B, for some seconds: of one second alone, what A and B wait for a crowd in the end is a twentieth. Catching up: B was
away while A spoke; from B's return to its last commit. Latency: 50 events a second, one commit each; from the end of the commit
in A to the end of the commit in B. Both sides read the machine's one monotonic clock. Processor time is that of A, B and the hub
together.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sides import SPENT, STARTED, Times, open_notes

from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.testing.founding import begin, unite

SUSTAINED, BURST = 6000, 100
PACED, PER_SECOND = 500, 50
ROUNDS = 3


@contextmanager
def process(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, Path(__file__).with_name("sides.py"), *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        yield started


def measure(kind: str, homes: dict[str, Path], hub: str, first: int, count: int, burst: int, pause: float) -> tuple[Times, Times]:
    """When each event was committed in A and in B, in nanoseconds, with B listening all the time."""
    rest = (hub, first, count, burst, pause)
    with process(kind, "hear", homes["bb"], *rest) as hearing, process(kind, "say", homes["aa"], *rest) as saying:
        expect(hearing, "ready")
        expect(hearing, "done")
        finish(saying)
    return read(homes["aa"]), read(homes["bb"])


def absent(kind: str, homes: dict[str, Path], hub: str, first: int, count: int) -> tuple[Times, Times]:
    """The same, with B away until the hub has everything."""
    rest = (hub, first, count, BURST, 0)
    with process(kind, "say", homes["aa"], *rest) as saying:
        asyncio.run(everything(hub, first + count - 1))
        finish(saying)
    with process(kind, "hear", homes["bb"], *rest) as hearing:
        expect(hearing, "ready")
        expect(hearing, "done")
    return read(homes["aa"]), read(homes["bb"])


async def everything(hub: str, last: int) -> None:
    """Until the hub has the last event."""
    bus = await NatsBus.connect(hub, "aa")
    await bus.provision()
    subject = f"intl.v1.log.aa.1.{last}"
    while not await bus.get([subject]):
        await asyncio.sleep(0.05)
    await bus.close()


def expect(child: subprocess.Popen[str], word: str) -> None:
    assert child.stdout
    assert child.stdout.readline() == f"{word}\n"


def finish(saying: subprocess.Popen[str]) -> None:
    assert saying.stdin
    saying.stdin.write("\n")
    saying.stdin.flush()
    expect(saying, "done")


def read(home: Path) -> Times:
    """What a child noted: nanoseconds by number."""
    return {int(number): moment for number, moment in json.loads((home / "times.json").read_text()).items()}


def events(times: Times) -> Times:
    return {number: moment for number, moment in times.items() if number > 0}


def rate(began: int, heard: Times) -> float:
    """Events per second from a beginning (nanoseconds) to the end of the last commit on the other side."""
    return len(events(heard)) / (max(events(heard).values()) - began) * 1e9


def delays(said: Times, heard: Times) -> list[float]:
    """Milliseconds from commit to commit, sorted."""
    return sorted((heard[number] - moment) / 1e6 for number, moment in events(said).items())


class Bench:
    """One kind's rounds: ``results`` by measure."""

    def __init__(self, kind: str, homes: dict[str, Path], hub: HubProcess) -> None:
        self.kind, self.homes, self.hub = kind, homes, hub
        self.first = 1
        self.results: dict[str, list[float]] = {}

    def round(self) -> None:
        """Everything once."""
        said, heard = self.heard(SUSTAINED, 1, 0)
        self.note("single", rate(said[0], heard))
        self.note("behind", statistics.median(delays(said, heard)))
        before = self.hub_spent()
        said, heard = self.heard(SUSTAINED, BURST, 0)
        self.note("rate", rate(said[0], heard))
        hub = (self.hub_spent() - before) * 1e3 / SUSTAINED
        self.note("cpu", hub + (said[SPENT] - said[STARTED] + heard[SPENT] - heard[STARTED]) / 1e6 / SUSTAINED)
        self.note("cpu, all", hub + (said[SPENT] + heard[SPENT]) / 1e6 / SUSTAINED)
        _said, heard = absent(self.kind, self.homes, self.hub.url, self.first, SUSTAINED)
        self.first += SUSTAINED
        self.note("catch-up", rate(heard[0], heard))
        waits = delays(*self.heard(PACED, 1, 1 / PER_SECOND))
        self.note("p50", waits[len(waits) // 2])
        self.note("p99", waits[int(len(waits) * 0.99)])

    def heard(self, count: int, burst: int, pause: float) -> tuple[Times, Times]:
        self.first += count
        return measure(self.kind, self.homes, self.hub.url, self.first - count, count, burst, pause)

    def note(self, name: str, value: float) -> None:
        self.results.setdefault(name, []).append(value)

    def hub_spent(self) -> float:
        """Processor seconds of the hub."""
        return sum(psutil.Process(self.hub.pid).cpu_times()[:2])


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        HubProcess(Path(folder) / "hub") as one,
        HubProcess(Path(folder) / "other") as two,
    ):
        homes = {code: Path(folder) / code for code in ("aa", "bb")}
        found(homes)
        benches = [Bench("bare", homes, two), Bench("whole", homes, one)]
        for _ in range(ROUNDS):
            for bench in benches:
                bench.round()
        show(*(bench.results for bench in benches))


def found(homes: dict[str, Path]) -> None:
    """Two sections ``aa`` and ``bb`` in one International, with their keys where the children look for them."""
    for home in homes.values():
        home.mkdir()
    settings = [begin(home, code, f"sqlite:///{home / 'section.db'}") for code, home in homes.items()]
    sections = [open_notes(each) for each in settings]
    unite(sections)
    for section in sections:
        section.close()


def show(bare: dict[str, list[float]], whole: dict[str, list[float]]) -> None:
    print(f"\nfederation: medians of {ROUNDS} rounds, events of about 1.1 KB, sync_interval: always, SQLite FULL")
    print(f"{'':36}{'bare':>10}{'whole':>10}{'ratio':>10}   aim")
    for name, label, aim in (
        ("single", "sustained, one by one, events/s", "1,500"),
        ("behind", "  A to B meanwhile, p50 ms", ""),
        ("rate", f"sustained, bursts of {BURST}, events/s", "3,000"),
        ("catch-up", "catching up, events/s", "3,000"),
        ("cpu", "processor, bursts, ms an event", "1"),
        ("cpu, all", "the same, with starting A and B", ""),
        ("p50", f"A to B at {PER_SECOND}/s, p50 ms", ""),
        ("p99", f"A to B at {PER_SECOND}/s, p99 ms", ""),
    ):
        one, other = statistics.median(bare[name]), statistics.median(whole[name])
        print(f"{label:36}{one:10.2f}{other:10.2f}{other / one:10.2f}   {aim}")


if __name__ == "__main__":
    main()
