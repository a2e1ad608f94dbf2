"""Somebody with the hub's rights puts things where versions of the roster travel, before the true one comes."""

import pytest

from internationale.events import keys
from internationale.events.signed import SignedDocument

from .crafting import latest, proclaim, subject, version


def followed(world, document):
    return all(latest(section).document.body == document.body for section in world.sections)


@pytest.fixture
def true(world):
    """The next version, which nobody has yet."""
    world.run(5)
    return version(world["ic"], world.root)


def bad(world, true, number):
    """The true bytes with signatures that are none, or with that of another kind of thing."""
    signatures = {0: (), 1: (world.root.sign(keys.HEADS, true.body),)}.get(number, (f"{number:016x}.{'A' * 86}",))
    return SignedDocument(true.body, signatures)


def test_the_true_bytes_with_bad_signatures_take_nobodys_place(world, true):
    number = latest(world["ic"]).roster.version + 1
    for each in (bad(world, true, 0), bad(world, true, 1), bad(world, true, 2)):
        by_body = f"intl.v1.roster.{number}.{keys.digest(keys.ROSTER, true.body).hex()[:16]}"
        for name in (by_body, subject(number, each)):
            world.hub.put(name, each.body, each.header)
    world.run(5)
    proclaim(world, true)
    world.until(lambda: followed(world, true))
    world.heal()
    world.judge()


def test_any_number_of_names_of_the_next_version_hides_nothing(world, true):
    number = latest(world["ic"]).roster.version + 1
    for each in range(150):
        squatted = bad(world, true, each)
        world.hub.put(subject(number, squatted), squatted.body, squatted.header)
    proclaim(world, true)
    world.until(lambda: followed(world, true))
    world.kill("fr")
    world.start("fr")
    world.heal()
    world.judge()


def test_where_the_very_name_is_taken_the_version_travels_under_another(world, true):
    """Whoever has seen it on another hub knows its name."""
    number = latest(world["ic"]).roster.version + 1
    name = subject(number, true)
    world.hub.put(name, true.body, "")
    proclaim(world, true)
    world.until(lambda: followed(world, true))
    world.run(30)
    there = {parcel.subject: parcel for parcel in world.hub.streams["INTL_ROSTER"].kept.values()}
    copies = [each for each in there.values() if (each.body, each.signature) == (true.body, true.header)]
    assert (there[name].signature, len(copies) >= 1, len(copies) <= len(world.sections)) == ("", True, True)
    world.heal()
    world.judge()
