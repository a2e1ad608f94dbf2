"""A log that the list of sections ends, or gives another key: whatever of it came before the list, everyone shows the same."""

import os
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from internationale.events.envelope import parse
from internationale.events.logs import KeyRange, LogRules
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
