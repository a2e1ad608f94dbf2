"""Sections and rights taken away, hubs among several, clients that give up, downgrades, and what is sealed."""

from dataclasses import replace

import pytest

from internationale.bus import LOG
from internationale.errors import Paused
from internationale.events.envelope import parse, seal
from internationale.events.roster import LastGood, Status
from internationale.ledger.records import State
from internationale.testing import notes, oracle
from internationale.testing.builds import older

from .crafting import entry, latest, proclaim, rival, version
from .test_faults_34_to_42 import states

WORDS = b"nobody else may know of this"


def test_fault_43_section_expelled_while_connected(world):
    """Cut at the last good number for all; what it goes on saying is refused; its past stays readable; the others go on."""
    for number in range(3):
        world.say("fr", f"said {number}")
    world.until(world.quiet)
    good = LastGood(epoch=1, sequence=3, hash=world.said["fr:1:3"])
    stubborn = [rival(world["fr"], "I am still here")]
    proclaim(world, version(world["ic"], world.root, sections=entry("fr", status=Status.EXPELLED, last_good=good)))
    world.hub.faults.forbidden.add("fr")
    world.until(lambda: latest(world["fr"]).roster.entry("fr").status is Status.EXPELLED)
    with pytest.raises(Paused):
        world.say("fr", "from inside")
    world.hub.put(stubborn[0].subject, stubborn[0].body, stubborn[0].signature)
    world.say("ar", "life goes on")
    world.run(90)
    remaining = [world["ic"], world["ar"]]
    oracle.invariants(remaining, world.said, bad=[(stubborn[0].subject, "key_not_valid_at_number")])
    assert len(oracle.rows(world["ar"])["notes_note"]) == 4


def test_fault_44_consumer_deleted_by_the_hub(world):
    """It is made again, and nothing hurries in vain meanwhile."""
    world.say("fr", "before")
    world.until(world.quiet)
    world.hub.forget("ar")
    began = len(world.instances["ar"].life.steps)
    world.say("fr", "after")
    world.run(60)
    assert len(world.instances["ar"].life.steps) - began < 600
    world.heal()
    world.judge()


def test_fault_45_permission_removed_for_the_own_subject(world):
    """Work goes on at home, the hub is not hammered, and all goes out when the right is given back."""
    world.say("fr", "before")
    world.until(world.quiet)
    world.hub.faults.forbidden.add("fr")
    began = len(world.instances["fr"].life.steps)
    for number in range(10):
        world.say("fr", f"at home {number}")
        world.say("ar", f"elsewhere {number}")
        world.run(30)
    tried = [step for step in world.instances["fr"].life.steps[began:] if step == f"{LOG}: before publishing"]
    assert len(tried) <= 30
    assert len(oracle.log(world["fr"])) == 21
    assert len(oracle.log(world["ar"])) == 11
    world.heal(400)
    world.judge()


def test_fault_46_cluster_between_two_leaders(world):
    """No answer for as long as an election takes, again and again; nothing that was acknowledged is lost."""
    for _ in range(3):
        world.say("fr", "before")
        world.hub.faults.frozen = True
        world.say("ar", "during")
        world.run(8)
        world.hub.faults.frozen = False
        world.run(5)
    world.heal()
    world.judge()


def test_fault_47_mirror_stalled(make):
    """One of two ways shows nothing new and says nothing of it; the other takes over."""
    world = make("ic", "fr", "ar", hubs=2)
    world.say("fr", "before")
    world.until(world.quiet)
    direct, mirror = world.hubs.values()
    shown = {parcel.subject for parcel in mirror.streams[LOG].kept.values()}
    mirror.faults.hidden["ar"] = lambda subject: subject not in shown
    direct.faults.latency = 0.5
    refs = [world.say("fr", f"during {number}") for number in range(5)]
    assert world.until(lambda: refs[-1].event_id in oracle.log(world["ar"])) < 10
    world.heal()
    world.judge()


def test_fault_48_client_closed_for_good(world):
    """A new one is made, as often as needed."""
    world.say("fr", "before")
    world.until(world.quiet)
    for _ in range(3):
        for name in world.instances:
            world.hub.disconnect(name)
        world.say("fr", "between")
        world.run(20)
    assert len(oracle.log(world["ar"])) == 4
    world.heal()
    world.judge()


def test_fault_49_downgrade_with_newer_events_in_the_log(world):
    """What the older build does not know waits there, nothing is lost, and the upgrade applies it again."""
    first = world.say("fr", "later", kind=notes.Later)
    world.say("fr", "a note")
    world.until(world.quiet)
    world.say("ic", "an answer", first)
    world.until(world.quiet)
    world.kill("ar")
    world.instances["ar"].plugins = older()
    world.start("ar")
    world.say("ic", "after the downgrade", kind=notes.Later)
    world.say("fr", "another note")
    world.heal()
    assert states(world["ar"]) == {
        "fr:1:1": (State.WAITING, "unknown_type"),
        "fr:1:2": (State.APPLIED, ""),
        "fr:1:3": (State.APPLIED, ""),
        "ic:1:1": (State.WAITING, "missing_cause"),
        "ic:1:2": (State.WAITING, "unknown_type"),
    }
    oracle.same_logs(world.sections)
    world.kill("ar")
    world.instances["ar"].plugins = world.plugins
    world.heal()
    world.judge()


def test_fault_50_sealed_for_others(world):
    """Who it is not for holds it, checks it, hands it on, and can read none of it; what stands on it stays among its readers."""
    ref = world.say("fr", WORDS.decode(), parts=(WORDS,), audience="fr ic")
    world.until(lambda: ref.event_id in oracle.log(world["ic"]))
    world.say("ic", f"answer: {WORDS.decode()}", ref)
    world.say("ar", "open")
    world.heal()
    world.judge(secrets=[(WORDS, {"fr", "ic"})])
    assert states(world["ar"])["fr:1:1"] == (State.SEALED, "not_addressed")
    assert states(world["ic"])["fr:1:1"] == (State.APPLIED, "")


def test_fault_50_sealed_and_the_key_is_lost(world):
    """Shown as unreadable, and nothing else suffers."""
    world.kill("ic")
    for file in world.instances["ic"].settings.sealing_keys.iterdir():
        file.unlink()
    ref = world.say("fr", WORDS.decode(), audience="fr ic")
    world.say("fr", "open")
    world.start("ic")
    world.heal()
    assert states(world["ic"])[ref.event_id] == (State.SEALED, "no_key")
    world.judge(secrets=[(WORDS, {"fr"})])


def test_fault_50_sealed_words_published_again_by_another(world):
    """A copied age file is nobody else's word: the line inside names the section and the number that it was written for."""
    world.say("fr", WORDS.decode(), audience="ar fr ic")
    world.until(world.quiet)
    world.kill("ar")
    (copied,) = world.events("fr")
    outer = replace(
        parse(copied.body),
        section="ar",
        prevhash=parse(rival(world["ar"], "").body).prevhash,
        audience="ar ic",
        time=world["ar"].now(),
    )
    stolen = seal(outer, world["ar"].key)
    world.hub.put(outer.address.subject, stolen.body, stolen.signature)
    world.until(lambda: len(oracle.log(world["ic"])) == len(oracle.log(world["fr"])) == 2)
    assert states(world["ic"])["ar:1:1"] == (State.VOID, "sealed_context")
    assert states(world["fr"])["ar:1:1"] == (State.SEALED, "not_addressed")
    for name in ("ic", "fr"):
        oracle.verify(world[name])
        oracle.replayed(world[name])
        oracle.refused(world[name], [])
        assert len(oracle.rows(world[name])["notes_note"]) == 1
