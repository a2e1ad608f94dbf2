"""Making all rows again from a long log, and proving the log: events per second, and whether memory stays flat.

``tests/bench/run replay`` takes 100,000 events; ``python tests/bench/replay.py 1000000`` as many as are asked for.
"""

import logging
import sys
import tempfile
import time
from pathlib import Path

import psutil

from internationale.kit import Utterance
from internationale.ledger import replaying
from internationale.section import Section
from internationale.testing import notes, oracle
from internationale.testing.builds import today
from internationale.testing.founding import begin, open_section, unite
from internationale.testing.people import speaker

EVENTS, BURST = int(sys.argv[1]) if sys.argv[1:] else 100_000, 500
TEXT = "The emancipation of the working classes must be conquered by the working classes themselves. " * 6


def resident() -> float:
    """Resident memory of this process, MiB."""
    return psutil.Process().memory_info().rss / 2**20


class Tenths(logging.Handler):
    """Prints for each tenth of a replay what an event of it cost (in the first: with emptying the tables), and the memory."""

    def __init__(self) -> None:
        super().__init__()
        self._done, self._spent = 0, time.process_time()

    def emit(self, record: logging.LogRecord) -> None:
        done, everything = record.args["done"], record.args["all"]
        if done * 10 // everything > self._done * 10 // everything:
            spent = time.process_time()
            cost = (spent - self._spent) * 1e6 / (done - self._done)
            print(f"{f'  up to {done}: µs of processor each, MiB':44}{cost:10.1f}{resident():10.1f}", flush=True)
            self._done, self._spent = done, spent


def fill(section: Section, count: int) -> float:
    """Say so many notes; returns the seconds that it took."""
    me = speaker(section)
    began = time.monotonic()
    for first in range(0, count, BURST):
        said = [Utterance(notes.Written(text=f"{number} {TEXT}")) for number in range(first, first + BURST)]
        with section.writing() as session:
            section.publish(session, *said, by=me)
    return time.monotonic() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        section = open_section(begin(home, "aa", f"sqlite:///{home / 'section.db'}"), today())
        unite([section])
        print(f"\nreplay: {EVENTS} events of about 1.1 KB, SQLite FULL")
        print(f"{'saying, bursts of ' + str(BURST) + ', events/s':44}{EVENTS / fill(section, EVENTS):10.0f}", flush=True)
        before, began, spent = resident(), time.monotonic(), time.process_time()
        logging.getLogger(replaying.__name__).addHandler(Tenths())
        logging.getLogger(replaying.__name__).setLevel(logging.INFO)
        with section.writing() as session:
            section.ledger.replay_all(session, section.now())
        print(f"{'replaying all rows, events/s':44}{EVENTS / (time.monotonic() - began):10.0f}")
        print(f"{'µs of processor each, in all':44}{(time.process_time() - spent) * 1e6 / EVENTS:10.1f}")
        print(f"{'resident before and after, MiB':44}{before:10.1f}{resident():10.1f}")
        began, spent = time.monotonic(), time.process_time()
        oracle.verify(section)
        print(f"{'verifying chain and signatures, events/s':44}{EVENTS / (time.monotonic() - began):10.0f}")
        print(f"{'µs of processor each':44}{(time.process_time() - spent) * 1e6 / EVENTS:10.1f}")
        print(f"{'resident after, MiB':44}{resident():10.1f}")
        began = time.monotonic()
        section.prepare()
        print(f"{'a start with nothing to make anew, ms':44}{(time.monotonic() - began) * 1000:10.1f}")
        section.close()


if __name__ == "__main__":
    main()
