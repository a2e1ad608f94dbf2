"""Networks that break, and hubs that stand still, forget or are lost."""

import pytest

from internationale.bus import LOG
from internationale.events.envelope import Address
from internationale.testing import oracle


@pytest.mark.parametrize(("seconds", "late"), [(30, False), (30, True), (600, True)], ids=["short", "arriving late", "long"])
def test_fault_10_partition_between_a_section_and_the_hub(world, seconds, late):
    """Work goes on at home; what was sent into the broken network may arrive in the end, or not."""
    world.say("fr", "before")
    world.until(world.quiet)
    world.hub.faults.cut.add("fr")
    world.hub.faults.late |= {"fr"} if late else set()
    for number in range(5):
        world.say("fr", f"at home {number}")
        world.say("ic", f"elsewhere {number}")
        world.run(seconds / 5)
    assert len(oracle.log(world["ar"])) == 6
    assert world.heal() < 30
    world.judge()


def test_fault_11_half_open_connection(world):
    """What is sent arrives and no answer comes: it is sent again, until an answer comes, and stored once."""
    world.hub.faults.deaf.add("fr")
    for number in range(5):
        world.say("fr", f"said {number}")
    world.run(30)
    assert world.heal() < 30
    world.judge()
    assert len(world.hub.streams[LOG].kept) == 5


def test_fault_12_hub_stands_still_for_a_minute(world):
    world.say("fr", "before")
    world.hub.faults.frozen = True
    for number in range(6):
        world.say("ar", f"during {number}")
        world.run(10)
    assert world.heal() < 30
    world.judge()


@pytest.mark.parametrize("stream", ["INTL_LOG", "INTL_HEADS", "INTL_ROSTER", "INTL_PART", "INTL_PROOF"])
def test_fault_13_stream_deleted(world, stream):
    """It is made again and filled again by those who have what belongs there."""
    world.say("fr", "before", parts=(b"long",))
    world.until(world.quiet)
    del world.hub.streams[stream]
    world.hub.places = {key: place for key, place in world.hub.places.items() if key[0] != stream}
    world.say("ic", "after", parts=(b"longer",))
    world.hub.faults.down = True  # an operator's deed of this kind goes with a restart
    world.run(2)
    world.heal()
    world.judge()
    assert len(world.hub.streams[LOG].kept) == 2


def test_fault_14_hub_disk_lost_while_an_origin_is_offline(world):
    """What the absent section said is had from those who hold it."""
    world.hub.faults.cut.add("ar")
    for number in range(5):
        world.say("fr", f"said {number}", parts=(b"part %d" % number,))
    world.until(lambda: len(oracle.log(world["ic"])) == 5)
    world.run(5)
    world.kill("fr")
    world.hub.wipe()
    world.hub.faults.cut.clear()
    world.until(lambda: oracle.log(world["ar"]) == oracle.log(world["ic"]), what="having it from ic")
    world.heal()
    world.judge()
    assert len(world.hub.streams[LOG].kept) == 5


def test_fault_15_hub_restored_from_an_old_backup(world):
    """It believes to be what it was: the same name, older contents, older consumers."""
    world.say("fr", "in the backup")
    world.until(world.quiet)
    restore = world.hub.backup()
    for number in range(10):
        world.say("fr", f"after it {number}")
    world.until(world.quiet)
    world.hub.faults.down = True
    world.run(3)
    restore()
    world.heal()
    world.say("ar", "life goes on")
    world.heal()
    world.judge()
    assert len(world.hub.streams[LOG].kept) == 12


@pytest.mark.parametrize("restarted", [False, True], ids=["at once", "found at a restart"])
def test_fault_16_bits_flipped_in_the_hubs_store(world, restarted):
    """Some events vanish and others change: heads show what is missing, whoever has it is asked, and the hub is filled again."""
    world.hub.faults.cut.add("ar")
    for number in range(10):
        world.say("fr", f"said {number}")
    world.until(lambda: len(oracle.log(world["ic"])) == 10)
    for lost in (3, 4, 9, 10):
        world.hub.purge(Address("fr", 1, lost).subject)
    damaged = Address("fr", 1, 6).subject
    world.hub.corrupt(damaged, b'{"specversion":"1.1"}')
    world.hub.faults.down = restarted
    world.run(10)
    assert world.heal() < 90
    world.judge(bad=None)
    oracle.refused(world["ar"], [(damaged, "bad_signature")])
    oracle.refused(world["ic"], [])
    if restarted:
        assert len(world.hub.streams[LOG].kept) == 10
