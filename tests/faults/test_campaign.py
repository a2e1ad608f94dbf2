"""The campaign is complete, and a small sample of it holds. The whole is a command of its own: ``tests/faults/run``."""

import re
import subprocess
import sys
from pathlib import Path

from .__main__ import FAULTS

HERE = Path(__file__).parent
SAMPLE = (3, 13)
"""A section killed in the middle of publishing, and a hub that loses its stream."""


def test_every_fault_of_the_table_is_played() -> None:
    rows = re.findall(r"^\| (\d+) \|", (HERE / "TABLE.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted({fault.number for fault in FAULTS}) == list(map(int, rows))


def test_a_sample_holds() -> None:
    only = ",".join(map(str, SAMPLE))
    command = [sys.executable, "-m", "tests.faults", "--only", only]
    done = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    *_faults, total = done.stdout.splitlines()
    written, lost, doubled, diverged = map(int, total.split()[2:6])
    assert written > 0
    assert (lost, doubled, diverged) == (0, 0, 0)
