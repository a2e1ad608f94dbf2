"""What a section sees of its hubs, says in words, and mends by itself; with real servers."""

import asyncio
import shutil

import nats
from nats.js.api import StreamConfig

from internationale import worker
from internationale.bus import LOG, Unreachable, streams, users
from internationale.bus import nats as nats_bus
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.events import keys, roster
from internationale.events.nkey import Nkey
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import port, queries
from internationale.testing import builds, oracle
from internationale.testing.founding import ROOT
from internationale.worker import hubs, link

from .living import live, prepare, until, with_hubs


def state(section, hub):
    return section.hubs[hub.url]


def settled(section, hub):
    """The hub answers, has everything, and nothing is wrong with it."""

    def condition():
        seen = section.hubs.get(hub.url)
        return seen is not None and seen.connected and seen.unsent == 0 and seen.trouble is None

    return condition


def troubled(section, hub, message):
    return lambda: hub.url in section.hubs and state(section, hub).trouble == message


def kept(hub):
    """The events at a hub; none while it does not answer."""

    async def ask():
        bus = await NatsBus.connect(hub.url, "anybody")
        try:
            return await bus.kept("intl.v1.log.*.*.*")
        finally:
            await bus.close()

    try:
        return asyncio.run(ask())
    except Unreachable:
        return set()


def administer(hub, deed):
    async def do():
        client = await nats.connect(hub.url)
        try:
            await deed(client.jetstream())
        finally:
            await client.close()

    asyncio.run(do())


def test_a_hub_that_goes_and_comes(three, hub, say):
    ic, fr, _ar = (with_hubs(section, hub.url) for section in three)

    async def story():
        await until(settled(ic, hub))
        since = state(ic, hub).since
        await asyncio.to_thread(hub.kill)
        await until(troubled(ic, hub, hubs.AWAY))
        assert not state(ic, hub).connected
        assert state(ic, hub).since > since
        await asyncio.to_thread(say, ic, "meanwhile")
        await asyncio.to_thread(hub.start)
        await until(settled(ic, hub))
        await until(lambda: len(oracle.log(fr)) == 1)

    live(story, ic, fr)
    assert ic.hubs == {}


def test_a_hub_that_was_emptied_is_filled_again_and_people_are_told(three, hub, say):
    ic, _fr, _ar = (with_hubs(section, hub.url) for section in three)

    async def story():
        await until(settled(ic, hub))
        await asyncio.to_thread(say, ic, "before")
        await until(lambda: kept(hub) == {"intl.v1.log.ic.1.1"})
        await asyncio.to_thread(hub.stop)
        shutil.rmtree(hub.folder / "store")
        await asyncio.to_thread(hub.start)
        await until(troubled(ic, hub, hubs.EMPTIED))
        await until(lambda: kept(hub) == {"intl.v1.log.ic.1.1"})
        await until(lambda: state(ic, hub).unsent == 0)

    live(story, ic)
    with ic.reading() as session:
        assert len(ic.ledger.cursors(session)) == 1


def test_a_hub_put_back_from_an_old_backup_gets_what_it_lost(three, hub, say, monkeypatch):
    monkeypatch.setattr(link, "GLANCE_REST", 0.2)
    ic, _fr, _ar = (with_hubs(section, hub.url) for section in three)
    store, backup = hub.folder / "store", hub.folder / "backup"

    async def story():
        await until(settled(ic, hub))
        await asyncio.to_thread(say, ic, "one")
        await until(lambda: len(kept(hub)) == 1)
        await asyncio.to_thread(hub.stop)
        shutil.copytree(store, backup)
        await asyncio.to_thread(hub.start)
        await until(settled(ic, hub))
        for text in ("two", "three"):
            await asyncio.to_thread(say, ic, text)
        await until(lambda: len(kept(hub)) == 3)
        await asyncio.to_thread(hub.stop)
        shutil.rmtree(store)
        shutil.move(backup, store)
        await asyncio.to_thread(hub.start)
        await until(troubled(ic, hub, hubs.lost(2)))
        await until(lambda: len(kept(hub)) == 3)

    live(story, ic)


def test_a_hub_that_stores_nothing(three, hub, say, monkeypatch):
    monkeypatch.setattr(link, "STALLED", 1.0)
    ic, fr, _ar = (with_hubs(section, hub.url) for section in three)

    async def limit(context, number):
        config = (await context.stream_info(LOG)).config
        await context.update_stream(config.evolve(max_msgs=number))

    async def story():
        await until(settled(ic, hub))
        await until(settled(fr, hub))
        await asyncio.to_thread(say, fr, "the last that fits")
        await until(lambda: len(oracle.log(ic)) == 1)
        await asyncio.to_thread(administer, hub, lambda context: limit(context, 1))
        await asyncio.to_thread(say, ic, "no room")
        await until(troubled(ic, hub, hubs.FULL))
        assert state(ic, hub).connected
        await asyncio.to_thread(administer, hub, lambda context: limit(context, -1))
        await until(settled(ic, hub))
        await until(lambda: len(oracle.log(fr)) == 2)

    live(story, ic, fr)


def test_a_hub_that_knows_its_sections(three, closed, say, monkeypatch):
    """Whoever is not let in is told so, does not hammer, and goes on at once when it is let in."""
    monkeypatch.setattr(link, "RARELY", 1.0)
    ic, fr, ar = (with_hubs(section, closed.url) for section in three)
    closed.let_in(ic, fr)

    async def story():
        await until(settled(ic, closed))
        await asyncio.to_thread(say, ic, "members only")
        await until(lambda: len(oracle.log(fr)) == 1)
        await until(troubled(ar, closed, hubs.REFUSED))
        attempts = (closed.folder / "hub.log").read_text().count("authentication error")
        await asyncio.sleep(2)
        assert (closed.folder / "hub.log").read_text().count("authentication error") - attempts <= 8
        await asyncio.to_thread(closed.let_in, ic, fr, ar)
        await until(lambda: len(oracle.log(ar)) == 1)
        await until(settled(ar, closed))
        await asyncio.to_thread(closed.let_in, ic, ar)
        await until(troubled(fr, closed, hubs.REFUSED))
        assert not state(fr, closed).connected

    live(story, ic, fr, ar)


def test_a_section_whose_hub_key_the_roster_does_not_have(three, closed):
    ic, _fr, _ar = (with_hubs(section, closed.url) for section in three)
    ic.nkey = Nkey.generate()

    async def story():
        await until(troubled(ic, closed, hubs.KEYLESS))

    live(story, ic)


def test_a_section_that_may_no_longer_speak_still_hears(three, closed, say, monkeypatch):
    monkeypatch.setattr(link, "RARELY", 1.0)
    ic, fr, _ar = (with_hubs(section, closed.url) for section in three)
    closed.let_in(ic, fr)

    async def story():
        await until(settled(ic, closed))
        await until(settled(fr, closed))
        await asyncio.to_thread(closed.let_in, ic, fr, silent=(fr,))
        await asyncio.to_thread(say, fr, "unheard")
        await until(troubled(fr, closed, hubs.NOT_ALLOWED))
        await asyncio.to_thread(say, ic, "heard")
        await until(lambda: "ic:1:1" in oracle.log(fr))
        assert (closed.folder / "hub.log").read_text().count("Publish Violation") <= 8
        await asyncio.to_thread(closed.let_in, ic, fr)
        await until(lambda: "fr:1:1" in oracle.log(ic))
        await until(settled(fr, closed))

    live(story, ic, fr)


def test_a_section_above_its_share_reads_and_is_told(three, closed, say):
    """It is tried again rarely: but nothing that is read waits for it. Its log is sent, and that does not hide the rest."""
    ic, fr, _ar = (with_hubs(section, closed.url) for section in three)
    closed.let_in(ic, fr, cut=("roster", "proof", "seed", "blob"))

    async def story():
        await until(troubled(fr, closed, hubs.NOT_ALLOWED))
        await until(lambda: fr.fenced is None)
        await asyncio.to_thread(say, fr, "sent")
        await until(lambda: "fr:1:1" in oracle.log(fr) and state(fr, closed).unsent == 0)
        await asyncio.sleep(2)
        assert troubled(fr, closed, hubs.NOT_ALLOWED)()
        async with worker.running(ic):
            await until(lambda: "fr:1:1" in oracle.log(ic))
            await until(lambda: ic.fenced is None)
            await asyncio.to_thread(say, ic, "heard")
            await until(lambda: "ic:1:1" in oracle.log(fr))
            for _again in range(2):
                await asyncio.to_thread(name_hub, closed.url, None, ic)
                await until(lambda: version(fr) == version(ic), 20)
        assert (closed.folder / "hub.log").read_text().count("Publish Violation") <= 8

    live(story, fr)


def version(section):
    with section.reading() as session:
        return queries.latest_number(session)


def test_a_hub_that_is_not_prepared_for_us(three, closed, monkeypatch):
    monkeypatch.setattr(link, "RARELY", 1.0)
    monkeypatch.setattr(nats_bus, "TIMEOUT", 1.0)
    ic, _fr, _ar = (with_hubs(section, closed.url) for section in three)
    known = [users.Member(ic.code, ic.nkey.public)]
    (closed.folder / "users.conf").write_text(users.text(closed.administrator.public, known))
    closed.reload()

    async def story():
        await until(troubled(ic, closed, hubs.UNPREPARED))
        await prepare(closed, ["ic"])
        await until(settled(ic, closed))

    live(story, ic)


def test_the_roster_says_to_which_certificate_a_hub_leads(federation, tmp_path, say, certificates):
    ic, fr = federation("ic", "fr", plugins=builds.today())
    with HubProcess(tmp_path / "hub", tls=certificates.server) as hub:
        name_hub(hub.url, certificates.right, ic)
        name_hub(hub.url, certificates.other, fr)

        async def story():
            await until(settled(ic, hub))
            await until(troubled(fr, hub, hubs.INSECURE))
            await asyncio.to_thread(say, ic, "encrypted")
            await until(lambda: "ic:1:1" in oracle.log(ic))

        live(story, ic, fr)


def name_hub(url, certificate, section):
    with section.writing() as session:
        latest = queries.latest(session)
        named = (roster.Hub(id="hub", urls=(url,), ca=certificate),)
        fresh = {"version": latest.roster.version + 1, "prevhash": latest.hash, "hubs": named}
        document = SignedDocument.seal(keys.ROSTER, latest.roster.model_copy(update=fresh), ROOT)
        port.store_version(session, document, section.now())


def test_hubs_of_settings_and_roster_are_one_list(federation, certificates):
    (ic,) = federation("ic", plugins=builds.today())
    certificate = certificates.right
    name_hub("tls://a:4222", certificate, ic)
    with_hubs(ic, "nats://b:4222 ws://b", "tls://a:4222")
    assert hubs.named(ic) == (hubs.Hub("nats://b:4222 ws://b"), hubs.Hub("tls://a:4222", certificate))
    assert hubs.named(ic)[0].name == "nats://b:4222"


def test_what_an_operator_chose_is_not_undone_by_sections(hub):
    async def story(context):
        await context.add_stream(StreamConfig(name=LOG, subjects=["intl.v1.log.*.*.*"], max_bytes=10_000_000))
        await streams.provision(context, "fr")
        config = (await context.stream_info(LOG)).config
        assert (config.max_bytes, config.max_msgs_per_subject, config.allow_direct) == (10_000_000, 1, True)

    administer(hub, story)
