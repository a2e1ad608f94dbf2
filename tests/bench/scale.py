"""Many sections on one hub: what joining and an event cost as the International grows. Simulated: all in this process, one after
the other, each with its own database and connection, by the worker's own steps.

*Joining*: what the last section spends on verifying the whole chain, in which each section was admitted in a version of its own.
*Following*: what each of the others spends on that new version. *A delivery*: one event, said by one section and taken in by
another, with the signed heads that follow from it: everybody's, so that their part grows with the sections, and should stay
small. Events that come together are followed by one word of each section, as when the worker says heads now and then.

A section takes seven open files here: where a process may not open 1,500, two hundred sections cannot be simulated.
"""

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from internationale.bundle import taking
from internationale.bus import Bus
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.events.keys import SigningKey
from internationale.kit import Utterance
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.testing import notes
from internationale.testing.builds import today
from internationale.testing.carrying import settle
from internationale.testing.founding import admit, begin, open_section, unite
from internationale.testing.people import speaker

SIZES = (10, 50, 200)
EVENTS, SPEAKERS = 200, 5
TEXT = "The emancipation of the working classes must be conquered by the working classes themselves. " * 6


def spent(work: Callable[[], object]) -> float:
    """Processor seconds."""
    began = time.process_time()
    work()
    return time.process_time() - began


def say(section: Section, count: int) -> None:
    me = speaker(section)
    for number in range(count):
        with section.writing() as session:
            section.publish(session, Utterance(notes.Written(text=f"{number} {TEXT}")), by=me)


def founded(folder: Path, size: int) -> list[Section]:
    sections = []
    for number in range(size):
        home = folder / f"s{number:03}"
        home.mkdir()
        sections.append(open_section(begin(home, home.name, f"sqlite:///{home / 'section.db'}"), today()))
    return sections


def joined(sections: Sequence[Section]) -> tuple[float, float]:
    """Processor seconds of the last section for joining, and of each of the others for following."""
    *others, last = sections
    root = SigningKey.generate()
    unite(others, root)
    gc.freeze()  # see below
    joining = spent(lambda: admit(others[0], last, root))
    with last.reading() as session:
        (version,) = queries.chain(session, len(sections) - 1)
    following = spent(lambda: [taking.follow(section, [version]) for section in others[1:]])
    others[0].roster_changed()
    return joining, following / max(1, len(others) - 1)


async def carried(url: str, sections: Sequence[Section]) -> tuple[float, float]:
    """Processor and clock seconds until everybody has what was said."""
    pairs: list[tuple[Section, Bus]] = []
    for section in sections:
        bus = await NatsBus.connect(url, section.code)
        await bus.provision()
        pairs.append((section, bus))
    try:
        await settle(pairs)
        gc.freeze()  # a real process holds one section, and its collector does not look through all the others
        for section in sections[:SPEAKERS]:
            say(section, EVENTS // SPEAKERS)
        began, clock = time.process_time(), time.monotonic()
        await settle(pairs)
        return time.process_time() - began, time.monotonic() - clock
    finally:
        for _section, bus in pairs:
            await bus.close()


def measure(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder, HubProcess(Path(folder) / "hub") as hub:
        sections = founded(Path(folder), size)
        joining, following = joined(sections)
        carrying, waited = asyncio.run(carried(hub.url, sections))
        memory = psutil.Process().memory_info().rss / 2**20
        for section in sections:
            with section.reading() as session:
                assert section.ledger.head(session, "s000").sequence == EVENTS // SPEAKERS
            section.close()
    gc.unfreeze()
    costs = (joining * 1e3, following * 1e3, carrying / EVENTS * 1e3, carrying / EVENTS / (size - 1) * 1e6, waited, memory / size)
    print(f"{size:10}" + "".join(f"{cost:16.1f}" for cost in costs), flush=True)


def main() -> None:
    print(f"\nscale: {EVENTS} events said by {SPEAKERS} sections, one by one, to all the others over one hub; processor time")
    columns = ("joining, ms", "following, ms", "an event, ms", "a delivery, us", "all of it, s", "MiB each")
    print(f"{'sections':>10}" + "".join(f"{column:>16}" for column in columns))
    for size in [int(word) for word in sys.argv[1:]] or SIZES:
        measure(size)


if __name__ == "__main__":
    main()
