"""Sections in virtual time. Their databases are SQLite files of the simulation's own, so these tests run once, not once for each
database: what is proved here is the protocol between sections.
"""

import os

import pytest

from internationale.testing.databases import DATABASE

collect_ignore_glob = ["test_*.py"] if os.environ.get(DATABASE) else []


@pytest.fixture
def make(tmp_path):
    """``make("ic", "fr", hubs=2)``: a world, started, and able to write."""
    from internationale.testing.world import World

    worlds = []

    def build(*codes, start=True, **options):
        worlds.append(World(tmp_path / f"world-{len(worlds)}", *codes, **options))
        if start:
            worlds[-1].start()
            worlds[-1].until(lambda: worlds[-1].open, what="the fence's opening")
        return worlds[-1]

    yield build
    for world in worlds:
        world.close()


@pytest.fixture
def world(make):
    """``ic``, ``fr`` and ``ar`` over one hub."""
    return make("ic", "fr", "ar")
