"""A log that the list of sections ends, or gives another key: whatever of it came before the list, everyone shows the same."""

import os
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from internationale.events.envelope import parse
from internationale.events.keys import SigningKey
from internationale.events.logs import KeyRange, LogRules
from internationale.ledger import forks
from internationale.ledger.deliveries import Delivery
from internationale.ledger.following import unfinished
from internationale.ledger.reading import Gap

from .conftest import Author, House

ORDERS = int(os.environ.get("ENDING_ORDERS", "12"))
"""How many orders of arrival are gone through."""


def ended(author: Author, last: Delivery) -> LogRules:
    """The log counts up to this event."""
    said = parse(last.body)
    return replace(author.rules, keys=(KeyRange(author.key.public, 1, said.sequence),), pin=(said.sequence, said.hash))


def shown(home: House) -> list[str]:
    return [row[2] for row in home.rows()["talk_saying"]]


def asked_for(home: House) -> list[Gap]:
    heads = home.read(home.ledger.all_heads)
    return [*home.read(home.ledger.gaps), *unfinished(heads, home.keyring)]


def test_what_was_parked_beyond_the_end_of_a_log_does_not_count_when_the_hole_closes(house, fr: Author):
    said = [fr.say(text) for text in ("1", "2", "3", "4", "5")]
    home: House = house(fr)
    assert home.accept(*said[:2], *said[3:]) == ["applied", "applied", "parked", "parked"]
    home.follow(ended(fr, said[2]))
    assert asked_for(home) == [Gap("fr", 1, 3, 3)]
    assert home.accept(said[2]) == ["applied"]
    assert (home.head("fr"), shown(home)) == (3, ["1", "2", "3"])
    assert asked_for(home) == []
    assert home.rows() == home.replayed()


def test_nor_does_it_of_a_log_of_which_nothing_else_was_here(house, fr: Author):
    said = [fr.say(text) for text in ("1", "2", "3")]
    home: House = house(fr)
    assert home.accept(*said[1:]) == ["parked", "parked"]
    home.follow(ended(fr, said[1]))
    assert home.accept(said[0]) == ["applied"]
    assert shown(home) == ["1", "2"]


def test_nothing_beyond_the_end_is_asked_for(house, fr: Author):
    said = [fr.say(str(number)) for number in range(1, 9)]
    home: House = house(fr)
    home.accept(*said[:2], said[7])
    home.follow(ended(fr, said[2]))
    assert asked_for(home) == [Gap("fr", 1, 3, 3)]


def test_between_a_list_and_the_look_at_the_logs_under_it_nothing_beyond_the_end_is_appended(house, fr: Author):
    """The list is stored first; and what was parked before may have been under a build that did not look."""
    said = [fr.say(text) for text in ("1", "2", "3", "4", "5")]
    home: House = house(fr)
    home.accept(*said[:2], *said[3:])
    home.listed["fr"] = ended(fr, said[2])
    assert home.accept(said[2]) == ["applied"]
    assert shown(home) == ["1", "2", "3"]


@pytest.mark.parametrize("lifted", [False, True])
def test_whatever_came_before_the_end_all_come_to_the_same(house, fr: Author, ar: Author, lifted: bool):
    said = [fr.say(str(number)) for number in range(1, 8)]
    others = [ar.answer(said[1]), ar.answer(said[3]), ar.answer(said[5])]
    lists: Sequence[LogRules] = [ended(fr, said[4]), ended(fr, said[2]), *([ended(fr, said[5]), fr.rules] if lifted else [])]
    honest: House = house(fr, ar)
    honest.accept(*(said if lifted else said[:3]), *others)
    expected = (honest.states(), honest.rows())
    for seed in range(ORDERS):
        chance = random.Random(seed)
        home: House = house(fr, ar)
        mixed = [*said, *others]
        chance.shuffle(mixed)
        turns = sorted(chance.randint(0, len(mixed)) for _list in lists)
        for place, delivery in enumerate(mixed):
            for _turn, rules in (each for each in zip(turns, lists, strict=True) if each[0] == place):
                home.follow(rules)
            home.accept(delivery)
        for _turn, rules in (each for each in zip(turns, lists, strict=True) if each[0] == len(mixed)):
            home.follow(rules)
        assert (home.states(), home.rows()) == expected, f"seed {seed}"
        assert home.rows() == home.replayed()


def rotated(before: Author, after: Author, first: int) -> LogRules:
    """From this number on the log is signed with the other key."""
    return replace(before.rules, keys=(KeyRange(before.key.public, 1, first - 1), KeyRange(after.key.public, first)))


class Rotation:
    """Up to number 3 of ``fr`` with the first key, from 4 on with the second; and what a thief of the first signs."""

    def __init__(self, fr: Author) -> None:
        self.old = [fr.say(text) for text in ("1", "2", "3")]
        thief = Author("fr", fr.key, fr.last)
        self.stolen = [thief.say(f"stolen {number}") for number in range(4, 10)]
        after = Author("fr", SigningKey.generate(), fr.last)
        self.rules = rotated(fr, after, 4)
        self.new = [after.say(str(number)) for number in range(4, 10)]
        self.texts = [*"123456789"]


@pytest.mark.parametrize("looked", [True, False])
def test_what_a_key_of_before_has_signed_far_ahead_stops_no_log(house, fr: Author, looked: bool):
    """Not even between a new list and the look at the logs under it."""
    said = Rotation(fr)
    home: House = house(fr)
    home.accept(*said.old[:2], said.stolen[4])
    if looked:
        home.follow(said.rules)
        assert asked_for(home) == []
    home.listed["fr"] = said.rules
    assert home.accept(said.old[2], *said.new) == ["applied"] * 7
    assert (shown(home), home.read(forks.proofs)) == (said.texts, [])
    assert home.accept(said.stolen[4]) == ["quarantined"]
    assert home.rows() == home.replayed()


@pytest.mark.parametrize("looked", [True, False])
def test_nor_what_it_has_signed_next(house, fr: Author, ar: Author, looked: bool):
    """It was appended, and something stands on it, before the list was here."""
    said = Rotation(fr)
    home: House = house(fr, ar)
    standing = ar.answer(said.stolen[1])
    assert home.accept(*said.old, *said.stolen[:3], standing) == ["applied"] * 7
    if looked:
        home.follow(said.rules)
        assert (home.head("fr"), home.state(standing)) == (3, ("waiting", "missing_cause"))
        assert home.rows() == home.replayed()
    home.listed["fr"] = said.rules
    assert home.accept(*said.new) == ["applied"] * 6
    assert (shown(home), home.read(forks.proofs)) == (said.texts, [])
    assert home.rows() == home.replayed()


def test_what_the_list_has_overtaken_is_kept_with_its_reason_and_counts_when_a_list_takes_that_back(house, fr: Author):
    """As with whoever gets it later."""
    said = Rotation(fr)
    home: House = house(fr)
    home.accept(*said.old, *said.stolen[:2], said.stolen[4])
    home.follow(said.rules)
    assert [(row["reason"], row["source"]) for row in home.read(home.ledger.refusals)] == [("key_not_valid_at_number", "fr")]
    home.follow(fr.rules)
    assert shown(home) == ["1", "2", "3", "stolen 4", "stolen 5"]
    assert home.accept(*said.stolen)[2:] == ["applied", "applied", "duplicate", "applied"]


@pytest.mark.parametrize("beginning", [2, 3])
def test_nor_does_a_proof_of_before_stop_a_log_that_it_does_not_concern_any_more(house, fr: Author, beginning: int):
    """A thief has signed two events under one number, which belongs to another key by now; who hears of it later refuses both."""
    said = Rotation(fr)
    home: House = house(fr)
    other = Author("fr", fr.key, parse(said.stolen[0].body)).say("stolen 5, otherwise")
    home.accept(*said.old[:beginning], *said.stolen[:3])
    assert home.accept(other) == ["forked"]
    home.follow(said.rules)
    assert home.read(forks.proofs) == []
    home.accept(*said.old, *said.new)
    assert shown(home) == said.texts
    assert home.rows() == home.replayed()
    home.follow(fr.rules)
    assert [str(proof.address) for proof in home.read(forks.proofs)] == ["fr:1:5"]
    assert shown(home) == ["1", "2", "3", "stolen 4"]


def test_two_who_have_signed_by_now_still_prove_a_fork(house, fr: Author):
    said = Rotation(fr)
    home: House = house(fr)
    twin = Author("fr", fr.key, parse(said.old[1].body))
    home.accept(*said.old, said.stolen[3])
    home.follow(said.rules)
    assert home.accept(twin.say("3, otherwise")) == ["forked"]
    assert home.head("fr") == 2


def test_whatever_a_stolen_key_has_signed_all_come_to_the_same(house, fr: Author, ar: Author):
    said = Rotation(fr)
    others = [ar.answer(said.old[1]), ar.answer(said.stolen[0]), ar.answer(said.new[3])]
    honest: House = house(fr, ar)
    honest.follow(said.rules)
    honest.accept(*said.old, *said.new, *others)
    expected = (honest.states(), honest.rows())
    for seed in range(ORDERS):
        chance = random.Random(seed)
        home: House = house(fr, ar)
        mixed = [*said.old, *said.new, *others, *chance.sample(said.stolen, chance.randint(1, 6))]
        chance.shuffle(mixed)
        turn, pause = chance.randint(0, len(mixed)), chance.randint(0, 2)
        for place, delivery in enumerate(mixed):
            if place == turn:
                home.listed["fr"] = said.rules
            if place == turn + pause:
                home.follow(said.rules)
            home.accept(delivery)
        home.follow(said.rules)
        home.accept(*said.old, *said.new)
        assert (home.states(), home.rows()) == expected, f"seed {seed}"
        assert home.read(forks.proofs) == []
        assert home.rows() == home.replayed()
