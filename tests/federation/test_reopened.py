"""A log that was begun anew: what was said before it was belongs to a hub as well."""

import asyncio
import shutil
from functools import partial

from click.testing import CliRunner
from sqlalchemy import select

from internationale.bus import Batch, Parcel
from internationale.cli.fence import lift
from internationale.events import keys
from internationale.events.envelope import Address
from internationale.events.roster import LastGood
from internationale.events.signed import SignedDocument
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rules import changes
from internationale.testing import builds, oracle
from internationale.testing.founding import ROOT, adopt, key_of
from internationale.worker.published import Published
from internationale.worker.receiving import receive

from .living import live, opened, until, with_hubs
from .test_faults import rival
from .test_hubs import kept, settled, state

EVERYTHING = {f"intl.v1.log.fr.{where}" for where in ("1.1", "1.2", "2.1")}


def reopened(one, *others, good=None):
    """The list of sections begins a new epoch for one, by default where its log stands."""
    with one.reading() as session:
        latest = port.latest(session)
        good = good or queries.last_good(session, changes.entry_of(latest, one.code))
    anew = changes.reopened(latest, one.code, key_of(one.code).public, good, one.now())
    document = SignedDocument.seal(keys.ROSTER, anew, ROOT)
    for section in (one, *others):
        with section.writing() as session:
            port.store_version(session, document, section.now())
        section.roster_changed()


def empty(hub):
    hub.stop()
    shutil.rmtree(hub.folder / "store")
    hub.start()


def test_an_emptied_hub_gets_all_that_a_reopened_section_ever_said(three, hub, say):
    ic, fr, _ar = three
    say(fr, "one")
    say(fr, "two")
    reopened(fr, ic)
    say(fr, "three")
    with_hubs(fr, hub.url)

    async def story():
        await until(settled(fr, hub))
        await until(lambda: kept(hub) == EVERYTHING)
        await asyncio.to_thread(empty, hub)
        await until(lambda: kept(hub) == EVERYTHING)
        await until(lambda: state(fr, hub).unsent == 0)

    live(story, fr)


def test_the_audit_finds_what_a_hub_lost_of_a_closed_epoch(three, carry, say, intruder):
    ic, fr, ar = three
    say(fr, "one")
    say(fr, "two")
    reopened(fr, ic, ar)
    say(fr, "three")
    carry(*three)
    intruder.purge(Address("fr", 1, 1).subject)
    carry(*three)
    assert intruder.kept("intl.v1.log.fr.1.1")
    oracle.agree(*three, said=3)


def test_what_the_roster_has_decided_against_stops_nobody(three, carry, say, said, intruder):
    """Under a number of the closed epoch the hub has what another instance said there: ours travels as a seed."""
    ic, fr, ar = three
    say(fr, "one")
    twin = rival(fr, "another two")
    say(fr, "two")
    say(fr, "three")
    last = said(fr)[-1]
    intruder.put(twin.subject, twin.body, twin.signature)
    reopened(fr, ic, ar, good=LastGood(epoch=1, sequence=3, hash=last.signed.hash))
    say(fr, "four")
    carry(*three)
    assert fr.fenced is None
    oracle.agree(*three, said=4)


def test_what_the_roster_has_decided_against_silences_nobody_who_hears_it_again(three, hub, say, said, intruder):
    """Whoever has it can bring it at any time, to a hub that was emptied or is theirs."""
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    twin = rival(fr, "another two")
    say(fr, "two")
    say(fr, "three")
    last = said(fr)[-1]
    reopened(fr, ic, ar, good=LastGood(epoch=1, sequence=3, hash=last.signed.hash))

    async def story():
        await until(opened(fr))
        await asyncio.to_thread(say, fr, "four")
        await until(lambda: all(head(each) == (2, 1) for each in (ic, ar)))
        await asyncio.to_thread(intruder.purge, twin.subject)
        await asyncio.to_thread(intruder.put, twin.subject, twin.body, twin.signature)
        await until(lambda: all(proved(each) for each in (ic, fr, ar)))
        await asyncio.sleep(1)
        assert (fr.fenced, fr.gate.lasting) == (None, None)
        await asyncio.to_thread(say, fr, "five")
        await until(lambda: all(head(each) == (2, 2) for each in (ic, ar)))

    live(story, fr, ic, ar)


class Bringing:
    """A hub at which the section has its place made anew: it brings all that there is of a log, but for what it has lost."""

    hub = "nats://hub"

    def __init__(self, parcels):
        self.parcels = parcels

    async def receive(self, _stream, _limit, _wait):
        return Batch(self.parcels, partial(asyncio.sleep, 0))


def test_who_has_lost_what_it_said_in_a_closed_epoch_takes_it_for_nobody_elses(three, carry, say, said, backup):
    """Number 2 comes last: until then nobody knows that number 3 is what the list stands on."""
    ic, fr, ar = three
    say(fr, "one")
    restore = backup(fr)
    say(fr, "two")
    say(fr, "three")
    carry(*three)
    first, second, third = said(fr)
    again = restore()
    reopened(again, ic, ar, good=LastGood(epoch=1, sequence=3, hash=third.signed.hash))
    again.unfence()
    bus = Bringing([Parcel(each.subject, each.body, each.signature) for each in (first, third)])
    assert asyncio.run(receive(again, bus, 0, Published(), lambda: True)) == ["duplicate", "parked"]
    assert (again.fenced, again.gate.lasting) == (None, None)
    again.accept([second])
    say(again, "four")
    carry(ic, again, ar)
    oracle.agree(ic, again, ar, said=4)
    again.close()


def head(section):
    """How far fr's log has come there."""
    with section.reading() as session:
        found = section.ledger.head(session, "fr")
    return found.epoch, found.sequence


def proved(section):
    with section.reading() as session:
        return bool(session.connection().execute(select(tables.fork.c.sequence)).all())


def test_a_hole_in_a_closed_epoch_keeps_nobody_from_the_hosts_word(federation, say, said):
    """Number 4 of it is lost everywhere. What is said in the epoch in force is no second history of it."""
    ic, fr = federation("ic", "fr", plugins=builds.today())
    for text in "abcde":
        say(fr, text)
    reopened(fr, ic)
    say(fr, "one of epoch 2")
    with fr.reading() as session:
        closed = fr.ledger.own_events_after(session, 1, 0, 5)
    kept = [Delivery(each.address.subject, each.signed.body, each.signed.signature, "test") for each in closed] + said(fr)
    again = federation.alone("fr", plugins=builds.today())
    with ic.reading() as session:
        adopt(again, queries.chain(session))
    again.roster_changed()
    assert again.accept([*kept[:3], *kept[4:]])[3:] == ["parked", "applied"]
    again.gate.put_back()
    assert CliRunner().invoke(lift, ["--confirm", "fr"], obj=Home(again)).exit_code == 0
    assert again.gate.take_word()


class Home:
    """Where the command finds a section."""

    path = "fr"

    def __init__(self, section):
        self._section = section

    def __call__(self):
        return self._section
