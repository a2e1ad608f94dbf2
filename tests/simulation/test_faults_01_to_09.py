"""Processes that die, and disks that forget."""

import pytest

from internationale.testing import oracle
from internationale.testing.lives import COMMITTED

FLIGHT = 12
"""Events in flight when a process dies."""


def fly(world, name="fr"):
    """Many things are said at once."""
    for number in range(FLIGHT):
        world.say(name, f"in flight {number}")


def die(world, name, step):
    """Wait until a process has died at a step."""
    world.instances[name].life.dies_at = step
    world.until(lambda: not world.instances[name].alive, what=f"dying {step}")


def test_fault_01_origin_killed_before_the_commit(world):
    """Nothing exists anywhere; the number is used again."""
    world.say("fr", "first")
    world.instances["fr"].life.dies_at = "before the commit"
    assert world.say("fr", "never said") is None
    world.kill("fr")
    world.start("fr")
    world.run(5)
    ref = world.say("fr", "second")
    assert ref.sequence == 2
    world.heal()
    world.judge()
    assert not any("never said" in str(row) for row in oracle.rows(world["ar"])["notes_note"])


def test_fault_02_origin_killed_after_the_commit_before_publishing(world):
    world.instances["fr"].life.dies_at = COMMITTED
    ref = world.say("fr", "said, and nobody heard it")
    assert ref is not None
    world.run(10)
    assert oracle.log(world["ar"]) == {}
    world.heal()
    world.judge()


def test_fault_03_origin_killed_after_publishing_before_the_answer_is_read(world):
    fly(world)
    die(world, "fr", "INTL_LOG: published")
    world.heal()
    world.judge()


def test_fault_04_origin_killed_after_the_answer_before_the_cursor_is_kept(world):
    fly(world)
    die(world, "fr", "INTL_LOG: answered")
    world.heal()
    world.judge()


def test_fault_05_origin_killed_in_the_middle_of_an_atomic_batch(world):
    """None of the batch is visible; the whole of it is sent again."""
    fly(world)
    die(world, "fr", "INTL_LOG: in the middle of publishing")
    world.run(30)
    assert oracle.log(world["ar"]) == {}
    world.heal()
    world.judge()


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "while publishing"])
def test_fault_06_hub_killed(world, busy):
    world.say("fr", "before")
    world.until(world.quiet)
    if busy:
        fly(world)
    world.hub.faults.down = True
    world.run(20)
    world.say("ar", "meanwhile")
    fly(world)
    assert world.heal() < 60
    world.judge()


@pytest.mark.parametrize(
    "step",
    [
        "INTL_LOG: delivered",
        "before a transaction",
        "in the middle of a transaction",
        "before the commit",
        COMMITTED,
        "INTL_LOG: before acknowledging",
        "INTL_LOG: acknowledged",
    ],
)
def test_fault_07_receiver_killed(world, step):
    world.say("ic", "before")
    world.until(world.quiet)
    fly(world)
    die(world, "ar", step)
    fly(world)
    world.heal()
    world.judge()


def test_fault_08_power_lost_at_the_hub(world):
    """What it had acknowledged and not yet written is gone, and nothing says so: its next audit finds it."""
    world.say("fr", "on the disk")
    world.until(world.quiet)
    forget = world.hub.backup()
    fly(world)
    world.instances["ar"].kill()
    world.run(3)
    forget()
    world.hub.faults.down = True
    world.run(5)
    world.heal()
    world.judge()
    assert len(world.hub.streams["INTL_LOG"].kept) == FLIGHT + 1


def test_fault_09_power_lost_at_the_origin_that_forgets_what_it_published(world):
    """The fence notices that others hold more of the log than its own section, and takes it back."""
    fly(world)
    world.until(world.quiet)
    forget = world.backup("fr")
    world.say("fr", "published, then forgotten")
    world.until(world.quiet)
    forget()
    world.start("fr")
    world.until(lambda: world["fr"].fenced is None)
    assert world.say("fr", "after it").sequence == FLIGHT + 2
    world.heal()
    world.judge()


def test_fault_09_what_nobody_heard_was_never_said(world):
    forget = world.backup("fr")
    world.hub.faults.cut = {"fr"}
    lost = world.say("fr", "said into the dark")
    forget()
    del world.said[lost.event_id]
    world.heal()
    assert world.say("fr", "said again").sequence == lost.sequence
    world.heal()
    world.judge()
