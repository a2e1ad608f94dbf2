"""The database is put back under the instance that runs: on a machine of its own that may be, and no clock tells."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlalchemy.engine import make_url
from tests.plugins.members.conftest import PASSWORD, House

import internationale_members
from internationale.bundle import witnessing
from internationale.errors import Paused
from internationale.events import keys
from internationale.events.roster import Status
from internationale.events.signed import SignedDocument
from internationale.kit import Utterance
from internationale.ledger import reasons
from internationale.ledger.reasons import Lasting
from internationale.plugins import Plugins
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rules import changes
from internationale.section.running import EXCHANGED
from internationale.testing import builds, notes, oracle
from internationale.testing.founding import ROOT, open_section
from internationale.web.app import create_app
from internationale.worker import fence, link, passed

from .living import live, opened, same, settled, until, with_hubs
from .test_put_back_alive import ten_minutes_later


@pytest.fixture(autouse=True)
def for_a_while(monkeypatch):
    """Whoever is there is back at the hub within moments."""
    monkeypatch.setattr(link, "LONGEST", 1.0)


@pytest.fixture
def running(three, hub, say):
    """``ic``, ``fr`` and ``ar``, who know the hub, and all hold what ``fr`` has said."""
    sections = [with_hubs(each, hub.url) for each in three]
    say(sections[1], "one")
    settled(*sections)
    return sections


async def said_two(say, ic, fr, ar):
    """All may speak, ``fr`` does, and the others hold it."""
    await until(lambda: all(opened(each)() for each in (ic, fr, ar)))
    await asyncio.to_thread(say, fr, "two")
    await until(lambda: len(oracle.log(ic)) == len(oracle.log(ar)) == 2)


@pytest.mark.parametrize("looked", [True, False])
def test_a_database_that_is_put_back_under_the_instance_that_runs_is_noticed(running, hub, say, revert, looked):
    """On a machine of its own: no clock tells, and the hub is there all the time. Also where nobody has looked since it spoke: a
    standby that was a little late takes over.
    """
    (ic, fr, ar), put_back = running, revert(running[1])

    async def story():
        await said_two(say, ic, fr, ar)
        if looked:
            await asyncio.sleep(2.5)  # it looks each second
        await asyncio.to_thread(put_back)
        with pytest.raises(Paused):
            await asyncio.to_thread(say, fr, "two, otherwise")
        await until(lambda: fr.gate.lasting is Lasting.RESTORED)
        await until(opened(fr))
        assert (await asyncio.to_thread(say, fr, "three")).sequence == 3
        await until(same(ic, fr, ar))

    live(story, ic, fr, ar)
    oracle.agree(ic, fr, ar, said=3)


def test_a_question_in_that_second_is_not_answered_with_it_and_what_is_signed_with_it_hides_nothing(running, hub, say, revert):
    """A process that knows of nothing signs with it (a command that nobody told): as often as was signed with the one before."""
    (ic, fr, ar), put_back = running, revert(running[1])

    async def story():
        await said_two(say, ic, fr, ar)
        known = fr.gate.signing.number
        await asyncio.to_thread(put_back)
        assert await asyncio.to_thread(in_that_second, known) == (None, None, None)
        await until(lambda: fr.gate.lasting is Lasting.RESTORED)
        await until(opened(fr))
        assert (await asyncio.to_thread(say, fr, "three")).sequence == 3
        await until(same(ic, fr, ar))

    def in_that_second(known):
        answers = witnessing.answer(fr, "ar", "ab" * 32), witnessing.attend(fr, "ar", "ab" * 32), witnessing.sign(fr, again=True)
        stranger = open_section(fr.settings, builds.today())
        for _ in range(known + 1):
            with stranger.writing() as session:
                stranger.signing(session)
        stranger.close()
        return answers

    live(story, ic, fr, ar)
    oracle.agree(ic, fr, ar, said=3)


def test_a_command_in_that_second_takes_back_first_what_it_does_not_find(running, hub, say, revert):
    """The instance has told what it signed last."""
    (ic, fr, ar), put_back = running, revert(running[1])

    async def story():
        await said_two(say, ic, fr, ar)
        told = f"{fr.gate.signing.number} {fr.gate.signing.mark}\n"
        await until(lambda: (fr.settings.home / passed.FILE).read_text().startswith(told))
        command = with_hubs(await asyncio.to_thread(open_section, fr.settings, builds.today()), hub.url)
        assert passed.by_another(command)
        command.close()
        await asyncio.to_thread(put_back)
        command = with_hubs(await asyncio.to_thread(open_section, fr.settings, builds.today()), hub.url)
        assert not passed.by_another(command)
        if await fence.clear(command) is None:  # else the instance has noticed it first, and waits for the others
            assert (await asyncio.to_thread(say, command, "three")).sequence == 3
        command.close()
        await until(lambda: fr.gate.lasting is Lasting.RESTORED)
        await until(opened(fr))
        await until(same(ic, fr, ar))
        with ar.reading() as session:
            assert not ar.ledger.head(session, "fr").frozen

    live(story, ic, fr, ar)


@pytest.mark.parametrize("another", [True, False])
def test_another_file_in_the_place_of_the_one_that_is_open_is_noticed(three, hub, say, another):
    """By ``mv``, or none, by ``rm``: the instance goes on reading and writing what has no name any more, and is lost when it
    stops.
    """
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    if fr.database.opened is None:
        pytest.skip("a server's database is no file")
    say(fr, "one")
    settled(ic, fr, ar)
    path = Path(make_url(fr.settings.database).database)  # by another name than the resolved one, perhaps
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(path.with_name("copy.db"))) as copy:
        source.backup(copy)

    async def story():
        await until(lambda: all(opened(each)() for each in (ic, fr, ar)))
        await asyncio.to_thread(say, fr, "two")
        await until(lambda: len(oracle.log(ic)) == len(oracle.log(ar)) == 2)
        if another:
            path.with_name("copy.db").rename(path)
        else:
            path.unlink()
        with pytest.raises(Paused) as silent:
            await asyncio.to_thread(say, fr, "at once")
        await asyncio.sleep(2.5)  # it looks each second, and does not open again
        assert fr.fenced == silent.value.message == EXCHANGED
        assert not passed.by_another(fr)

    live(story, ic, fr, ar)


def test_where_another_instance_was_noticed_it_is_noticed_too(running, hub, say, revert):
    """Who knew of the other instance is gone with the database: commands are kept from speaking all the same."""
    (ic, fr, ar), put_back = running, revert(running[1])

    async def story():
        await said_two(say, ic, fr, ar)
        await asyncio.to_thread(fr.fence, reasons.WORDS[Lasting.ANOTHER], Lasting.ANOTHER)
        command = with_hubs(await asyncio.to_thread(open_section, fr.settings, builds.today()), hub.url)
        await until(lambda: not passed.by_another(command))
        await asyncio.to_thread(put_back)
        await until(lambda: kept(fr) == Lasting.ANOTHER)
        assert await fence.clear(command) == fr.fenced == reasons.WORDS[Lasting.ANOTHER]
        command.close()

    live(story, ic, fr, ar)


def kept(section):
    with section.reading() as session:
        return reasons.read(session.connection())


def test_a_deed_that_comes_to_nothing_is_no_database_that_was_put_back(three, hub, say, member):
    """It has said two things, one after the other, when it fails."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)

    async def story():
        await until(opened(fr))
        await asyncio.to_thread(fails)
        await asyncio.sleep(2.5)  # it was looked at since
        assert (await asyncio.to_thread(say, fr, "one")).sequence == 1
        assert fr.fenced is None

    def fails():
        with fr.writing() as session:
            for text in ("one", "two", "three"):
                fr.publish(session, Utterance(notes.Written(text=text), author="rosa"), by=member(fr))
            session.rollback()

    live(story, ic, fr, ar)


@pytest.fixture
def members(federation, hub, say):
    """Three sections with people, and the door of ``fr``."""
    plugins = Plugins([("notes", notes), ("members", internationale_members)])
    three = federation("ic", "fr", "ar", plugins=plugins, base_url="http://testserver.local")
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    with TestClient(create_app(fr), base_url=fr.base_url, raise_server_exceptions=False) as door:
        yield ic, fr, ar, House(fr, None, door)


@pytest.mark.parametrize("says", [True, False])
def test_whoever_was_shut_out_since_stays_out(members, say, revert, says):
    """Also where the section has said nothing since: it has signed heads."""
    ic, fr, ar, house = members
    spy, rosa = house.person("spy", "secretary"), house.person("rosa")
    put_back = revert(fr)

    async def story():
        await until(lambda: all(opened(each)() for each in (ic, fr, ar)))
        await asyncio.to_thread(house.command, "disable", "spy")
        rosa.post("/members/account/leave", data={"handle": "rosa", "password": PASSWORD})
        if says:
            await asyncio.to_thread(say, fr, "two")
        else:
            await asyncio.to_thread(say, ic, "two")  # so that fr signs heads
        await until(same(ic, fr, ar))
        before = fr.gate.signing.number
        await until(lambda: fr.gate.signing.number > before or says)
        await asyncio.to_thread(put_back)
        await until(lambda: fr.gate.lasting is Lasting.RESTORED)
        await until(opened(fr))

    live(story, ic, fr, ar)
    assert "/members/sign-in" in spy.get("/members/account").url.path
    client = house.browser()
    client.post("/members/sign-in", data={"handle": "spy", "password": PASSWORD})
    assert client.get("/members/account").url.path == "/members/sign-in"
    assert "rosa" not in house.command("list")


def test_a_log_that_the_list_has_cut_is_no_database_that_was_put_back(three, hub, say):
    """The section was suspended with a last good number below its own, and readmitted."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    with ic.reading() as session:
        good = queries.last_good(session, changes.entry_of(port.latest(session), "fr"))

    def decide(what):
        with ic.writing() as session:
            decided = SignedDocument.seal(keys.ROSTER, what(port.latest(session)), ROOT)
            port.store_version(session, decided, ic.now())
        ic.roster_changed()

    async def story():
        await until(lambda: all(opened(each)() for each in (ic, fr, ar)))
        await asyncio.to_thread(say, fr, "two")
        await until(same(ic, fr, ar))
        await asyncio.to_thread(decide, lambda latest: changes.ended(latest, "fr", Status.SUSPENDED, good, ic.now()))
        await until(lambda: end(fr) == 1)
        await asyncio.to_thread(decide, lambda latest: changes.readmitted(latest, "fr", ic.now()))
        await until(lambda: end(fr) == 2 and opened(fr)())
        with fr.reading() as session:
            assert reasons.restored(session.connection()) is None

    live(story, ic, fr, ar)


def end(section):
    with section.reading() as session:
        return section.ledger.head(session, section.code).sequence


@pytest.mark.parametrize("how", ["jump", "close"])
def test_a_deed_under_way_comes_to_nothing_when_the_fence_is_closed(three, hub, say, member, how):
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    said, go = threading.Event(), threading.Event()

    def deed():
        with fr.writing() as session:
            fr.publish(session, Utterance(notes.Written(text="two"), author="rosa"), by=member(fr))
            said.set()
            go.wait(30)

    async def story():
        await until(lambda: all(opened(each)() for each in (ic, fr, ar)))
        under_way = asyncio.create_task(asyncio.to_thread(deed))
        await asyncio.to_thread(said.wait)
        if how == "jump":
            ten_minutes_later(fr)
        else:
            fr.fence(reasons.WORDS[Lasting.BEHIND])
        go.set()
        with pytest.raises(Paused):
            await under_way
        await until(lambda: fr.fenced is not None)
        await until(opened(fr))
        assert (await asyncio.to_thread(say, fr, "two, later")).sequence == 2
        await until(same(ic, fr, ar))

    live(story, ic, fr, ar)
    oracle.agree(ic, fr, ar, said=2)
