"""Without any hub, or where it brings no answers, the sections ask each other over HTTPS; when they may speak then."""

import asyncio
from dataclasses import replace

import pytest

from internationale import worker
from internationale.bundle import witnessing
from internationale.bus import Batch
from internationale.bus.ending import stop
from internationale.bus.nats import NatsBus
from internationale.events import heads, request
from internationale.events.heads import Head, Heads
from internationale.ledger import patience, reasons
from internationale.ledger.reasons import WORDS, Lasting
from internationale.rooms.roster import port
from internationale.testing import builds, carrying, oracle
from internationale.worker import claims, direct, fence, witnesses

from .living import until


@pytest.fixture
def alone(monkeypatch):
    """``alone(section, condition)``: the section runs, and no hub can be reached, until the condition holds."""
    monkeypatch.setattr(worker, "ALONE", 0.2)

    def run(section, condition):
        async def story():
            async with worker.running(section):
                await until(condition)

        section.settings = replace(section.settings, hubs=("nats://127.0.0.1:1",))
        asyncio.run(story())

    return run


def test_without_any_hub_the_sections_ask_each_other(pair, say, alone):
    fr, ar = pair
    for number in range(request.AT_ONCE + 5):
        say(fr, str(number))
    assert asyncio.run(direct.hear(ar)) == direct.Heard(("fr",), request.AT_ONCE + 5)
    assert asyncio.run(direct.hear(ar)).came == 0
    oracle.agree(fr, ar, said=request.AT_ONCE + 5)
    silent = []
    alone(ar, lambda: silent.append(ar.fenced) or ar.fenced is None)
    assert silent[0] == fence.NO_ANSWER


def test_without_any_hub_and_restored_a_word_of_now_is_needed(pair, say, alone):
    """Not one of before, that stands in the very database; nor one of somebody who may have forgotten something as well."""
    fr, ar = pair
    say(ar, "one")
    carrying.hand_on(ar, fr)
    with ar.writing() as session:
        assert port.store_heads(session, witnessing.sign(fr, again=True), ar.now())
    ar.fence(WORDS[Lasting.RESTORED], Lasting.RESTORED)
    fr.fence(WORDS[Lasting.RESTORED], Lasting.RESTORED)
    alone(ar, lambda: ar.fenced == witnesses.WAITS % {"heard": 0, "needed": 1})
    fr.unfence()
    alone(ar, lambda: ar.fenced is None)


def test_who_has_nobody_to_ask_and_was_restored_is_told_so_and_waits_for_the_hosts_word(federation, say):
    """Whom it has let in since that copy, it has forgotten."""
    (ic,) = federation("ic", plugins=builds.today())
    say(ic, "one")
    ic.fence(WORDS[Lasting.RESTORED], Lasting.RESTORED)
    told = witnesses.ALONE % {"command": f"internationale --home {ic.settings.home} fence open"}

    async def story():
        assert await fence.clear(ic) == told
        async with worker.running(ic):
            await until(lambda: ic.fenced == told)
            await asyncio.to_thread(ic.gate.give_word)
            await until(lambda: ic.fenced is None)
        assert await fence.clear(ic) is None

    asyncio.run(story())


def test_who_sends_its_log_and_no_answer_shortens_no_waiting(pair, say):
    """It is silent itself, and may have forgotten the same."""
    fr, ar = pair
    say(fr, "one")
    moment = [1000.0]
    waiting = ar.gate.inquiry.patience
    waiting._clock = lambda: moment[0]
    ar.gate.inquiry.begin()
    fr.fence(WORDS[Lasting.RESTORED], Lasting.RESTORED)
    assert asyncio.run(direct.hear(ar)) == direct.Heard(("fr",), 1)
    moment[0] += patience.GRACE.total_seconds() * 1.5
    assert (ar.gate.inquiry.heard, waiting.lasts) == (set(), True)
    fr.unfence()
    assert asyncio.run(direct.hear(ar)).answered == ("fr",)
    moment[0] += patience.GRACE.total_seconds() * 1.5
    assert (ar.gate.inquiry.heard, waiting.lasts) == ({"fr"}, False)


def test_without_any_hub_it_is_told_who_has_signed_to_hold_more(pair, say, alone):
    """The host's word counts for the next time, too: whoever lies silences nobody twice."""
    fr, ar = pair
    say(ar, "one")
    carrying.hand_on(ar, fr)
    lie = heads.seal(Heads(section="fr", time=fr.now(), roster=1, heads={"ar": Head(1, 999, "ab" * 32)}), fr.key)
    with ar.writing() as session:
        assert port.store_heads(session, lie, ar.now())
    alone(ar, lambda: ar.fenced == claims.BEHIND % {"theirs": 999, "ours": 1, "who": (f"{fr.name} (fr)",)})
    with ar.reading() as session:
        claimants = reasons.claimants(session.connection(), disbelieved=False)
    assert claimants == ("fr",)
    ar.gate.give_word(claimants)
    assert ar.gate.take_word()
    alone(ar, lambda: ar.fenced is None)


def test_without_any_hub_what_others_hold_behind_a_hole_is_told(pair, say, backup, alone):
    """Number 2 was lost on the way: their heads do not tell of the later ones, but our signature under these does."""
    fr, ar = pair
    say(ar, "one")
    carrying.hand_on(ar, fr)
    restore = backup(ar)
    for text in ("two", "three", "four"):
        say(ar, text)
    assert fr.accept(carrying.said(ar)[2:]) == ["parked", "parked"]
    again = restore()
    again.fence(WORDS[Lasting.RESTORED], Lasting.RESTORED)
    alone(again, lambda: again.fenced == claims.BEHIND % {"theirs": 4, "ours": 1, "who": (f"{ar.name} (ar)",)})
    assert again.gate.inquiry.heard == {"fr"}
    again.close()


async def nothing():
    pass


class Slow:
    """A hub on a bad line: it gives back our own events a few at a time, and nothing else yet."""

    def __init__(self, bus):
        self._bus = bus

    def __getattr__(self, name):
        return getattr(self._bus, name)

    async def get(self, subjects):
        if any(subject.startswith("intl.v1.log.ar.") for subject in subjects):
            await asyncio.sleep(1)
        return await self._bus.get(subjects)

    async def receive(self, stream, limit, wait):
        if stream == "INTL_LOG":
            await asyncio.sleep(wait)
            return Batch([], nothing)
        return await self._bus.receive(stream, limit, wait)


def test_a_hub_that_is_giving_back_what_was_forgotten_is_waited_for(pair, hub, say, backup, monkeypatch):
    """Who answers over HTTPS meanwhile never got it."""
    monkeypatch.setattr(worker, "ALONE", 0.5)
    monkeypatch.setattr(fence, "QUICK", 0.5)
    fr, ar = pair
    say(ar, "1")
    carrying.hand_on(ar, fr)
    restore = backup(ar)
    for number in range(2, 101):
        say(ar, str(number))
    carrying.carry(hub.url, ar)
    again = restore()
    again.settings = replace(again.settings, hubs=(hub.url,))
    again.fence(WORDS[Lasting.RESTORED], Lasting.RESTORED)

    async def connect(url, section, **given):
        return Slow(await NatsBus.connect(url, section, **given))

    async def story():
        errands = worker.Worker(again, connect)
        await errands.begin()
        task = asyncio.create_task(errands.run())
        await until(lambda: again.fenced is None)
        assert (await asyncio.to_thread(say, again, "101")).sequence == 101
        await stop([task])

    asyncio.run(story())
    again.close()


def test_where_a_hub_brings_no_answers_the_sections_are_asked_themselves(pair, hub, monkeypatch):
    """It is there, and the others are at another."""
    monkeypatch.setattr(worker, "ALONE", 0.5)
    _fr, ar = pair
    ar.settings = replace(ar.settings, hubs=(hub.url,))
    ar.fence(WORDS[Lasting.RESTORED], Lasting.RESTORED)

    async def story():
        async with worker.running(ar), asyncio.timeout(60):
            while ar.fenced is not None:
                await asyncio.sleep(0.1)

    asyncio.run(story())
