"""A member that leaves very many names under its own: what others look for is found as soon and as surely; with a real server."""

import asyncio
import time

import nats
import pytest

from internationale.bus.nats import NatsBus
from internationale.worker import fence, ladder, proofs, rosters, seeding

from .living import with_hubs
from .test_ladder import connected, gap, settle

COUNT, LENGTH = 19_000, 900
"""So many names of such a length are more than any answer of a server that is read."""


async def flood(hub, section, beginning):
    client = await nats.connect(hub.url, nkeys_seed_str=section.nkey.seed, inbox_prefix=f"_INBOX_{section.code}")
    context = client.jetstream(timeout=30)
    for first in range(0, COUNT, 1000):
        await asyncio.gather(*(context.publish(f"{beginning}{number:0>{LENGTH}}", b"x") for number in range(first, first + 1000)))
    await client.close()


def version(section):
    with section.reading() as session:
        return rosters.queries.latest_number(session)


@pytest.fixture
def buses(three, closed):
    """``ic``, ``fr`` (who floods) and ``ar``, and a function that signs one of them in."""
    sections = [with_hubs(section, closed.url) for section in three]
    closed.let_in(*sections)

    async def sign_in(section):
        return await NatsBus.connect(closed.url, section.code, nkey=section.nkey)

    return (*sections, sign_in)


def test_rosters_under_a_flood_of_names(buses, closed):
    """The list of all is left out, and nobody needs it: what was carried before is found, and is not carried again."""
    ic, fr, ar, sign_in = buses

    async def story():
        bus, other = await sign_in(ic), await sign_in(ar)
        assert await rosters.carry(ic, bus, rosters.Seen()) == version(ic)
        await flood(closed, fr, "intl.v1.roster.fr.")
        assert await bus.kept("intl.v1.roster.*.*") == set()
        assert await rosters.carry(ar, other, rosters.Seen()) == 0
        began = time.monotonic()
        assert await fence.newest(ar)
        assert await fence.look(ar, other) is None
        assert time.monotonic() - began < 2
        for each in (bus, other):
            await each.close()

    asyncio.run(story())


def test_proofs_under_a_flood_of_names(buses, closed):
    """What another brings is looked at, wherever the list of all is left out."""
    ic, fr, ar, sign_in = buses
    name = f"intl.v1.proof.ic.fr.1.1-{'0' * 16}"

    async def story():
        bus, other = await sign_in(ic), await sign_in(ar)
        await bus.publish([proofs.Parcel(name, b"x", "k.1")])
        await flood(closed, fr, "intl.v1.proof.fr.ar.1.")
        assert await bus.kept("intl.v1.proof.*.*.*.*") == set()
        seen = proofs.Seen()
        assert await proofs.look(ar, other, seen) == 1
        assert await proofs.look(ar, other, seen) == 0
        before = seen.asked
        assert await proofs.look(ar, other, seen) == 0
        assert seen.asked == before, "what takes long is asked for rarely"
        for each in (bus, other):
            await each.close()

    asyncio.run(story())


def test_seeds_under_a_flood_of_names(buses, closed, say):
    """A third section's seed of what is nowhere else fills the gap, and is not said again."""
    ic, fr, ar, sign_in = buses
    _elsewhere, pairs = connected(ic, fr, answering=False)
    say(fr, "one")
    asyncio.run(settle(pairs))

    async def story():
        bus, other = await sign_in(ic), await sign_in(ar)
        assert await seeding.seed(ic, bus, always=True) == 1
        await flood(closed, fr, "intl.v1.seed.fr.fr.1.")
        assert await bus.kept("intl.v1.seed.*.fr.1.*") == set()
        assert await seeding.seed(ic, bus, always=True) == 0
        assert await ladder.fill(ar, other, gap(1)) == 1
        for each in (bus, other):
            await each.close()

    asyncio.run(story())
