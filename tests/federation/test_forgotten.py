"""Words of our own log come from elsewhere while the section runs, and nobody here knows of them: it says nothing before it was
asked what else there is. A machine that is put back with its memory looks like that, where nobody sets its clock.
"""

import asyncio

import pytest

from internationale.bundle import forgotten, taking, witnessing
from internationale.bus import Unreachable
from internationale.bus.ending import stop
from internationale.bus.nats import NatsBus
from internationale.events import presence
from internationale.events.heads import Beside
from internationale.events.presence import Presence
from internationale.testing import carrying, oracle
from internationale.worker import Worker, link, witnesses
from internationale.worker.relay import Relay

from .living import live, opened, same, settled, until, with_hubs
from .test_reopened import reopened


@pytest.fixture(autouse=True)
def back_soon(monkeypatch):
    """Whoever is there is back at the hub within moments."""
    monkeypatch.setattr(link, "LONGEST", 1.0)


class Line:
    """The way of one section to its hubs, which can be cut."""

    def __init__(self):
        self.whole, self._there = True, []

    async def connect(self, *where, **how):
        if not self.whole:
            raise Unreachable("the line is cut")
        self._there.append(await NatsBus.connect(*where, **how))
        return self._there[-1]

    async def cut(self):
        self.whole = False
        for bus in self._there:
            await bus.close()


async def send(section, url):
    """Publish what it has said, and read nothing."""
    bus = await NatsBus.connect(url, section.code)
    await bus.provision()
    relay = Relay(section, bus, await bus.identity())
    while await relay.send():
        pass
    await relay.keep()
    await bus.close()


@pytest.mark.parametrize("read", [True, False])
def test_after_a_lost_connection_it_is_looked_for_before_anything_is_said(three, hub, say, backup, read):
    """What it said in another life went to the hub, and whoever lived it took it from there; or had not read it back yet: then
    the hub brings it while it is looked, and it is no other instance's.
    """
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    restore, line = backup(fr), Line()

    async def story():
        errands = Worker(fr, line.connect)
        await errands.begin()
        running = asyncio.create_task(errands.run())
        await until(opened(fr))
        await line.cut()
        await asyncio.to_thread(lived, restore(), ic, ar)
        closings = fr.gate.closings
        line.whole = True
        await until(lambda: fr.gate.closings > closings)
        async with asyncio.TaskGroup() as others:
            tasks = [others.create_task(run(each)) for each in (ic, ar)]
            await until(opened(fr))
            assert (await asyncio.to_thread(say, fr, "four")).sequence == 4
            await until(same(ic, fr, ar))
            for task in tasks:
                task.cancel()
        await stop([running])

    async def run(section):
        errands = Worker(section)
        await errands.begin()
        await errands.run()

    def lived(later, *others):
        later.unfence()
        for text in ("two", "three"):
            say(later, text)
        if read:
            carrying.carry(hub.url, later, *others)
        else:
            asyncio.run(send(later, hub.url))
        later.close()

    asyncio.run(story())
    oracle.agree(ic, fr, ar, said=4)


def test_what_others_hold_of_it_is_no_gap_like_any_other(three, hub, say, backup):
    """The hub never had it, and the connection was never lost."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    later = backup(fr)()
    for text in ("two", "three"):
        say(later, text)

    async def story():
        await until(lambda: all(opened(each)() for each in (ic, fr, ar)))
        closings = fr.gate.closings
        await asyncio.to_thread(carrying.hand_on, later, ic)
        await until(lambda: fr.gate.closings > closings)
        await until(opened(fr))
        assert (await asyncio.to_thread(say, fr, "four")).sequence == 4
        await until(same(ic, fr, ar))

    live(story, ic, fr, ar)
    oracle.agree(ic, fr, ar, said=4)
    later.close()


@pytest.mark.parametrize("anew", [False, True])
def test_what_others_hold_of_a_log_that_was_begun_anew_is_forgotten_too(three, say, backup, anew):
    """And what stands against a number that is here is another matter, in either."""
    ic, fr, ar = three
    say(fr, "one")
    carrying.hand_on(*three)
    if anew:
        reopened(fr, ic, ar)
    later = backup(fr)()
    lost = [say(later, text) for text in ("two", "three")]
    brought = [each for each in carrying.said(later) if not each.subject.endswith(".fr.1.1")]
    later.close()
    for some in (brought, brought[1:]):
        assert forgotten.beyond(fr, some)
    rival = say(fr, "another two")
    assert (rival.epoch, rival.sequence) == (lost[0].epoch, lost[0].sequence)
    assert not forgotten.beyond(fr, brought)


def test_a_hub_that_keeps_back_what_goes_with_an_answer_has_the_answer_not_count(before_a_hole, say, monkeypatch):
    """It has made the hole itself, and so only what stands behind that shows how far the log goes."""
    again, ic, ar, second = before_a_hole
    ask, kept_back = NatsBus.ask, []

    async def without(self, code, question, *how, **more):
        answer = await ask(self, code, question, *how, **more)
        kept_back.extend(one for one in answer if one.subject.startswith("intl.v1.log.fr."))
        return [one for one in answer if one not in kept_back]

    async def story():
        await until(lambda: len(kept_back) > 4)
        assert (again.gate.inquiry.heard, again.fenced is None) == (set(), False)
        monkeypatch.undo()
        await asyncio.to_thread(ic.accept, [second])
        await until(opened(again))
        assert (await asyncio.to_thread(say, again, "five")).sequence == 5

    monkeypatch.setattr(NatsBus, "ask", without)
    live(story, again, ic, ar)


def test_nor_does_a_presence_without_what_goes_with_it(three, say):
    ic, fr, _ar = three
    said = [say(fr, text) for text in ("one", "two")]
    question = fr.gate.inquiry
    question.begin()
    for number, brought, met in ((2, (), {"ic"}), (3, (), set()), (3, {Beside(1, 3)}, {"ic"})):
        question.met.clear()
        here = Presence(section="ic", asked=question.question, beside=Beside(1, number))
        taking.meet(fr, [presence.seal(here, ic.key)], brought)
        assert question.met == met
    assert len(said) == 2


def test_what_goes_with_an_answer_is_signed(three, say):
    ic, fr, _ar = three
    say(fr, "one")
    say(fr, "two")
    ic.accept(carrying.said(fr)[1:])
    answer = witnessing.answer(ic, "fr", "ab" * 32)
    assert taking.queries.read_heads(answer.heads.body).beside == Beside(1, 2)
    assert forgotten.places(fr, [answer.beside]) == {Beside(1, 2)}
    ic.fence(witnesses.ASKS)
    there = witnessing.attend(ic, "fr", "ab" * 32)
    with fr.reading() as session:
        assert presence.verify(there.presence, fr.keyring(session)).beside == Beside(1, 2)
