"""Each of the fifty faults has a test that bears its number, and the table names it."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
TABLE = (TESTS / "faults" / "TABLE.md").read_text(encoding="utf-8")
WRITTEN = "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))


@pytest.mark.parametrize("number", range(1, 51))
def test_every_fault_has_a_named_test(number):
    row = re.search(rf"^\| {number} \|.*$", TABLE, re.MULTILINE)
    assert row is not None, "the table has no such row"
    named = set(re.findall(rf"`(test_fault_{number:02}_\w+)`", row[0]))
    assert named, "no test is named"
    assert named <= set(re.findall(r"^def (test_fault_\w+)", WRITTEN, re.MULTILINE))
