"""``kill -9`` of a real instance between every two steps, from the form to the bus and from the bus to the row.

None lost, none doubled: what the killed process had committed is there, what it had not is nowhere, and the next process goes on.
"""

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from internationale.testing import oracle

INSTANCE = Path(__file__).with_name("instance.py")
SAYING = [
    "before the commit",
    "in the middle of the projection",
    "after the commit",
    "before publishing",
    "in the middle of publishing",
    "after publishing, before the answer",
    "after the answer, before the cursor",
    "after the cursor has moved",
]
HEARING = [
    "after fetching, before the commit",
    "in the middle of the projection",
    "after the commit, before acknowledging",
    "after acknowledging",
]


def start(section, hub, step="never", count=0):
    settings = section.settings
    arguments = [settings.home, section.code, settings.database, hub.url, step, count]
    return subprocess.Popen([sys.executable, INSTANCE, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


@contextmanager
def running(hub, *sections, saying=0):
    """Healthy processes, for as long as the block lasts. The last one has said all it has to say when the block begins."""
    processes = [start(section, hub, "never", saying if section is sections[-1] else 0) for section in sections]
    try:
        for process in processes:
            while process.stdout.readline() not in ("done\n", ""):
                pass
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)
            process.stdout.close()
    assert [process.returncode for process in processes] == [0] * len(processes)


def wait_until(condition, *sections):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, [sorted(oracle.log(section)) for section in sections]
        time.sleep(0.05)


def killed(process):
    """Wait until it has killed itself; returns what it had said before."""
    said = [line for line in process.stdout if line.startswith("said")]
    process.stdout.close()
    assert process.wait(60) == -9
    return len(said)


@pytest.mark.parametrize("step", SAYING)
def test_killed_while_saying(three, hub, step):
    ic, fr, _ar = three
    committed = killed(start(fr, hub, step, 5))
    assert committed <= len(oracle.log(fr)) <= committed + 1
    with running(hub, ic, fr, saying=3):
        total = len(oracle.log(fr))
        wait_until(lambda: len(oracle.log(ic)) == total, ic, fr)
    oracle.agree(ic, fr, said=total)
    texts = sorted(row[2] for row in oracle.rows(ic)["notes_note"])
    assert len(texts) == total


@pytest.mark.parametrize("step", HEARING)
def test_killed_while_hearing(three, hub, step):
    ic, fr, _ar = three
    process = start(ic, hub, step)
    with running(hub, fr, saying=5):
        killed(process)
        with running(hub, ic):
            wait_until(lambda: len(oracle.log(ic)) == 5, ic, fr)
    oracle.agree(ic, fr, said=5)
