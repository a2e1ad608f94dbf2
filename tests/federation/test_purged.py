"""What a hub's operator has deleted of a section comes again: from the section, or from whoever holds it while it is away."""

import asyncio

import pytest

from internationale.bus import LOG, PART, purging
from internationale.bus.nats import NatsBus
from internationale.bus.purging import Operator
from internationale.events.nkey import Nkey
from internationale.testing import oracle
from internationale.worker import seeding
from internationale.worker.refilling import refill

from .living import live, until, with_hubs


def purge(hub, code):
    """All of its log. Returns how many messages."""

    async def deed():
        operator = Operator(hub.url, Nkey.generate())
        return await purging.purge(operator, await purging.look(operator, code, [LOG, PART], {}))

    return asyncio.run(deed())


def kept(hub, kind):
    async def read():
        bus = await NatsBus.connect(hub.url, "nobody")
        found = await bus.kept(f"intl.v1.{kind}")
        await bus.close()
        return found

    return asyncio.run(read())


@pytest.fixture
def purged(three, hub, carry, say):
    """``fr`` has said three things, one of them long, which ``ic`` holds; ``ar`` knows of nothing yet; the hub has none of it."""
    ic, fr, _ar = three
    for number in range(3):
        say(fr, str(number), parts=(b"long",) if number == 1 else ())
    carry(ic, fr)
    assert purge(hub, "fr") == 4
    assert kept(hub, "log.fr.1.*") == kept(hub, "part.fr.*") == set()
    return three


def test_while_it_is_away_another_brings_its_log_again(purged, hub, carry, monkeypatch):
    monkeypatch.setattr("internationale.worker.link.SEED_AFTER", 0.1)
    ic, fr, ar = purged

    async def story():
        await until(lambda: len(kept(hub, "seed.ic.fr.1.*")) == 3)

    live(story, with_hubs(ic, hub.url))
    carry(ic, ar)  # the long content is asked of who has it
    oracle.agree(ic, fr, ar, said=3)


def test_at_one_go_from_any_section_that_holds_it(purged, hub):
    ic, _fr, _ar = purged

    async def story():
        bus = await NatsBus.connect(hub.url, "ic")
        given = await refill(ic, bus)
        await bus.close()
        return given.seeds

    assert asyncio.run(story()) == 3
    assert kept(hub, "seed.ic.fr.1.*") == {f"{seeding.SEED}ic.fr.1.{number}" for number in (1, 2, 3)}


def test_it_sends_its_own_again_with_the_long_contents(purged, hub, carry):
    _ic, fr, ar = purged

    async def story():
        await until(lambda: len(kept(hub, "log.fr.1.*")) == 3)

    live(story, with_hubs(fr, hub.url))
    assert len(kept(hub, "part.fr.*")) == 1
    carry(ar)
    oracle.agree(fr, ar, said=3)
