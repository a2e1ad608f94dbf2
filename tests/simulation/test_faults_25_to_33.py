"""Two histories, withheld ends, wrong clocks, restored backups, and disks that are full or rot."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from internationale.bus import Parcel
from internationale.errors import Misconfigured, Paused
from internationale.events.envelope import Address
from internationale.events.roster import LastGood, LogKey
from internationale.ledger import database, tables
from internationale.ledger.forks import proofs
from internationale.testing import oracle

from .crafting import entry, latest, proclaim, rival, version


def frozen(section, code):
    with section.reading() as session:
        return section.ledger.head(session, code).frozen


def all_frozen(world, code):
    return lambda: all(frozen(section, code) for section in world.sections)


def test_fault_25_withheld_tail(world):
    """The heads show within a minute that there is more, and a section that has it is asked."""
    for number in range(4):
        world.say("fr", f"shown {number}")
    world.until(world.quiet)
    hidden = {Address("fr", 1, number).subject for number in range(5, 15)}
    world.hub.faults.hidden["ar"] = lambda subject: subject in hidden
    for number in range(10):
        world.say("fr", f"hidden {number}")
    assert world.until(lambda: len(oracle.log(world["ar"])) == 14, what="seeing through it") <= 60
    world.heal()
    world.judge()


def test_fault_26_two_instances_of_one_section_at_one_hub(world):
    """The hub takes the first; the second sees it and stops. What it had said is a proof, and people decide."""
    world.say("fr", "before")
    world.until(world.quiet)
    twin = world.twin("fr")
    world.start(twin)
    world.until(lambda: world.open)
    first, second = world.say("fr", "one way"), world.say(twin, "another way")
    world.until(lambda: world["fr"].fenced is not None or world[twin].fenced is not None, what="noticing")
    assert first.sequence == second.sequence == 2
    for name in ("fr", twin):
        assert frozen(world[name], "fr") or world[name].fenced is None


def test_fault_26_two_instances_of_one_section_at_different_hubs(make):
    world = make("ic", "fr", "ar", hubs=2)
    world.say("fr", "before")
    world.until(world.quiet)
    twin = world.twin("fr")
    one, other = world.hubs.values()
    one.faults.cut |= {"ar"}
    other.faults.cut |= {"ic"}
    world.start(twin)
    world.until(lambda: world.open)
    for hub in (one, other):
        hub.faults.cut.add("fr")
    world.say("fr", "one way")
    world.say(twin, "another way")
    world.run(5)
    for hub in (one, other):
        hub.heal()
    world.until(all_frozen(world, "fr"), what="the proof's reaching all")
    for section in world.sections:
        assert [address for address in oracle.log(section) if address.startswith("fr")] == ["fr:1:1"]
        oracle.verify(section)
        oracle.replayed(section)
        with section.reading() as session:
            assert [proof.address for proof in proofs(session)] == [Address("fr", 1, 2)]
    with pytest.raises(Paused):
        world.say("fr", "more")


def test_fault_27_split_view(world):
    """One number shows different faces to different sections: the heads differ, the proof is made, the log stops before it."""
    for number in range(6):
        world.say("fr", f"said {number}")
    world.until(world.quiet)
    subject = Address("fr", 1, 7).subject
    false = rival(world["fr"], "the face for ar")
    world.hub.faults.shown["ar", subject] = Parcel(subject, false.body, false.signature)
    world.say("fr", "the face for ic")
    world.until(all_frozen(world, "fr"), what="the proof's reaching all")
    expected = {address: text for address, text in world.said.items() if address != "fr:1:7"}
    world.until(world.quiet)
    world.judge(said=expected)
    assert len(expected) == 6


@pytest.mark.parametrize("online", [True, False], ids=["hub there", "hub comes later"])
def test_fault_28_section_restored_from_yesterdays_backup(world, online):
    """Read-only until its own later events are taken back; then it goes on by itself, and nothing forks."""
    for number in range(3):
        world.say("fr", f"yesterday {number}")
    world.until(world.quiet)
    restore = world.backup("fr")
    for number in range(20):
        world.say("fr", f"today {number}", parts=(b"part %d" % number,) if number % 5 == 0 else ())
    world.until(world.quiet)
    restore()
    world.hub.faults.down = not online
    world.start("fr")
    assert world["fr"].fenced is not None
    with pytest.raises(Paused):
        world.say("fr", "too early")
    if not online:
        world.run(60)
        assert world["fr"].fenced is not None
        assert len(oracle.log(world["fr"])) == 3
        world.hub.faults.down = False
    world.until(lambda: world["fr"].fenced is None, what="going on by itself")
    assert world.say("fr", "tomorrow").sequence == 24
    world.heal()
    world.judge()


def test_fault_28_restored_from_before_its_log_was_opened_anew(world):
    """The list of sections is asked for first: it tells which log to look for."""
    good = world.say("fr", "good")
    world.until(world.quiet)
    restore = world.backup("fr")
    last = LastGood(epoch=1, sequence=1, hash=world.said[good.event_id])
    opened = latest(world["ic"]).roster.version + 1
    keys = (LogKey(key=world["fr"].key.public, first=1),)
    proclaim(world, version(world["ic"], world.root, sections=entry("fr", epoch=2, opened=opened, keys=keys, last_good=last)))
    world.until(lambda: latest(world["fr"]).roster.version == opened)
    for number in range(3):
        world.say("fr", f"anew {number}")
    world.until(world.quiet)
    restore()
    world.start("fr")
    world.until(lambda: world["fr"].fenced is None, what="going on by itself")
    assert world.say("fr", "tomorrow").event_id == "fr:2:4"
    world.heal()
    world.judge()


@pytest.mark.parametrize("skew", [timedelta(days=2), timedelta(days=-2), timedelta(hours=-1)])
def test_fault_29_wrong_clock(world, skew):
    """Nothing is decided by a clock: the order is that of the numbers, and of what stands on what. Who was put back with the
    whole machine sees nothing else of it than such a jump, and asks the others first.
    """

    def jump(code, skew):
        world.skew[code] = skew
        world.until(lambda: world[code].fenced is not None, what="noticing it")
        world.until(lambda: world[code].fenced is None, what="going on by itself")

    first = world.say("fr", "first")
    world.until(world.quiet)
    jump("fr", skew)
    second = world.say("fr", "second", first)
    world.run(5)
    jump("fr", timedelta())
    world.say("ic", "answer", second)
    world.say("fr", "third", second)
    world.run(5)
    jump("ar", -skew)
    world.say("ar", "fourth")
    world.heal()
    world.judge()


def test_fault_30_disk_full_at_the_section(world):
    """Writing is refused, reading goes on; once there is room it goes on without a restart."""
    world.say("fr", "before")
    world.until(world.quiet)
    limit = [1]

    def small(connection, _record):
        connection.execute(f"PRAGMA max_page_count={limit[0]}")

    fr = world["fr"]
    event.listen(fr.database.engine, "connect", small)
    fr.database.dispose()
    with pytest.raises(OperationalError, match="full"):
        fill(world, "fr")
    for number in range(20):
        world.say("ic", f"meanwhile {number}" * 100)
    world.run(60)
    oracle.answers(fr)
    limit[0] = 2**30
    fr.database.dispose()
    world.heal()
    assert world.say("fr", "after") is not None
    world.heal()
    world.judge()


def fill(world, name):
    for number in range(100):
        world.say(name, f"no room {number}", parts=(b"x" * 5000,))


def test_fault_31_disk_full_at_the_hub(world):
    """Publishing is not answered; nothing is lost, and when the hub was restarted with room all goes out."""
    world.say("fr", "before")
    world.until(world.quiet)
    world.hub.faults.full = True
    for number in range(10):
        world.say("fr", f"waiting {number}")
    world.run(120)
    assert len(oracle.log(world["ar"])) == 1
    assert len(oracle.log(world["fr"])) == 11
    assert world.heal() < 60
    world.judge()


def test_fault_32_own_database_corrupted(world):
    """It is found before anything is opened; an old copy of the database will do, for all is had from the others."""
    restore = world.backup("fr")  # empty but for the roster
    for number in range(5):
        world.say("fr", f"said {number}", parts=(b"part %d" % number,))
        world.say("ar", f"heard {number}")
    world.until(world.quiet)
    world.kill("fr")
    world["fr"].close()
    url = world.instances["fr"].settings.database
    path = Path(make_url(url).database)
    database.check(url)
    rotten = bytearray(path.read_bytes())
    rotten[4096:16384] = bytes(12288)
    path.write_bytes(rotten)
    with pytest.raises(Misconfigured):
        database.check(url)
    restore()
    world.start("fr")
    world.heal()
    assert world.say("fr", "and on").sequence == 6
    world.heal()
    world.judge()


def test_fault_33_own_event_corrupted_before_it_was_published(world):
    """It is read again and verified before it leaves: nobody ever sees it, and the section stops speaking."""
    world.say("fr", "before")
    world.until(world.quiet)
    world.hub.faults.cut.add("fr")
    world.say("fr", "the words")
    with world["fr"].writing() as session:
        here = tables.event.c.section == "fr", tables.event.c.sequence == 2
        body = session.connection().execute(tables.event.select().where(*here)).one().body
        flipped = bytes([*body[:-10], body[-10] ^ 1, *body[-9:]])
        session.connection().execute(update(tables.event).where(*here).values(body=flipped))
    world.hub.faults.cut.clear()
    world.until(lambda: world["fr"].fenced is not None, what="noticing")
    world.run(30)
    assert list(oracle.log(world["ar"])) == ["fr:1:1"]
    with world["fr"].writing() as session:
        session.connection().execute(update(tables.event).where(*here).values(body=body))
    world.kill("fr")
    world.heal()
    world.judge()
