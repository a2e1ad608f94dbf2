"""A hub that tells of very many names: they are asked for now and then, and only so many are looked at; in virtual time."""

import asyncio

from internationale.bus import ROSTER, Batch, Parcel
from internationale.rooms.roster import queries
from internationale.testing.memory import MemoryBus, MemoryHub
from internationale.testing.virtual import VirtualLoop
from internationale.worker import branches, rosters
from internationale.worker.branches import Branches

MANY = 9_000


class Telling(MemoryBus):
    """Names very many rosters of whatever version it is asked for, and brings an old one again and again."""

    listed = looked = 0
    bringing = "intl.v1.roster.1.ab"

    async def kept(self, pattern):
        self.listed += "*" in pattern
        return {pattern.replace("*", f"{number:x}") for number in range(MANY)}

    async def get(self, subjects):
        self.looked += len(subjects)
        return {}

    async def receive(self, stream, limit, wait):
        assert stream == ROSTER

        async def done():
            pass

        return Batch([Parcel(self.bringing, b"x")], done)


def told(story):
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story)


def test_what_is_not_worth_a_look_makes_nobody_look(three):
    async def story():
        bus, seen = Telling(MemoryHub(), "fr"), rosters.Seen()
        for _ in range(10):
            assert await rosters.follow(three[1], bus, 0, seen) == 0
        assert (bus.listed, bus.looked) == (0, 0)
        bus.bringing = "intl.v1.roster.ic.v999"
        for _ in range(10):
            assert await rosters.follow(three[1], bus, 0, seen) == 0
        assert bus.listed == 2
        assert bus.looked <= rosters.LOOKED + 3

    told(story())


def test_very_many_names_are_asked_for_again_after_a_while_and_others_looked_at_then(three):
    async def story():
        bus, seen = Telling(MemoryHub(), "fr"), rosters.Seen()
        await bus.provision()
        for _ in range(10):
            await rosters.catch_up(three[1], bus, seen)
        assert (bus.listed, bus.looked) == (2, rosters.LOOKED)
        await asyncio.sleep(2 * MANY / rosters.SLOWLY)
        await rosters.catch_up(three[1], bus, seen)
        assert (bus.listed, bus.looked) == (4, 2 * rosters.LOOKED)
        assert len(seen.after) == 2 * rosters.LOOKED
        before, bus.looked = bus.listed, 0
        for _ in range(10):
            await rosters.carry(three[1], bus, seen)
        with three[1].reading() as session:
            assert bus.listed == before + 2 * queries.latest_number(session)

    told(story())


def test_who_asks_once_asks_for_what_the_members_carry_by_name(three):
    """No list can be so long that it hides them."""
    with three[0].reading() as session:
        number = queries.latest_number(session)

    class Named(Telling):
        asked: list[str]

        async def kept(self, pattern):
            return set()

        async def get(self, subjects):
            self.asked += subjects
            return {}

    async def story():
        bus = Named(MemoryHub(), "fr")
        bus.asked = []
        await rosters.catch_up(three[1], bus)
        assert {f"intl.v1.roster.{code}.v{number + 1}" for code in ("ic", "fr", "ar")} <= set(bus.asked)

    told(story())


def test_those_whom_nobody_knows_take_nobodys_place(monkeypatch):
    monkeypatch.setattr(branches, "WAITING", 5)
    names = Branches(lambda name: name.partition(".")[0])
    names.add([*(f"a{number}.x" for number in range(20)), *(f"fr.{number}" for number in range(20))])
    taken = [names.take(2, ["fr"]) for _ in range(4)]
    assert [sorted(name for name in some if name.startswith("fr")) for some in taken] == [
        ["fr.0", "fr.1"],
        ["fr.10", "fr.11"],
        ["fr.12"],
        [],
    ]
    assert [len([name for name in some if name.startswith("a")]) for some in taken] == [2, 2, 1, 0]
