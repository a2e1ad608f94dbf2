"""Words of our own log come from elsewhere while the section runs, and nobody here knows of them: it says nothing before it was
asked what else there is. A machine that is put back with its memory looks like that, where nobody sets its clock.
"""

import asyncio
import io
import json
from dataclasses import replace

import pytest

from internationale.bundle import forgotten, taking, unpacking, witnessing
from internationale.bundle.packing import Wanted, lines
from internationale.bundle.unpacking import unpack
from internationale.bus import Unreachable
from internationale.bus.ending import stop
from internationale.bus.nats import NatsBus
from internationale.events import heads, presence
from internationale.events.heads import Beside, Head, Heads
from internationale.events.presence import Presence
from internationale.events.roster import LastGood
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


def test_what_it_has_forgotten_of_an_epoch_that_was_closed_since_it_has_forgotten_too(three, say, backup, monkeypatch):
    """Put back to before its log was begun anew, it hears of that first, and of what it said before and after."""
    ic, fr, ar = three
    say(fr, "one")
    restore = backup(fr)
    say(fr, "two")
    carrying.hand_on(*three)
    reopened(fr, ic, ar)
    say(fr, "anew")
    carrying.hand_on(*three)
    bundle = b"".join(lines(ic, Wanted()))
    monkeypatch.setattr(unpacking, "BATCH", 1)
    again, silent = restore(), []
    unpack(again, io.BytesIO(bundle), "file", lambda done, _all: silent.append(again.fenced is not None) if done else None)
    assert silent == [False, True, True]  # the first is here
    assert oracle.log(again) == oracle.log(ic)
    again.close()


def kept_back(answer):
    return [one for one in answer if not own(one)]


def garbled(answer):
    return [replace(one, body=b"{}") if own(one) else one for one in answer]


def own(parcel):
    return parcel.subject.startswith("intl.v1.log.fr.")


@pytest.mark.parametrize(("asker", "brings"), [("fr", kept_back), ("fr", garbled), ("zz", list)])
def test_a_hub_that_spoils_what_goes_with_an_answer_has_the_answer_not_count(before_a_hole, say, monkeypatch, asker, brings):
    """It has made the hole itself, and so only what stands behind that shows how far the log goes. It keeps that back, or puts
    something else in its place; or it asks in another's name, with whose answer nothing goes.
    """
    again, ic, ar, second = before_a_hole
    ask, spoiled = NatsBus.ask, []

    async def asked(self, code, question, *how, **more):
        plain = json.loads(question)
        if not plain.get("asked"):
            return kept_back(await ask(self, code, question, *how, **more))
        answer = await ask(self, code, json.dumps(plain | {"section": asker}).encode(), *how, **more)
        spoiled.extend(answer)
        return brings(answer)

    async def story():
        await until(lambda: len(spoiled) > 8)
        assert (again.gate.inquiry.heard, again.fenced is None) == (set(), False)
        monkeypatch.undo()
        await asyncio.to_thread(ic.accept, [second])
        await until(opened(again))
        assert (await asyncio.to_thread(say, again, "five")).sequence == 5

    monkeypatch.setattr(NatsBus, "ask", asked)
    live(story, again, ic, ar)


@pytest.fixture
def answers(three, say, backup):
    """``answers(to=…, beside=…, beside_hash=…)``: whether ``ic`` is heard, and met, that answers ``fr`` so. And the hashes of the
    four that ``fr`` has said: it was put back to the second, the third is not here, and the fourth is parked.
    """
    ic, fr, _ar = three
    for text in ("one", "two"):
        say(fr, text)
    restore = backup(fr)
    for text in ("three", "four"):
        say(fr, text)
    said, again = carrying.said(fr), restore()
    assert again.accept(said[3:]) == ["parked"]
    again.fence(witnesses.ASKS)
    asks = again.gate.inquiry

    def counted(**named):
        asks.begin()
        named["asked"] = asks.question
        with again.reading() as session:
            roster = taking.queries.latest_number(session)
        word = Heads(section="ic", time=ic.now(), roster=roster, heads={"fr": Head(1, 2, said[1].signed.hash)}, **named)
        taking.hear(again, [heads.seal(word, ic.key)])
        taking.meet(again, [presence.seal(Presence(section="ic", **named), ic.key)])
        return asks.heard == {"ic"}, asks.met == {"ic"}

    yield counted, [each.signed.hash for each in said]
    again.close()


def test_an_answer_counts_when_what_goes_with_it_is_here(answers):
    counted, hashes = answers
    for number, hash in enumerate(hashes, 1):
        assert counted(to="fr", beside=Beside(1, number), beside_hash=hash) == (number != 3, number != 3)
        assert counted(to="fr", beside=Beside(1, number), beside_hash="ab" * 32) == (False, False)


def test_an_answer_counts_for_who_has_asked(answers):
    counted, _hashes = answers
    assert [counted(to=code) for code in ("fr", "ar", "zz")] == [(True, True), (False, False), (False, False)]


def test_an_answer_of_an_older_build_counts_when_our_log_comes_as_far(answers):
    """It names neither who has asked nor what goes with it but by its number."""
    counted, _hashes = answers
    assert [counted(beside=Beside(1, number)) for number in (3, 4, 5)] == [(True, True), (True, True), (False, False)]
    assert counted() == (True, True)


def test_what_goes_with_an_answer_is_signed(three, say):
    ic, fr, _ar = three
    say(fr, "one")
    say(fr, "two")
    second = carrying.said(fr)[1]
    ic.accept([second])
    answer = witnessing.answer(ic, "fr", "ab" * 32)
    ic.fence(witnesses.ASKS)
    there = witnessing.attend(ic, "fr", "ab" * 32)
    with fr.reading() as session:
        told = [taking.queries.read_heads(answer.heads.body), presence.verify(there.presence, fr.keyring(session))]
    assert [(word.to, word.beside, word.beside_hash) for word in told] == [("fr", Beside(1, 2), second.signed.hash)] * 2
    assert [each.beside.signed for each in (answer, there)] == [second.signed] * 2


@pytest.mark.parametrize("asker", ["international", "public", "fr\n", "12"])
def test_what_is_no_section_gets_no_answer(three, asker):
    assert witnessing.reply(three[0], asker, "ab" * 32) is None


@pytest.mark.parametrize(("last", "parked"), [(1, None), (3, (1, 3)), (4, (1, 3))])
def test_what_is_left_over_of_a_closed_epoch_is_not_the_furthest(three, say, last, parked):
    """Nor does it go with heads, where it is beyond the ``last`` number that the list lets count."""
    ic, fr, ar = three
    for text in ("one", "two", "three", "four"):
        say(fr, text)
    said = carrying.said(fr)
    assert ic.accept([said[0], said[2]]) == ["applied", "parked"]
    reopened(fr, ic, ar, good=LastGood(epoch=1, sequence=last, hash=said[last - 1].signed.hash))
    answer = witnessing.answer(ic, "fr", "ab" * 32)
    assert taking.queries.read_heads(answer.heads.body).beside == parked
    say(fr, "anew")
    assert ic.accept(carrying.said(fr)) == ["applied"]
    ic.fence(witnesses.ASKS)
    there = witnessing.attend(ic, "fr", "ab" * 32)
    assert there.beside.subject == "intl.v1.log.fr.2.1"
    with fr.reading() as session:
        assert presence.verify(there.presence, fr.keyring(session)).beside == Beside(2, 1)


def test_of_a_log_in_force_what_is_parked_is_the_furthest(three, say):
    ic, fr, _ar = three
    for text in ("one", "two", "three"):
        say(fr, text)
    said = carrying.said(fr)
    assert ic.accept([said[0], said[2]]) == ["applied", "parked"]
    ic.fence(witnesses.ASKS)
    assert witnessing.attend(ic, "fr", "ab" * 32).beside.signed == said[2].signed
