"""Who may have forgotten something believes no word of before: more than half of the others have to answer a new question."""

import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from internationale import worker
from internationale.bundle import taking, witnessing
from internationale.bus.server import HubProcess
from internationale.errors import Paused
from internationale.events import heads
from internationale.events.heads import Head, Heads
from internationale.ledger import patience, reasons, tables
from internationale.ledger.reasons import Lasting
from internationale.rooms.roster import port, queries
from internationale.section.running import utc_now
from internationale.testing import builds, carrying, oracle
from internationale.testing.databases import place
from internationale.testing.founding import admit, open_section
from internationale.worker import claims, fence, link, witnesses

from .living import live, night, opened, restored, same, settled, until, with_hubs


@pytest.fixture(autouse=True)
def back_soon(monkeypatch):
    """Whoever is there is back at the hub within moments."""
    monkeypatch.setattr(link, "LONGEST", 1.0)


@pytest.fixture
def long_enough(monkeypatch):
    """A hub that begins lets who is too early wait for some seconds."""
    monkeypatch.setattr(patience, "GRACE", timedelta(seconds=12))
    monkeypatch.setattr(patience, "UNANSWERED", timedelta(seconds=12))


@pytest.fixture
def other(tmp_path):
    (tmp_path / "other").mkdir()
    with HubProcess(tmp_path / "other") as process:
        yield process


def waits(section, heard):
    return section.fenced == witnesses.WAITS % {"heard": heard, "needed": 2}


def noted(section):
    with section.reading() as session:
        return session.connection().execute(select(tables.fence.c.reason)).scalars().all()


def ten_minutes_later(section):
    """Its clock."""
    section.now = section.gate._now = lambda: utc_now() + timedelta(minutes=10)
    return section


@pytest.mark.parametrize("kept", [restored, lambda restore: ten_minutes_later(restore())], ids=["a backup", "a snapshot"])
@pytest.mark.usefixtures("long_enough")
def test_a_machine_with_the_hub_and_a_section_is_put_back(three, hub, say, backup, kept):
    """Of the same night: the hub's old words agree with the old database. The others have run all the time, and know better. In a
    snapshot of the machine no mark tells of it.
    """
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    restore = backup(fr)
    hub_back = night(hub)
    say(fr, "two")
    settled(ic, fr, ar)

    async def story():
        await until(opened(ar))
        await asyncio.to_thread(hub.stop)
        hub_back()
        again = with_hubs(kept(restore), hub.url)
        await asyncio.to_thread(hub.start)
        async with worker.running(again):
            await until(opened(again))
            assert (await asyncio.to_thread(say, again, "three")).sequence == 3
            await until(same(ic, again, ar))
        oracle.agree(ic, again, ar, said=3)
        again.close()

    live(story, ic, ar)


def test_another_hub_that_was_away_when_it_was_said_is_no_answer(three, hub, other, say, backup):
    """Nobody is hostile: the one hub was away, now the other is, and those who know are, too."""
    ic, fr, ar = (with_hubs(each, hub.url, other.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    restore = backup(fr)
    other.stop()
    say(fr, "two")
    settled(ic, fr, ar)
    hub.stop()
    other.start()
    again = with_hubs(restored(restore), hub.url, other.url)

    async def alone():
        await until(lambda: waits(again, 0))
        await asyncio.sleep(1)
        with pytest.raises(Paused):
            say(again, "over what others hold")

    async def together():
        await until(opened(again))
        assert (await asyncio.to_thread(say, again, "three")).sequence == 3
        await until(same(ic, again, ar))

    live(alone, again)
    hub.start()
    live(together, ic, again, ar)
    oracle.agree(ic, again, ar, said=3)
    again.close()


def test_who_has_lost_the_database_and_joins_again_waits_for_the_others(three, hub, say, tmp_path):
    """The hub's disk is lost as well, so that it says nothing against an empty log. ``join`` has marked what it found."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    say(fr, "two")
    settled(ic, fr, ar)
    with fr.reading() as session:
        chain = queries.chain(session)
    hub.stop()
    shutil.rmtree(hub.folder / "store")
    hub.start()
    with place(tmp_path) as url:
        again = with_hubs(open_section(replace(fr.settings, database=url), builds.today()), hub.url)
        with again.writing() as session:
            port.adopt(session, chain, code="fr", key=again.key.public, now=again.now())
            reasons.keep(session.connection(), Lasting.RESTORED, again.now())
        again.roster_changed()

        async def alone():
            await until(lambda: waits(again, 0))
            assert again.gate.lasting is Lasting.RESTORED

        async def together():
            await until(opened(again))
            assert (await asyncio.to_thread(say, again, "three")).sequence == 3
            await until(same(ic, again, ar))

        live(alone, again)
        live(together, ic, again, ar)
        oracle.agree(ic, again, ar, said=3)
        again.close()


def test_who_is_silent_itself_answers_nobody(three, hub, say, backup):
    """Both may have forgotten the same."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    again, other = (with_hubs(restored(backup(each)), hub.url) for each in (fr, ar))

    async def story():
        await until(lambda: waits(again, 1) and waits(other, 1))
        await asyncio.sleep(1)
        assert (again.gate.inquiry.heard, other.gate.inquiry.heard) == ({"ic"}, {"ic"})
        again.gate.give_word()
        await until(opened(again))
        await until(opened(other))

    live(story, ic, again, other)
    again.close()
    other.close()


def test_who_was_only_away_waits_for_nobody_for_long(three, hub, say):
    """Those who are away themselves keep nobody from going on: words wait for them at the hub."""
    fr = with_hubs(three[1], hub.url)
    say(fr, "one")
    live(lambda: until(lambda: heads_of(fr)), fr)
    told = []

    async def story():
        await until(lambda: told.append(fr.fenced) or fr.fenced is None)

    live(story, ten_minutes_later(fr))
    assert witnesses.ASKS in told
    live(lambda: until(opened(fr), 2), fr)  # and it has signed heads


def test_a_hub_that_goes_while_the_others_are_waited_for_has_no_last_word(three, hub, other, say, backup):
    """Who was waited for has answered over the other one."""
    ic, fr, ar = (with_hubs(each, hub.url, other.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    again = with_hubs(restored(backup(fr)), hub.url, other.url)

    async def story():
        async with worker.running(again) as errands:
            await until(
                lambda: len(errands.links) == 2 and all(each.clearance.verdict is None for each in errands.links.values())
            )
            await until(lambda: waits(again, 0))
            await asyncio.to_thread(other.stop)
            async with worker.running(ic), worker.running(ar):
                await until(opened(again))

    asyncio.run(story())
    again.close()


def test_what_others_hold_behind_a_hole_is_told_with_their_answers(before_a_hole, say):
    """Their heads do not tell of what is behind it, but our signature under that does."""
    again, ic, ar, _second = before_a_hole
    silent = claims.BEHIND % {"theirs": 4, "ours": 1, "who": (f"{again.name} (fr)",)}

    async def story():
        await until(lambda: again.gate.inquiry.heard == {"ic", "ar"})
        await until(lambda: again.fenced == silent)
        await asyncio.sleep(2)
        with pytest.raises(Paused):
            say(again, "over what others hold")

    live(story, again, ic, ar)


def test_who_knows_a_later_list_of_sections_counts_when_it_has_come(three, say):
    """The restored database has an old one: who the others are is not known before."""
    ic, fr, _ar = three
    say(fr, "one")
    fr.fence(reasons.WORDS[Lasting.RESTORED], Lasting.RESTORED)

    def answered(by):
        listed = Heads(
            section="ic", time=ic.now(), roster=by, heads={"fr": Head(1, 1, "ab" * 32)}, asked=fr.gate.inquiry.question
        )
        taking.hear(fr, [heads.seal(listed, ic.key)])
        return set(fr.gate.inquiry.heard)

    with fr.reading() as session:
        newest = queries.latest_number(session)
    assert (answered(newest + 1), answered(newest)) == (set(), {"ic"})


@pytest.mark.parametrize(
    ("kept", "other", "late"),
    [
        (restored, "nobody", False),
        (restored, "away", False),
        (lambda restore: ten_minutes_later(restore()), "nobody", True),
        (lambda restore: ten_minutes_later(restore()), "away", False),
    ],
)
@pytest.mark.usefixtures("long_enough")
def test_who_is_put_back_to_an_old_list_waits_for_a_later_one(federation, hub, say, backup, kept, other, late):
    """A machine is put back, with the hub on it. In the list of that night there is nobody else, or one who was away since and
    truthfully says that there is no more. Who was let in since brings the list, a little after the hub is there, which may be
    long after the section is.
    """
    fr, *old = (with_hubs(each, hub.url) for each in federation("fr", *["ic"] * (other == "away"), plugins=builds.today()))
    say(fr, "one")
    live(lambda: until(lambda: opened(fr)() and same(fr, *old)()), fr, *old)
    restore = backup(fr)
    hub_back = night(hub)
    ar, de = new = [with_hubs(federation.alone(code, plugins=builds.today()), hub.url) for code in ("ar", "de")]
    for each in new:
        chain = admit(fr, each)
    taking.follow(ar, chain)
    say(fr, "two")
    live(lambda: until(same(fr, *new)), fr, *new)

    async def story():
        await until(lambda: opened(ar)() and opened(de)())
        await asyncio.to_thread(hub.stop)
        await until(lambda: not any(each.hubs[hub.url].connected for each in new))
        hub_back()
        again = with_hubs(kept(restore), hub.url)
        async with AsyncExitStack() as stack:
            if not late:
                await asyncio.to_thread(hub.start)
            for each in (*old, again):
                await stack.enter_async_context(worker.running(each))
            if late:
                await asyncio.sleep(patience.GRACE.total_seconds() + 1)
                await asyncio.to_thread(hub.start)
            await until(opened(again))
            assert (await asyncio.to_thread(say, again, "three")).sequence == 3
            await until(same(again, ar, de, *old))
        oracle.agree(again, ar, de, *old, said=3)
        again.close()

    live(story, ar, de)


def test_a_database_that_is_away_in_the_moment_of_hearing_that_it_was_put_back_is_no_reason_to_ask_nobody(three, hub, say):
    """Another process has noted it; the errand that read that is begun again."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)

    async def story():
        await until(lambda: all(opened(each)() for each in (ic, fr, ar)))
        load, failed = fr.gate.load, []

        def away():
            if load() and not failed:
                failed.append(fr.gate.lasting)
                raise OSError("the database is away for a moment")

        fr.gate.load = away
        command = open_section(fr.settings, builds.today())
        command.gate.put_back()
        command.close()
        await until(lambda: failed == [Lasting.RESTORED])
        await until(opened(fr))

    live(story, ic, fr, ar)


@pytest.mark.parametrize("hours", [72, -1])
def test_a_machine_that_is_put_back_with_its_memory_asks_before_it_speaks(three, hub, say, hours):
    """Or one that slept: the process never starts, only its clock tells. No hub is there at first."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)

    async def story():
        await until(lambda: all(opened(each)() for each in (ic, fr, ar)))
        await asyncio.to_thread(hub.stop)
        fr.now = fr.gate._now = lambda: utc_now() + timedelta(hours=hours)
        await until(lambda: fr.fenced == fence.NO_ANSWER)
        with pytest.raises(Paused):
            say(fr, "before it has asked")
        await asyncio.to_thread(hub.start)
        await until(opened(fr))
        await asyncio.to_thread(say, fr, "then")
        await until(same(ic, fr, ar))

    live(story, ic, fr, ar)


def test_an_answer_that_is_older_than_a_word_that_is_here_counts_only_if_that_says_as_much(three, say):
    """Who answers was put back itself since it signed that, in a night in which its clock was ahead."""
    ic, fr, _ar = three
    held = {"fr": Head(1, 1, "ab" * 32)}
    gate = fr.gate
    gate.inquiry.begin()

    def word(number, seconds, asked=None):
        moment = fr.now() + timedelta(seconds=seconds)
        said = Heads(section="ic", time=moment, roster=1, heads={"fr": held["fr"]._replace(sequence=number)}, asked=asked)
        return heads.seal(said, ic.key)

    taking.hear(fr, [word(2, 60)])
    taking.hear(fr, [word(3, 0, gate.inquiry.question)])
    assert gate.inquiry.heard == set()
    taking.hear(fr, [word(2, 0, gate.inquiry.question)])
    assert gate.inquiry.heard == {"ic"}


def test_who_has_answered_while_its_clock_was_ahead_is_heard_after_it_was_set_back(three, say):
    ic, fr, _ar = three
    fr.unfence()
    clock = fr.now

    def told(document):
        return taking.hear(ic, [document]).new

    fr.now = lambda: clock() + timedelta(days=2)
    assert told(witnessing.answer(fr, "ic", "ab" * 32).heads) == 1
    fr.now = clock
    say(fr, "one")
    assert told(witnessing.sign(fr, again=False)) == 1
    assert told(witnessing.sign(fr, again=True)) == 1


def heads_of(section):
    with section.reading() as session:
        return queries.heads_document(session, section.code)


def test_a_word_that_was_not_needed_goes_when_others_have_answered(three, hub, say, backup):
    """A copy of the database would have it, too, and speak at once, whenever it is put back."""
    fr = with_hubs(three[1], hub.url)
    say(fr, "one")
    fr.gate.give_word()

    async def story():
        await until(opened(fr))
        command = open_section(fr.settings, builds.today())
        command.gate.give_word()
        command.close()
        await until(lambda: not noted(fr))

    live(story, fr)
    again = with_hubs(backup(fr)(), "nats://127.0.0.1:1")

    async def start():
        async with worker.running(again):
            return again.fenced

    assert asyncio.run(start()) is not None
    again.close()


def test_an_old_word_of_the_host_is_not_good(three, hub, say, backup):
    """It was given for that day. In a copy it stands in the place of what it was given for."""
    ic, fr, ar = three
    say(fr, "one")
    fr.gate.give_word()
    restore = backup(fr)
    fr.gate.take_word()
    say(fr, "two")
    carrying.carry(hub.url, ic, fr, ar)
    again = with_hubs(restore(), hub.url)
    again.gate._now = lambda: ic.now() + timedelta(hours=2)

    async def story():
        await until(opened(again))
        assert (await asyncio.to_thread(say, again, "three")).sequence == 3

    async def start():
        async with worker.running(again):
            return again.gate.lasting

    assert asyncio.run(start()) is Lasting.RESTORED
    live(story, with_hubs(ic, hub.url), again, with_hubs(ar, hub.url))
    again.close()
