"""Loads, sizes, poison, other builds, and rosters of every kind."""

from datetime import timedelta

import pytest

from internationale.bus import ROSTER, Parcel
from internationale.errors import Invalid, Paused, Untrusted
from internationale.events import keys
from internationale.events.envelope import Address
from internationale.events.keys import SigningKey
from internationale.events.roster import LastGood, LogKey, Root, verify
from internationale.events.signed import SignedDocument
from internationale.kit import Utterance
from internationale.ledger.records import State
from internationale.rooms.roster import port
from internationale.settings import write_key
from internationale.testing import notes, oracle
from internationale.testing.builds import defective, older
from internationale.testing.people import speaker

from .builds import Written, newer
from .crafting import MALFORMED, entry, latest, proclaim, rival, signed, subject, version


def states(section):
    with section.reading() as session:
        return {str(event.address): (event.state, event.reason) for event in section.ledger.every_event(session)}


def test_fault_34_slow_consumer(world):
    """Nobody else waits for it; it takes in a batch at a time, as fast as it can."""
    world.instances["ar"].slowness = 2.0
    for number in range(100):
        world.say("fr", f"said {number}")
        world.run(0.05)
    assert world.until(lambda: len(oracle.log(world["ic"])) == 100) < 2
    world.heal()
    world.judge()


def test_fault_35_flood_of_one_section(world):
    """The others' words do not wait behind it."""
    for instance in world.instances.values():
        instance.slowness = 0.05
    for batch in range(4):
        flood(world, "fr", batch, 250)
    world.run(0.1)
    ref = world.say("ic", "a quiet word")
    assert world.until(lambda: ref.event_id in oracle.log(world["ar"]), what="a quiet word's arrival") <= 2
    world.heal()
    world.judge()


def flood(world, name, batch, count):
    section = world[name]
    said = [Utterance(notes.Written(text=f"flood {batch} {number}"), author="rosa") for number in range(count)]
    with section.writing() as session:
        envelopes = section.publish(session, *said, by=speaker(section))
    world.said |= {envelope.id: envelope.hash for envelope in envelopes}


def test_fault_36_oversize(world):
    """Our own is refused before it is signed; what others put there is refused unread, and harms nothing."""
    with pytest.raises(Invalid, match="too long"):
        world.say("fr", "x" * (257 * 1024))
    world.say("fr", "first")
    world.until(world.quiet)
    subjects = [Address("fr", 1, number).subject for number in (2, 3, 4)]
    for name, size in zip(subjects, (257 * 1024, 2**20, 9 * 2**20), strict=True):
        world.hub.put(name, *vars(signed(world["fr"].key, b"x" * size)).values())
    for number in range(4):
        world.say("fr", f"said {number}")
    world.heal()
    world.judge(bad=None)
    for section in world.sections:
        assert {reason for _subject, reason in oracle.quarantined(section)} == {"oversize"}


@pytest.mark.parametrize("where", ["changed", "cut short", "empty", "gone"])
def test_fault_37_a_wrong_chunk(world, where):
    """Long contents are known by their hash: a wrong piece is not taken for the right one, which comes from whoever has it."""
    world.hub.faults.cut.add("ar")
    world.say("fr", "long", parts=(b"first" * 20_000, b"second" * 20_000))
    world.until(lambda: len(oracle.log(world["ic"])) == 1)
    world.run(3)
    names = [parcel.subject for parcel in world.hub.streams["INTL_PART"].kept.values()]
    if where == "gone":
        world.hub.purge(names[0])
    else:
        world.hub.corrupt(names[0], {"changed": b"other" * 10_000, "cut short": b"first" * 5_000, "empty": b""}[where])
    world.kill("fr")
    world.hub.faults.cut.clear()
    world.until(lambda: states(world["ar"]) == {"fr:1:1": (State.APPLIED, "")}, what="the right piece's arrival")
    world.heal()
    world.judge()


def test_fault_38_poison(world):
    """An event over which a projection stumbles is kept, shown and tried again after the repair; all else goes on."""
    world.kill("ar")
    world.instances["ar"].plugins = defective()
    world.start("ar")
    world.say("fr", "before")
    poison = world.say("fr", "poison")
    world.until(lambda: poison.event_id in oracle.log(world["ic"]))
    world.say("ic", "stands on it", poison)
    world.say("fr", "after")
    world.until(lambda: len(oracle.log(world["ar"])) == 4)
    assert states(world["ar"]) == {
        "fr:1:1": (State.APPLIED, ""),
        "fr:1:2": (State.FAILED, "projection_failed:notes.notes:ZeroDivisionError"),
        "fr:1:3": (State.APPLIED, ""),
        "ic:1:1": (State.WAITING, "missing_cause"),
    }
    world.kill("ar")
    world.instances["ar"].plugins = world.plugins
    world.heal()
    world.judge()


def test_fault_39_malformed_but_rightly_signed(world):
    """Quarantined, each for its reason; afterwards the true events under these numbers are accepted."""
    world.hub.faults.users = True
    subjects = [Address("fr", 1, number).subject for number in range(1, len(MALFORMED) + 1)]
    for name, (body, _reason) in zip(subjects, MALFORMED.values(), strict=True):
        world.hub.put(name, *vars(signed(world["fr"].key, body)).values())
    world.run(5)
    for number in range(len(MALFORMED) + 1):
        world.say("fr", f"said {number}")
    world.heal()
    world.judge(bad=[(name, reason) for name, (_body, reason) in zip(subjects, MALFORMED.values(), strict=True)])


@pytest.mark.parametrize("what", ["unknown type", "newer version"])
def test_fault_40_what_only_newer_builds_know(world, what):
    """It is kept and waits; after the upgrade it is applied, with all that stands on it."""
    names, other = (("ar",), older()) if what == "unknown type" else (("ic", "fr"), newer())
    world.kill(*names)
    for name in names:
        world.instances[name].plugins = other
    world.start(*names)
    world.until(lambda: world.open)
    later = what == "unknown type"
    ref = world.say("fr", "from the future", kind=notes.Later) if later else say_with_title(world["fr"], world)
    world.say("ic", "known to all", kind=None if later else notes.Later)
    world.until(lambda: ref.event_id in oracle.log(world["ar"]))
    assert states(world["ar"])[ref.event_id] == (State.WAITING, "unknown_type")
    world.kill(*world.instances)
    for instance in world.instances.values():
        instance.plugins = world.plugins if what == "unknown type" else other
    world.heal()
    world.judge()
    assert set(states(world["ar"]).values()) == {(State.APPLIED, "")}


def say_with_title(section, world):
    with section.writing() as session:
        said = Utterance(Written(text="new", title="a title"), author="rosa")
        (envelope,) = section.publish(session, said, by=speaker(section))
    world.said[envelope.id] = envelope.hash
    return envelope.ref


def test_fault_41_expired_roster(world):
    """Reading and speaking go on; it is shown, and nobody is locked out."""
    world.say("fr", "before")
    world.until(world.quiet)
    for name in world.instances:
        world.skew[name] = timedelta(days=400)
    assert latest(world["fr"]).roster.expired(world["fr"].now())
    world.until(lambda: not world.open)  # a clock that jumped so far may be that of a machine that was put back
    world.until(lambda: world.open)
    world.say("fr", "after")
    world.kill("ar")
    world.heal()
    world.judge()


def test_fault_41_rotated_key(world):
    """Validity goes by number: the old key up to its last, the new one from its first; the old one after it is refused."""
    world.say("fr", "with the old key")
    world.until(world.quiet)
    fr, old = world["fr"], world["fr"].key
    new = SigningKey.generate()
    ranges = (LogKey(key=old.public, first=1, last=1), LogKey(key=new.public, first=2))
    proclaim(world, version(world["ic"], world.root, sections=entry("fr", keys=ranges)))
    world.until(lambda: latest(fr).roster.version == latest(world["ic"]).roster.version)
    with pytest.raises(Paused):
        world.say("fr", "with the old key, too late")
    late = rival(fr, "with the old key, too late")
    world.hub.put(late.subject, late.body, late.signature)
    world.kill("fr")
    world.instances["fr"].settings.log_key.unlink()
    write_key(world.instances["fr"].settings.log_key, new)
    world.heal()
    assert world.say("fr", "with the new key").sequence == 2
    world.heal()
    world.judge(bad=[(late.subject, "key_not_valid_at_number")])


def test_fault_41_key_revoked_with_pinned_history(world):
    """What a thief said after the last good number is taken back everywhere; the section goes on in a new epoch."""
    world.say("fr", "good")
    good = world.say("fr", "the last good one")
    stolen = world.say("fr", "by the thief")
    answer = world.say("fr", "and on", stolen)
    world.until(world.quiet)
    new = SigningKey.generate()
    there = latest(world["ic"]).roster.version + 1
    changed = {
        "epoch": 2,
        "opened": there,
        "keys": (LogKey(key=new.public, first=1),),
        "last_good": LastGood(epoch=1, sequence=2, hash=world.said[good.event_id]),
    }
    proclaim(world, version(world["ic"], world.root, sections=entry("fr", **changed)))
    world.kill("fr")
    world.instances["fr"].settings.log_key.unlink()
    write_key(world.instances["fr"].settings.log_key, new)
    for ref in (stolen, answer):
        del world.said[ref.event_id]
    world.start("fr")
    world.until(lambda: all(sorted(oracle.log(section)) == ["fr:1:1", "fr:1:2"] for section in world.sections), what="the cut")
    world.until(lambda: world.open)
    world.say("fr", "in the new epoch")
    world.heal()
    world.judge(bad=None)
    assert len(oracle.rows(world["ar"])["notes_note"]) == 3


def test_fault_42_a_version_before_the_one_it_follows(world):
    """It waits for the one between; then both are followed."""
    now = latest(world["ic"])
    second = version(world["ic"], world.root)
    third = version(world["ic"], world.root, before=verify(now, second))
    world.hub.put(subject(now.roster.version + 2, third), third.body, third.header)
    world.run(10)
    assert all(latest(section) == now for section in world.sections)
    proclaim(world, second)
    world.until(lambda: all(latest(section).document.body == third.body for section in world.sections))
    world.heal()
    world.judge()


def test_fault_42_signed_by_too_few(world):
    """By the old roots alone, by the new ones alone, by one key twice: nobody follows, whoever carries it."""
    before = latest(world["ic"])
    other = SigningKey.generate()
    both = (Root(key=world.root.public, holder="ic"), Root(key=other.public, holder="fr"))
    only_new = (Root(key=other.public, holder="fr"),)
    twice = version(world["ic"], world.root, roots=both, threshold=2)
    forged = {
        "the old roots alone": version(world["ic"], world.root, roots=only_new),
        "the new roots alone": version(world["ic"], other, roots=only_new),
        "one key twice": SignedDocument(twice.body, twice.signatures * 2),
        "nobody": SignedDocument(twice.body, ()),
        "another kind of thing": SignedDocument(twice.body, (world.root.sign(keys.HEADS, twice.body),)),
    }
    number = before.roster.version + 1
    for name, document in forged.items():
        put(world, Parcel(subject(number, document), document.body, document.header))
        with world["ic"].writing() as session, pytest.raises(Untrusted, match="roster_threshold"):
            port.store_version(session, document, world["ic"].now())
        assert latest(world["ic"]) == before, name
    world.run(10)
    assert all(latest(section).hash == before.hash for section in world.sections)
    true = version(world["ic"], world.root, other, roots=both, threshold=2)
    proclaim(world, true)
    world.heal()
    world.until(lambda: all(latest(section).roster.threshold == 2 for section in world.sections))
    world.judge()


def put(world, parcel):
    stream = world.hub.streams[ROSTER]
    if not stream.under(parcel.subject):
        world.hub.store(parcel)
