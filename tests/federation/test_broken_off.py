"""A command that was taking in a log, broken off between two portions, while the instance runs."""

import asyncio
import io

import pytest

from internationale import worker
from internationale.bundle import packing
from internationale.bundle.packing import Wanted
from internationale.bundle.unpacking import unpack
from internationale.ledger import intake
from internationale.testing import builds
from internationale.testing.founding import open_section

from .living import live, opened, restored, same, settled, until, with_hubs


def test_what_a_command_left_off_is_taken_up_by_the_instance(three, hub, say, backup, monkeypatch):
    """Its own later events, from a stick: nobody else has them, and all of them are here."""
    monkeypatch.setattr(intake, "AT_ONCE", 2)
    monkeypatch.setattr(worker, "LOOK", 0.5)
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    restore = backup(fr)
    for number in range(2, 13):
        say(fr, f"said without a hub {number}")
    later, first = (b"".join(packing.lines(fr, Wanted(sections=["fr"], since={("fr", 1): since}))) for since in (2, 1))
    again = with_hubs(restored(restore), hub.url)
    command = open_section(again.settings, builds.today())
    go_on, portions = command.ledger.go_on, []

    def broken_off(*given):
        portions.append(given)
        if len(portions) > 1:
            raise KeyboardInterrupt
        return go_on(*given)

    def bring():
        unpack(command, io.BytesIO(later), "stick")
        command.ledger.go_on = broken_off
        with pytest.raises(KeyboardInterrupt):
            unpack(command, io.BytesIO(first), "stick")

    async def story():
        await asyncio.to_thread(bring)
        await until(opened(again))
        assert (await asyncio.to_thread(say, again, "new")).sequence == 13
        await until(same(ic, again, ar))

    live(story, again, ic, ar)
    command.close()
    again.close()
