"""A machine that is put back with its memory, or with its hub beside it: nothing is said before the others could be asked."""

import asyncio
import threading
from datetime import timedelta

import pytest
from tests.core.test_database_away import away

from internationale import worker
from internationale.bundle import taking, witnessing
from internationale.errors import Paused
from internationale.ledger import patience
from internationale.ledger.reasons import WORDS, Lasting
from internationale.rooms.roster import queries
from internationale.section.running import utc_now
from internationale.testing import builds
from internationale.testing.founding import open_section
from internationale.worker import fence, link, passed, silence, witnesses

from .living import live, opened, same, settled, until, with_hubs

LATER = timedelta(minutes=10)
"""An update has failed, and what the machine was before is put back."""


@pytest.fixture(autouse=True)
def back_soon(monkeypatch):
    """Whoever is there is back at the hub within moments."""
    monkeypatch.setattr(link, "LONGEST", 1.0)


@pytest.fixture
def alone(monkeypatch):
    """Who is alone waits for longer than any test lasts."""
    monkeypatch.setattr(patience, "UNANSWERED", timedelta(minutes=5))


def ten_minutes_later(section):
    section.now = section.gate._now = lambda: utc_now() + LATER


def last_word(section):
    """When it has signed its heads."""
    with section.reading() as session:
        return [word.said_at for word in queries.latest_words(session, [section.code])]


def test_a_database_that_is_away_hides_no_jump_of_the_clock(three, hub):
    """It was put back as well, and begins a little later: the clock must not be forgotten over that."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)

    async def story():
        await until(lambda: all(opened(each)() for each in (ic, fr, ar)))
        await asyncio.to_thread(hub.stop)
        with away(fr):
            ten_minutes_later(fr)
            await until(lambda: fr.fenced == fence.NO_ANSWER)
            await asyncio.sleep(2)
        await asyncio.sleep(2)
        assert fr.fenced == fence.NO_ANSWER
        await asyncio.to_thread(hub.start)
        await until(opened(fr))

    live(story, ic, fr, ar)


def test_who_waits_for_a_hub_sees_the_clock_jump_too(three, hub, say):
    """In the memory that is put back, nobody was asked: it had not been away."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    hub.stop()
    asked = []

    async def story():
        await asyncio.sleep(1.5)
        assert (fr.fenced, fr.gate.inquiry.question) == (fence.NO_ANSWER, "")
        ten_minutes_later(fr)
        await until(lambda: fr.gate.inquiry.question != "")
        asked.append(fr.gate.inquiry.question)
        await asyncio.to_thread(hub.start)
        await until(lambda: {"ic", "ar"} & fr.gate.inquiry.heard or opened(fr)())
        assert fr.gate.inquiry.question in ("", *asked)
        await until(opened(fr))
        await asyncio.to_thread(say, fr, "two")
        await until(same(ic, fr, ar))

    live(story, ic, fr, ar)


def test_who_falls_silent_signs_nothing_and_asks_again_when_it_is_started_anew(three, hub, say, alone):
    """Its host starts it anew, as one does then. What it held was signed before it had forgotten something."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)

    async def story():
        await until(opened(fr), 30)
        await asyncio.to_thread(hub.stop)
        ten_minutes_later(fr)
        await until(lambda: fr.fenced is not None)
        await asyncio.sleep(0.5)  # what was being signed in that moment
        before = last_word(fr)
        await asyncio.to_thread(hub.start)
        await until(lambda: fr.fenced == witnesses.ASKS)
        await asyncio.sleep(3)
        assert (last_word(fr), fr.fenced) == (before, witnesses.ASKS)

    async def first():
        async with worker.running(ic), worker.running(ar), worker.running(fr):
            await until(lambda: all(opened(each)() for each in (ic, fr, ar)))

    asyncio.run(first())
    live(story, fr)
    again = with_hubs(open_section(fr.settings, builds.today()), hub.url)
    ten_minutes_later(again)
    assert witnesses.was_away(again)

    async def anew():
        await until(lambda: again.fenced == witnesses.ASKS)
        with pytest.raises(Paused):
            say(again, "without having asked")

    live(anew, again)
    again.close()


def test_a_hub_that_answers_tells_nothing_of_the_others(three, hub, say, alone):
    """It stands beside this section; the line to all the rest comes later."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    ten_minutes_later(fr)

    async def story():
        await until(lambda: fr.fenced == witnesses.ASKS)
        await asyncio.sleep(patience.GRACE.total_seconds() * 2)
        assert fr.fenced == witnesses.ASKS
        async with worker.running(ic), worker.running(ar):
            await until(opened(fr))
            assert (await asyncio.to_thread(say, fr, "two")).sequence == 2
            await until(same(ic, fr, ar))

    live(story, fr)


@pytest.mark.parametrize("jumps", [False, True])
def test_who_has_nobody_to_ask_is_not_kept_waiting(federation, say, jumps):
    """Without a hub there is none who could have heard more."""
    (ic,) = federation("ic", plugins=builds.today())
    if not jumps:
        ten_minutes_later(ic)

    async def story():
        await until(opened(ic))
        ten_minutes_later(ic)
        await asyncio.sleep(3)
        await until(opened(ic))

    live(story, ic)


def test_nothing_is_said_before_the_jump_is_seen(three, hub, say, monkeypatch):
    """A form that comes in the very second."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)

    async def story():
        await until(lambda: all(opened(each)() for each in (ic, fr, ar)))
        monkeypatch.setattr(silence, "WORD", 3600)
        await asyncio.sleep(4)  # the look that was under way
        ten_minutes_later(fr)
        assert fr.fenced is None
        with pytest.raises(Paused, match="clock"):
            await asyncio.to_thread(say, fr, "at once")

    live(story, ic, fr, ar)
    assert (say(fr, "without errands").sequence, fr.gate.moment) == (1, None)


def test_who_is_alone_in_the_list_is_not_kept_waiting_for_long(federation, hub, say, alone):
    """Whoever has just founded an International, and stopped for a night. If it was put back, others may be in the list since."""
    (ic,) = federation("ic", plugins=builds.today())
    with_hubs(ic, hub.url)
    say(ic, "one")
    live(lambda: until(opened(ic)), ic)
    ten_minutes_later(ic)
    live(lambda: until(opened(ic)), ic)
    ic.gate.put_back()

    async def story():
        await until(lambda: ic.fenced == witnesses.ASKS)
        await asyncio.sleep(patience.GRACE.total_seconds() * 2)
        assert ic.fenced == witnesses.ASKS

    live(story, ic)


def test_what_was_closed_without_a_note_opens_again(three, hub, say):
    """The database was locked in that moment. Whoever closed it heard of that."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)

    async def story():
        await until(opened(fr))
        fr.fence(WORDS[Lasting.BEHIND])
        await until(opened(fr))
        assert (await asyncio.to_thread(say, fr, "one")).sequence == 1

    live(story, ic, fr, ar)


def test_our_own_heads_that_others_kept_do_not_tell_that_the_database_was_not_away(three, hub, say, backup):
    """It is older than they are: a start that is begun anew in the midst of asking asks again."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    restore = backup(fr)
    ten_minutes_later(fr)
    again = with_hubs(restore(), hub.url)
    ten_minutes_later(again)
    assert witnesses.was_away(again)
    taking.hear(again, [heads_in_ten_minutes(fr)])
    assert last_word(again) == last_word(fr)
    assert witnesses.was_away(again)
    again.close()


def heads_in_ten_minutes(section):
    section.unfence()
    return witnessing.sign(section, again=True)


def test_nobody_signs_and_no_command_speaks_before_the_jump_is_seen(three, say):
    """A minute of heads is over in that second, or a timer of the machine begins a command."""
    _ic, fr, _ar = three
    say(fr, "one")
    fr.gate.moment = fr.now()
    assert witnessing.sign(fr, again=True) is not None
    assert witnessing.answer(fr, "ic", "ab" * 32) is not None
    with passed.shown(fr):
        assert passed.by_another(fr)
        ten_minutes_later(fr)
        assert not passed.by_another(fr)
        passed.renew(fr)
        assert passed.by_another(fr)
    assert witnessing.sign(fr, again=True) is None
    assert witnessing.answer(fr, "ic", "ab" * 32) is None
    assert witnessing.attend(fr, "ic", "ab" * 32) is None


def test_who_had_another_instance_that_night_asks_as_well(three, hub, say, backup, alone):
    """The host has found it since, and the section has said more."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    fr.fence(WORDS[Lasting.ANOTHER], Lasting.ANOTHER)
    restore = backup(fr)
    again = with_hubs(restore(), hub.url)
    ten_minutes_later(again)

    async def story():
        await until(lambda: again.fenced == witnesses.ASKS)
        await asyncio.sleep(patience.GRACE.total_seconds() * 2)
        assert again.fenced == witnesses.ASKS
        async with worker.running(ic), worker.running(ar):
            await until(opened(again))

    live(story, again)
    again.close()


def test_who_was_put_back_while_there_is_another_instance_signs_nothing_more(three, hub, say):
    """Or its next start would take it for one that was never away."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)

    async def story():
        await until(opened(fr))
        await asyncio.to_thread(fr.fence, WORDS[Lasting.ANOTHER], Lasting.ANOTHER)
        assert witnessing.sign(fr, again=True) is not None
        ten_minutes_later(fr)
        await until(lambda: fr.gate.inquiry.question != "")
        assert witnessing.sign(fr, again=True) is None
        assert fr.fenced == WORDS[Lasting.ANOTHER]

    live(story, fr)
    assert witnesses.was_away(fr)


def test_the_clock_jumps_in_the_moment_in_which_a_start_after_another_instance_opens(three, hub, say, alone, monkeypatch):
    """It waits for the database, and whom it has asked had not forgotten anything."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    fr.fence(WORDS[Lasting.ANOTHER], Lasting.ANOTHER)
    again = with_hubs(open_section(fr.settings, builds.today()), hub.url)
    opens, waits, go = again.gate._open, threading.Event(), threading.Event()

    def late(closings):
        waits.set()
        go.wait(20)
        opens(closings)

    monkeypatch.setattr(again.gate, "_open", late)

    async def story():
        await asyncio.to_thread(waits.wait)
        ten_minutes_later(again)
        await until(lambda: again.gate.inquiry.question != "")
        monkeypatch.setattr(again.gate, "_open", opens)
        go.set()
        await until(lambda: again.fenced == witnesses.ASKS)

    live(story, again)
    again.close()
