"""What a carrier may do to what it carries: repeat, shuffle, change, forge, replay, leave out."""

import pytest

from internationale.bus import HEADS, ROSTER, NotAllowed, Parcel
from internationale.events.envelope import Address
from internationale.events.keys import EVENT, SigningKey
from internationale.rooms.roster import queries
from internationale.testing import oracle
from internationale.testing.memory import MemoryBus


def publish(world, code, parcel):
    """Publish with the rights of a section, beside its instance."""
    return world.during(MemoryBus(world.hub, code).publish([parcel]))[0]


@pytest.mark.parametrize("seed", range(2))
def test_fault_17_duplicates(make, seed):
    """Everything comes several times, from two hubs."""
    world = make("ic", "fr", "ar", hubs=2, seed=seed)
    for hub in world.hubs.values():
        hub.faults.repeats = 1.0
    for number in range(10):
        world.say("fr", f"said {number}", parts=(b"%d" % number,) if number % 4 == 0 else ())
        world.run(0.1)
    world.run(5)
    for hub in world.hubs.values():
        for code in world.instances:
            hub.rewind(code)
    world.run(5)
    world.heal()
    world.judge()


@pytest.mark.parametrize("seed", range(2))
def test_fault_18_reorder_inside_a_window(make, seed):
    """Later numbers and answers come before what they stand on: parked, waiting, and applied in the end."""
    world = make("ic", "fr", "ar", seed=seed)
    world.hub.faults.window = 200
    causes = []
    for number in range(40):
        name = world.chance.choice(["ic", "fr"])
        known = [ref for ref in causes if ref.event_id in oracle.log(world[name])]
        causes.append(world.say(name, f"said {number}", *known[-1:]))
        world.run(world.chance.choice([0, 0, 0.05]))
    world.heal()
    world.judge()


@pytest.mark.parametrize("fault", ["body", "signature", "signer", "header"])
def test_fault_19_tampering(world, fault):
    """Quarantined with the right reason; the true event still comes, from those who have it."""
    world.hub.faults.cut.add("ar")
    world.say("fr", "before")
    world.say("fr", "the truth")
    world.say("fr", "after")
    world.until(lambda: len(oracle.log(world["ic"])) == 3)
    true = world.events("fr")[1]
    stranger = SigningKey.generate()
    body, signature, reason = {
        "body": (true.body.replace(b"the truth", b"the trash"), true.signature, "bad_signature"),
        "signature": (true.body, true.signature[:-4] + "AAAA", "bad_signature"),
        "signer": (true.body, stranger.sign(EVENT, true.body), "unknown_key"),
        "header": (true.body, "", "unknown_key"),
    }[fault]
    world.hub.purge(true.subject)
    world.hub.put(true.subject, body, signature)
    world.heal()
    world.judge(bad=None)
    oracle.refused(world["ar"], [(true.subject, reason)])
    assert oracle.rows(world["ar"])["notes_note"] == oracle.rows(world["fr"])["notes_note"]


def test_fault_20_forged_sender_with_a_sections_own_rights(world):
    """The hub refuses it: nobody ever sees it."""
    world.hub.faults.users = True
    world.say("fr", "first")
    world.say("ar", "mine")
    world.until(world.quiet)
    mine = world.events("ar")[0]
    for parcel in (Parcel(Address("fr", 1, 2).subject, mine.body, mine.signature), Parcel("intl.v1.heads.fr", b"{}", "x.y")):
        with pytest.raises(NotAllowed):
            publish(world, "ar", parcel)
    world.say("fr", "second")
    world.heal()
    world.judge()


def test_fault_21_squatting_of_the_next_number_with_the_hubs_rights(world):
    """The event travels past the squatter: its author is asked. The operator purges, and the hub has it too."""
    world.say("fr", "first")
    world.until(world.quiet)
    subject = Address("fr", 1, 2).subject
    world.hub.put(subject, b"squatted", "0123456789abcdef.AAAA")
    world.say("fr", "second")
    world.say("fr", "third")
    world.heal()
    world.judge(bad=[(subject, "unknown_key")])
    assert world["fr"].fenced is None
    world.hub.purge(subject)
    world.kill("fr")
    world.heal()
    world.run(10)
    assert len(world.hub.streams["INTL_LOG"].under(subject)) == 1
    world.judge(bad=[(subject, "unknown_key")])


def test_fault_22_an_old_event_under_another_number(world):
    world.say("fr", "first")
    world.until(world.quiet)
    old = world.events("fr")[0]
    elsewhere = [Address("fr", 1, 2).subject, Address("ic", 1, 1).subject, Address("fr", 2, 1).subject]
    for subject in elsewhere:
        world.hub.put(subject, old.body, old.signature)
    world.run(10)
    world.say("fr", "second")
    world.say("ic", "mine")
    world.heal()
    world.judge(bad=list(zip(elsewhere, ["subject_mismatch", "unknown_key", "subject_mismatch"], strict=True)))


def test_fault_23_old_rosters_and_old_heads_again(world):
    """They were true once. Nobody goes back."""
    world.say("fr", "first")
    world.until(world.quiet)
    old = [*world.hub.streams[HEADS].kept.values(), *world.hub.streams[ROSTER].kept.values()]
    world.say("ar", "second")
    world.until(world.quiet)
    before = {section.code: chain(section) for section in world.sections}
    world.hub.streams[ROSTER].kept.clear()
    world.hub.streams[ROSTER] = type(world.hub.streams[ROSTER])()
    for parcel in old:
        world.hub.store(parcel)
    world.run(10)
    world.heal()
    world.judge()
    assert {section.code: chain(section) for section in world.sections} == before


def chain(section):
    with section.reading() as session:
        return queries.chain(session)


@pytest.mark.parametrize("has_it", ["hub", "origin", "peer", "nobody for now"])
def test_fault_24_gap_in_the_middle(world, has_it):
    """Each way to what is missing, with the others closed."""
    world.hub.faults.cut.add("ar")
    for number in range(6):
        world.say("fr", f"said {number}")
    world.until(lambda: len(oracle.log(world["ic"])) == 6)
    world.run(3)
    missing = [Address("fr", 1, number).subject for number in (3, 4)]
    kept = [world.hub.streams["INTL_LOG"].kept[world.hub.streams["INTL_LOG"].under(subject)[0]] for subject in missing]
    for subject in missing:
        world.hub.purge(subject)
    absent = {"hub": ["ic", "fr"], "origin": ["ic"], "peer": ["fr"], "nobody for now": ["ic", "fr"]}[has_it]
    world.kill(*absent)
    if has_it == "hub":
        for parcel in kept:
            world.hub.store(parcel)
    world.hub.faults.cut.clear()
    world.run(60)
    assert len(oracle.log(world["ar"])) == (2 if has_it == "nobody for now" else 6)
    world.heal()
    world.judge()
