"""Sections that write notes, with real databases: what is stored of a mutant must be storable everywhere."""

import os

import pytest

from internationale.testing.builds import today
from internationale.testing.databases import DATABASE

collect_ignore_glob = ["test_fuzz_[def]*.py"] if os.environ.get(DATABASE) else []  # the others' rules are pure: once is enough


@pytest.fixture
def pair(federation):
    """``ic`` and ``fr``, who write notes."""

    return federation("ic", "fr", plugins=today())
