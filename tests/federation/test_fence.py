"""Who was restored from a backup is silent until others have shown how far its log had come; then it goes on by itself."""

import asyncio
import io
from dataclasses import replace

import pytest

from internationale import worker
from internationale.bundle import packing, unpacking
from internationale.bundle.packing import Wanted
from internationale.bundle.unpacking import unpack
from internationale.bus import Outcome, Parcel
from internationale.bus.ending import stop
from internationale.bus.nats import NatsBus
from internationale.errors import Paused
from internationale.events import heads, keys
from internationale.events.heads import Head, Heads
from internationale.events.signed import SignedDocument
from internationale.ledger import reasons
from internationale.ledger.reasons import WORDS, Lasting
from internationale.rooms.exchange.queries.alarms import findings
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rules import changes
from internationale.testing import builds, oracle
from internationale.testing.databases import place
from internationale.testing.founding import ROOT, open_section
from internationale.testing.memory import MemoryBus, MemoryHub
from internationale.worker import claims, fence, rosters, witnesses

from .living import live, opened, restored, same, settled, until, with_hubs


def test_it_takes_back_what_it_had_said_and_goes_on_by_itself(three, hub, say, backup):
    ic, fr, ar = (with_hubs(section, hub.url) for section in three)
    say(fr, "one")
    restore = backup(fr)
    say(fr, "two")
    settled(ic, fr)
    again = with_hubs(restored(restore), hub.url)
    assert again.fenced == WORDS[Lasting.RESTORED]

    async def story():
        await until(lambda: again.gate.inquiry.heard == {"ic"})
        await asyncio.sleep(0.3)
        assert again.fenced == witnesses.WAITS % {"heard": 1, "needed": 2}
        async with worker.running(ar):
            await until(opened(again))
            await asyncio.to_thread(say, again, "three")
            await until(same(ic, again, ar))

    live(story, ic, again)
    oracle.agree(ic, again, ar, said=3)
    again.gate.load()
    assert (again.fenced, again.gate.lasting) == (None, None)
    again.close()


def test_an_empty_hub_is_no_answer_for_it_but_the_hosts_word_is(three, hub, say, backup):
    fr = three[1]
    say(fr, "one")
    again = with_hubs(restored(backup(fr)), hub.url)

    async def story():
        link = await linked(again, hub.url)
        await until(lambda: link.clearance.verdict is None)
        await asyncio.sleep(0.3)
        assert again.fenced == witnesses.WAITS % {"heard": 0, "needed": 2}
        again.gate.give_word()
        await until(opened(again))
        say(again, "two")

    async def linked(section, url):
        while url not in running[0].links:
            await asyncio.sleep(0.02)
        return running[0].links[url]

    running = []

    async def run():
        async with worker.running(again) as found:
            running.append(found)
            await story()

    asyncio.run(run())
    again.close()


def test_the_hosts_word_counts_for_the_next_start_and_once(three, hub):
    fr = with_hubs(three[1], "nats://127.0.0.1:1")
    fr.gate.give_word()

    async def start():
        async with worker.running(fr):
            return fr.fenced

    assert asyncio.run(start()) is None
    assert asyncio.run(start()) is not None


def test_who_lost_the_database_and_joins_again_while_running_takes_everything_back_first(three, hub, say, tmp_path):
    ic, fr = (with_hubs(section, hub.url) for section in three[:2])
    say(fr, "one")
    say(fr, "two")
    settled(ic, fr)
    with fr.reading() as session:
        chain = queries.chain(session)
    with place(tmp_path) as url:
        again, command = (open_section(replace(fr.settings, database=url), builds.today()) for _ in range(2))

        async def story():
            assert again.fenced == fence.NOT_JOINED
            with command.writing() as session:
                port.adopt(session, chain, code="fr", key=command.key.public, now=command.now())
            command.close()
            with pytest.raises(Paused):
                say(again, "too early")
            await until(opened(again))
            assert (await asyncio.to_thread(say, again, "three")).sequence == 3
            await until(same(ic, again))

        live(story, ic, again)
        oracle.agree(ic, again, said=3)
        again.close()


def test_who_stands_alone_in_the_roster_has_nobody_to_ask(federation, hub, say, backup):
    (fr,) = federation("fr", plugins=builds.today())
    say(fr, "one")
    again = with_hubs(restored(backup(fr)), hub.url)

    async def story():
        await until(opened(again))

    live(story, again)
    again.close()


def test_people_are_told_who_has_signed_to_hold_more_than_there_is(federation):
    """It may be a lie, or its section away: only people can find out, and have to know whom to ask."""
    _ic, fr, ar = federation("ic", "fr", "ar")
    with ar.reading() as session:
        version = queries.latest(session).roster.version
    lie = Heads(section="ar", time=ar.now(), roster=version, heads={"fr": Head(1, 999_999_999_999_999, "ab" * 32)})

    async def story():
        hub = MemoryHub()
        bus, liar = MemoryBus(hub, "fr"), MemoryBus(hub, "ar")
        await bus.provision()
        document = heads.seal(lie, ar.key)
        await liar.publish([Parcel("intl.v1.heads.ar", document.body, document.header)])
        return await fence.look(fr, bus)

    assert asyncio.run(story()) == claims.BEHIND % {"theirs": 999_999_999_999_999, "ours": 0, "who": (f"{ar.name} (ar)",)}


def test_a_bundle_with_own_events_silences_the_running_instance_until_others_have_answered(federation, hub, say, backup):
    """A command imports it; the instance would else go on after the last of them, under numbers that others hold already."""
    ic, fr = federation("ic", "fr", plugins=builds.today())
    say(fr, "one")
    restore = backup(fr)
    say(fr, "two")
    partial = b"".join(packing.lines(fr, Wanted()))
    say(fr, "three")
    unpack(ic, io.BytesIO(b"".join(packing.lines(fr, Wanted()))), "a stick")
    again = with_hubs(restore(), hub.url)
    with_hubs(ic, hub.url)
    command = open_section(again.settings, builds.today())

    async def story():
        await until(opened(again))
        found = await asyncio.to_thread(unpack, command, io.BytesIO(partial), "a stick")
        assert found.outcomes == {"duplicate": 1, "applied": 1}
        with pytest.raises(Paused):
            say(again, "over what others hold")
        async with worker.running(ic):
            await until(lambda: oracle.log(again).keys() == oracle.log(ic).keys())
            await until(opened(again))
            assert (await asyncio.to_thread(say, again, "four")).sequence == 4
            await until(same(ic, again))

    live(story, again)
    oracle.agree(ic, again, said=4)
    command.close()
    again.close()


def test_nothing_is_said_before_a_bundle_is_read_to_its_end(federation, say, backup, monkeypatch):
    """After each batch the instance would go on, under a number that the next batch brings."""
    monkeypatch.setattr(unpacking, "BATCH", 1)
    (fr,) = federation("fr", plugins=builds.today())
    restore = backup(fr)
    for text in ("one", "two", "three"):
        say(fr, text)
    content = b"".join(packing.lines(fr, Wanted()))
    again = restore()
    ready, told = [], []

    def progress(_done, _all):
        ready.append(fence.may_open(again))
        told.append(asyncio.run(fence.clear(again)))

    unpack(again, io.BytesIO(content), "a stick", progress)
    assert (ready, told, fence.may_open(again)) == ([False] * 3, [WORDS[Lasting.BEHIND]] * 3, True)
    again.close()


def test_another_instance_that_was_noticed_is_got_over_by_the_hosts_word_only(federation, hub, say):
    ic, fr = (with_hubs(section, hub.url) for section in federation("ic", "fr", plugins=builds.today()))

    async def story():
        await until(opened(fr))
        command = open_section(fr.settings, builds.today())
        command.fence(WORDS[Lasting.BEHIND], Lasting.BEHIND)
        await until(lambda: fr.gate.lasting is Lasting.BEHIND)
        fr.fence(WORDS[Lasting.ANOTHER], Lasting.ANOTHER)
        await asyncio.sleep(2)
        assert (fr.fenced, fr.gate.lasting) == (WORDS[Lasting.ANOTHER], Lasting.ANOTHER)
        command.gate.give_word()
        command.close()
        await until(opened(fr))
        await asyncio.to_thread(say, fr, "one")

    live(story, ic, fr)


def test_who_is_asked_again_waits_for_every_hub_as_at_a_start(federation, say, monkeypatch):
    """One that knows nothing answered first, and the other was taken for one that does not answer."""
    ic, fr = federation("ic", "fr", plugins=builds.today())
    say(fr, "one")
    with ic.reading() as session:
        version = queries.latest(session).roster.version
    claim = heads.seal(Heads(section="ic", time=ic.now(), roster=version, heads={"fr": Head(1, 9, "ab" * 32)}), ic.key)
    hubs = {"nats://knowing": MemoryHub(), "nats://empty": MemoryHub()}
    with_hubs(fr, *hubs)
    opening, lifted = fr.gate.open, []

    async def connect(url, section, **_given):
        return MemoryBus(hubs[url], section)

    async def story():
        errands = worker.Worker(fr, connect)
        await errands.begin()
        running = asyncio.create_task(errands.run())
        await until(opened(fr))
        monkeypatch.setattr(fr.gate, "open", lambda: lifted.append(opening()))
        for link in errands.links.values():
            link.tried = True  # as half a minute after a start
        bus = MemoryBus(hubs["nats://knowing"], "ic")
        await bus.provision()
        await bus.publish([Parcel("intl.v1.heads.ic", claim.body, claim.header)])
        hubs["nats://knowing"].faults.latency = 1.0
        fr.fence(WORDS[Lasting.BEHIND], Lasting.BEHIND)
        await until(lambda: fr.fenced == claims.BEHIND % {"theirs": 9, "ours": 1, "who": (f"{ic.name} (ic)",)})
        await stop([running])

    asyncio.run(story())
    assert lifted == []


def test_what_is_noted_in_the_very_moment_of_opening_is_not_forgotten(three, hub, say, monkeypatch):
    """By the errand that finds another instance, in a thread of its own."""
    _ic, fr, _ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    asked, noted = fence.may_open, []

    def between(section):
        found = asked(section)
        if found and not noted:
            section.gate.close(WORDS[Lasting.ANOTHER], Lasting.ANOTHER)
            noted.append(True)
        return found

    monkeypatch.setattr(fence, "may_open", between)

    async def story():
        await until(lambda: noted)
        await asyncio.sleep(0.5)
        assert fr.fenced == WORDS[Lasting.ANOTHER]
        with pytest.raises(Paused):
            say(fr, "over it")

    live(story, fr)
    fr.gate.load()
    assert fr.gate.lasting is Lasting.ANOTHER


def test_own_events_behind_a_hole_are_known_to_have_been_said(federation, say):
    """Nobody has signed to hold them, and the hub has lost some before them: their signature alone says that they are ours."""
    (fr,) = federation("fr", plugins=builds.today())
    refs = [say(fr, text) for text in ("one", "two", "three")]
    with fr.reading() as session:
        first, second, third = (
            Parcel(event.envelope.address.subject, event.signed.body, event.signed.signature)
            for event in (section_event(fr, session, ref) for ref in refs)
        )
    again = federation.fresh("fr")

    async def story():
        hub = MemoryHub()
        bus = MemoryBus(hub, "fr")
        await bus.provision()
        await bus.publish([third])
        with_a_hole = await fence.look(again, bus)
        reason, lasting = again.fenced, again.gate.lasting
        await bus.publish([first, second])
        return with_a_hole, reason, lasting, await fence.look(again, bus)

    silent = claims.BEHIND % {"theirs": 3, "ours": 0, "who": (f"{fr.name} (fr)",)}
    assert asyncio.run(story()) == (silent, silent, Lasting.BEHIND, None)
    assert oracle.log(again) == oracle.log(fr)


def section_event(section, session, ref):
    return next(event for event in section.ledger.every_event(session) if event.envelope.ref == ref)


def test_junk_on_a_hub_keeps_nobody_from_asking_it(federation):
    """Whoever may write there can leave names that are none of a log or a list."""
    (fr,) = federation("fr")

    async def story():
        hub = MemoryHub()
        bus, liar = MemoryBus(hub, "fr"), MemoryBus(hub, "ar")
        await bus.provision()
        junk = ("intl.v1.log.fr.1.x", f"intl.v1.log.fr.1.{'9' * 30}", f"intl.v1.roster.{'7' * 5000}.x", "intl.v1.roster.x.y")
        await liar.publish([Parcel(name, b"{}", "") for name in junk])
        return await fence.look(fr, bus), await rosters.carry(fr, bus, rosters.Seen()), await rosters.look(fr, bus)

    assert asyncio.run(story()) == (None, 1, None)


def test_any_number_of_names_hides_no_version_from_who_asks_once(federation):
    """As before the next version is signed: those names come first that whoever writes them makes so."""
    ic, fr = federation("ic", "fr")
    with ic.reading() as session:
        latest = queries.latest(session)
    true = SignedDocument.seal(keys.ROSTER, changes.renewed(latest, ic.now()), ROOT)
    number = latest.roster.version + 1

    async def story():
        hub = MemoryHub()
        bus, liar = MemoryBus(hub, "fr"), MemoryBus(hub, "ar")
        await bus.provision()
        for start in range(0, 2 * rosters.LOOKED, 256):
            names = (f"intl.v1.roster.{number}.{each:016x}" for each in range(start, start + 256))
            await liar.publish([Parcel(name, b"{}", "") for name in names])
        await liar.publish([Parcel(f"intl.v1.roster.{number}.{'f' * 16}", true.body, true.header)])
        await rosters.look(fr, bus)

    asyncio.run(story())
    with fr.reading() as session:
        assert queries.latest(session).document.body == true.body


def test_who_was_restored_believes_everybody_again(federation):
    """It has forgotten what the host knew when one was not believed any more: else it would speak over what others hold."""
    (fr,) = federation("fr")
    fr.gate.close(claims.BEHIND % {"theirs": 2, "ours": 1, "who": ("ar",)}, Lasting.BEHIND, ["ar", "ic"])
    fr.gate.give_word(["ar"])
    with fr.reading() as session:
        assert reasons.claimants(session.connection(), disbelieved=True) == ("ar",)
    fr.gate.close(WORDS[Lasting.RESTORED], Lasting.RESTORED)
    with fr.reading() as session:
        assert reasons.claimants(session.connection(), disbelieved=True) == ()


def test_who_has_lied_once_silences_nobody_again(federation, hub, say):
    """The host's word against a section's: it is asked for once, not at each start. Whoever else says so is still believed."""
    ic, fr, ar = (with_hubs(section, hub.url) for section in federation("ic", "fr", "ar", plugins=builds.today()))
    say(fr, "one")

    async def claimed(by, number):
        with by.reading() as session:
            version = queries.latest(session).roster.version
        lie = Heads(section=by.code, time=by.now(), roster=version, heads={"fr": Head(1, number, "ab" * 32)})
        document = heads.seal(lie, by.key)
        bus = await NatsBus.connect(hub.url, by.code)
        await bus.provision()
        assert await bus.publish([Parcel(f"intl.v1.heads.{by.code}", document.body, document.header)]) == [Outcome.STORED]
        await bus.close()

    async def begun(word):
        async with worker.running(fr):
            await until(lambda: fr.gate.lasting is Lasting.BEHIND)
            if word:
                fr.gate.give_word(["ar"])
                await until(opened(fr))

    async def unhindered():
        async with worker.running(fr):
            await until(opened(fr))

    asyncio.run(claimed(ar, 1_000))
    asyncio.run(begun(word=True))
    asyncio.run(claimed(ar, 2_000))
    asyncio.run(unhindered())
    with fr.reading() as session:
        assert reasons.claimants(session.connection(), disbelieved=True) == ("ar",)
        told = [alarm for alarm in findings(session, "fr", fr.now()) if alarm.kind in ("own", "disbelieved")]
    assert [(alarm.kind, alarm.about) for alarm in told] == [("disbelieved", "ar")]
    asyncio.run(claimed(ic, 3_000))
    asyncio.run(begun(word=False))
    fr.gate.believe()
    with fr.reading() as session:
        assert reasons.claimants(session.connection(), disbelieved=True) == ()
