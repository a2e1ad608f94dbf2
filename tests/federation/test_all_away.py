"""All sections were away at the same time (a power cut): each is silent and asks, and none can answer. They go on together."""

import asyncio
from datetime import timedelta

import pytest

from internationale import worker
from internationale.bundle import witnessing
from internationale.ledger import patience
from internationale.section.running import utc_now
from internationale.testing import builds, carrying, oracle
from internationale.testing.founding import unite
from internationale.testing.serving import served
from internationale.worker import link, witnesses

from .living import live, night, opened, same, settled, until, with_hubs


@pytest.fixture(autouse=True)
def for_a_while(monkeypatch):
    """Whoever is there is back at the hub within moments; who is alone waits for longer than any test lasts."""
    monkeypatch.setattr(link, "LONGEST", 1.0)
    monkeypatch.setattr(patience, "UNANSWERED", timedelta(minutes=5))


def an_hour_later(*sections):
    for section in sections:
        section.now = section.gate._now = lambda: utc_now() + timedelta(hours=1)


def asks(section):
    return lambda: section.fenced == witnesses.ASKS


def test_they_go_on_soon_after_more_than_half_of_them_are_there(three, hub, say):
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    an_hour_later(ic, fr, ar)

    async def story():
        await until(lambda: asks(ic)() and asks(fr)() and fr.gate.inquiry.met == {"ic"})
        await asyncio.sleep(patience.GRACE.total_seconds() * 2)
        assert [ic.fenced, fr.fenced] == [witnesses.ASKS] * 2, "one of two others is not more than half of them"
        async with worker.running(ar):
            await until(lambda: all(opened(each)() for each in (ic, fr, ar)))
            assert (await asyncio.to_thread(say, fr, "two")).sequence == 2
            await until(same(ic, fr, ar))

    live(story, ic, fr)
    oracle.agree(ic, fr, ar, said=2)


def test_one_of_them_that_a_snapshot_took_back_learns_of_its_own_log_from_the_silent(three, hub, say, backup):
    """The hub, which stood beside it, was put back to the same night and knows no more."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    restore = backup(fr)
    hub_back = night(hub)
    say(fr, "two")
    say(fr, "three")
    settled(ic, fr, ar)
    hub.stop()
    hub_back()
    hub.start()
    again = with_hubs(restore(), hub.url)
    an_hour_later(ic, again, ar)

    async def story():
        await until(lambda: all(opened(each)() for each in (ic, again, ar)))
        assert (await asyncio.to_thread(say, again, "four")).sequence == 4
        await until(same(ic, again, ar))

    live(story, ic, again, ar)
    oracle.agree(ic, again, ar, said=4)
    again.close()


def test_who_is_known_to_have_been_put_back_does_not_say_that_it_is_there(three, hub, say):
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    an_hour_later(ic, fr, ar)
    ar.gate.put_back()

    async def story():
        await until(lambda: fr.gate.inquiry.met == {"ic"} and ic.gate.inquiry.met == {"fr"})
        await asyncio.sleep(patience.GRACE.total_seconds() * 2)
        assert [ic.fenced, fr.fenced] == [witnesses.ASKS] * 2
        ar.gate.give_word()
        await until(lambda: all(opened(each)() for each in (ic, fr, ar)))

    live(story, ic, fr, ar)


AWAY_HUB = "nats://127.0.0.1:1"


def test_without_any_hub_they_say_so_over_https(federation, say, monkeypatch):
    monkeypatch.setattr(worker, "ALONE", 0.5)
    fr, ar = (with_hubs(federation.alone(code, plugins=builds.today()), AWAY_HUB) for code in ("fr", "ar"))
    with served(fr), served(ar):
        unite([fr, ar])
        for section in (fr, ar):
            say(section, "one")
            assert witnessing.sign(section, again=True) is not None
        an_hour_later(fr, ar)
        go_on_together(fr, ar)
    oracle.agree(fr, ar, said=2)


def go_on_together(fr, ar):

    async def story():
        await until(lambda: asks(fr)() and fr.gate.inquiry.met == {"ar"})
        await until(lambda: opened(fr)() and opened(ar)())
        await until(same(fr, ar))

    live(story, fr, ar)


def test_without_any_hub_one_of_them_learns_of_its_own_log_from_the_silent(pair, say, backup, monkeypatch):
    monkeypatch.setattr(worker, "ALONE", 0.5)
    fr, ar = (with_hubs(each, AWAY_HUB) for each in pair)
    say(ar, "one")
    assert witnessing.sign(ar, again=True) is not None
    restore = backup(ar)
    say(ar, "two")
    carrying.hand_on(ar, fr)
    assert witnessing.sign(fr, again=True) is not None
    again = with_hubs(restore(), AWAY_HUB)
    an_hour_later(fr, again)

    async def story():
        await until(opened(again))
        assert fr.fenced is not None, "it cannot ask the other, who has no address: all that it said was that it is there"
        assert (await asyncio.to_thread(say, again, "three")).sequence == 3

    live(story, fr, again)
    again.close()
