"""Many sections on one hub: what an event costs as the International grows. Simulated: all in this process, one after the other,
each with its own database and connection, by the worker's own steps.

*Founding*: each section admitted in a version of its own, the whole chain verified by each. *An event*: said by one, taken in by
all the others, with the signed heads that follow from it. Per delivery (one event at one section) the cost should stay flat.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from internationale.bus import Bus
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.kit import Reader, Utterance
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing import notes
from internationale.testing.carrying import settle
from internationale.testing.founding import begin, open_section, unite

SIZES = (10, 50, 200)
EVENTS, SPEAKERS = 200, 5
TEXT = "The emancipation of the working classes must be conquered by the working classes themselves. " * 6


def say(section: Section, count: int) -> None:
    me = Reader(id="x", capabilities={each.name: frozenset({None}) for each in section.capabilities})
    for number in range(count):
        with section.writing() as session:
            section.publish(session, Utterance(notes.Written(text=f"{number} {TEXT}")), by=me)


async def carried(url: str, sections: Sequence[Section], count: int) -> tuple[float, float]:
    """Processor and clock seconds until everybody has what was said."""
    pairs: list[tuple[Section, Bus]] = []
    for section in sections:
        bus = await NatsBus.connect(url, section.code)
        await bus.provision()
        pairs.append((section, bus))
    try:
        await settle(pairs)
        for section in sections[:SPEAKERS]:
            say(section, count // SPEAKERS)
        began, clock = time.process_time(), time.monotonic()
        await settle(pairs)
        return time.process_time() - began, time.monotonic() - clock
    finally:
        for _section, bus in pairs:
            await bus.close()


def measure(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder, HubProcess(Path(folder) / "hub") as hub:
        sections = []
        for number in range(size):
            home = Path(folder) / f"s{number:03}"
            home.mkdir()
            sections.append(open_section(begin(home, home.name, f"sqlite:///{home / 'section.db'}"), Plugins([("notes", notes)])))
        began = time.process_time()
        unite(sections)
        founding = time.process_time() - began
        spent, waited = asyncio.run(carried(hub.url, sections, EVENTS))
        for section in sections:
            with section.reading() as session:
                assert section.ledger.head(session, "s000").sequence == EVENTS // SPEAKERS
            section.close()
        deliveries = EVENTS * (size - 1)
        print(
            f"{size:10}{founding / size * 1000:16.1f}{spent / EVENTS * 1000:16.1f}{spent / deliveries * 1e6:18.0f}{waited:14.1f}"
        )


def main() -> None:
    print(f"\nscale: {EVENTS} events said by {SPEAKERS} sections, one by one, to all the others over one hub")
    print(f"{'sections':>10}{'joining, ms':>16}{'an event, ms':>16}{'a delivery, us':>18}{'all of it, s':>14}")
    for size in [int(word) for word in sys.argv[1:]] or SIZES:
        measure(size)


if __name__ == "__main__":
    main()
