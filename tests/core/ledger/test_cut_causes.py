"""Who names an event is not judged by another under its number that does not count in the end, whatever had become of that one:
all show the same, also who heard of that one first.
"""

import hashlib
import itertools
import os
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from internationale.events.envelope import SEALED, Envelope, parse
from internationale.events.keys import encode
from internationale.events.refs import Ref
from internationale.events.sealed import Sealed
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery
from internationale.ledger.pacing import Pace

from .conftest import Answered, Author, House, Said, ref
from .older import older
from .test_ended_logs import ended
from .test_forks import Clock, hurried, renew

ORDERS = int(os.environ.get("CUT_ORDERS", "12"))
"""How many orders of arrival are gone through."""
ABSENT = hashlib.sha256(b"s" * 16 + b"never sent").hexdigest()


def sealed(author: Author) -> Delivery:
    """Said to others: it cannot be opened here."""
    data = Sealed(digest="ab" * 32, size=4096, content=encode(b"age-encryption.org/v1")).model_dump(mode="json")
    draft: Envelope = author.draft(Said(text=""), kind=SEALED, data=data)
    return author.send(replace(draft, audience=f"{author.code} zz", dataschema="urn:intl:schema:sealed:1"))


NEVER = Author("de").say("it never comes")
WAYS: dict[str, Callable[[Author], Delivery]] = {
    "applied": lambda thief: thief.say("stolen"),
    "part": lambda thief: thief.say("stolen", parts=(ABSENT,)),
    "cause": lambda thief: thief.say("stolen", ref(NEVER)),
    "type": lambda thief: thief.whisper("stolen"),
    "failed": lambda thief: thief.say("crash"),
    "sealed": sealed,
}
"""What a thief of a key signs, by what becomes of it where nothing else is known under its number."""
BECOMES = {
    "applied": ("applied", ""),
    "part": ("waiting", "missing_part"),
    "cause": ("waiting", "missing_cause"),
    "type": ("waiting", "unknown_type"),
    "failed": ("failed", "projection_failed:talk:ValueError"),
    "sealed": ("sealed", "not_addressed"),
}


class Theft:
    """A log with two events, of which a thief has signed the second otherwise; and what others say on both."""

    def __init__(self, way: str, fr: Author, ar: Author, xx: Author) -> None:
        self.one = fr.say("one")
        thief = fr.forked()
        self.true = fr.say("two")
        self.stolen = WAYS[way](thief)
        self.answers = [ar.answer(self.true), ar.answer(self.stolen), ar.say("unrelated")]
        self.answers += [xx.answer(self.answers[0]), xx.send(xx.draft(Said(text="both"), ref(self.one), ref(self.true)))]
        self.rules = ended(fr, self.true)


def same(one: House, other: House) -> None:
    assert (one.states(), one.rows()) == (other.states(), other.rows())


@pytest.fixture
def xx() -> Author:
    return Author("xx")


@pytest.mark.parametrize("decided", [True, False])
@pytest.mark.parametrize("hurry", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_what_others_said_on_the_true_one_counts(house, fr: Author, ar: Author, xx: Author, way: str, hurry: bool, decided: bool):
    said = Theft(way, fr, ar, xx)
    home, other = house(fr, ar, xx), house(fr, ar, xx)
    other.accept(said.one, said.true, *said.answers)
    assert other.accept(said.stolen) == ["forked"]
    home.accept(said.one, said.stolen)
    assert home.state(said.stolen) == BECOMES[way]
    home.accept(*said.answers)
    decides = way in ("applied", "sealed")
    assert home.state(said.answers[0]) == (("void", "cause_mismatch") if decides else ("waiting", "missing_cause"))
    if hurry:
        hurried(home)
    assert home.accept(said.true) == ["forked"]
    if decided:
        for each in (home, other):
            each.follow(said.rules)
        assert home.state(said.answers[0]) == ("applied", "")
    home.ledger.pace = Pace()
    renew(home)
    same(home, other)
    assert home.rows() == home.replayed()
    same(home, other)


@pytest.mark.parametrize("way", WAYS)
def test_also_where_the_list_decides_without_a_proof(house, fr: Author, ar: Author, xx: Author, way: str):
    said = Theft(way, fr, ar, xx)
    home, other = house(fr, ar, xx), house(fr, ar, xx)
    other.follow(said.rules)
    other.accept(said.one, said.true, *said.answers)
    home.accept(said.one, said.stolen, *said.answers)
    home.follow(said.rules)
    assert home.state(said.answers[0]) == ("waiting", "missing_cause")
    assert home.accept(said.true) == ["parked"]  # and the log goes on at once: the list has decided
    same(home, other)
    assert home.rows() == home.replayed()


def test_what_is_void_in_any_case_stays_void(house, fr: Author, ar: Author):
    """Its type has no texts: that is known before what it stands on."""
    home, other = house(fr, ar), house(fr, ar)
    one, thief = fr.say("one"), fr.forked()
    stolen, true = thief.say("stolen"), fr.say("two")
    void = ar.send(ar.draft(Answered(text="with a text"), ref(stolen), parts=(ABSENT,)))
    home.accept(one, stolen, void)
    assert home.accept(true) == ["forked"]
    other.accept(one, void)
    same(home, other)
    assert home.state(void) == ("void", "unexpected_part")
    assert home.rows() == home.replayed()


def test_what_a_withdrawn_event_is_void_for_is_judged_as_if_it_had_come_now(house, fr: Author, ar: Author, xx: Author):
    """It names another event under a number; the one that is here is withdrawn, for it stands on a log that is cut."""
    base = xx.say("base")
    rival = Author(xx.code, xx.key).say("base, otherwise")
    standing, another = fr.say("standing", ref(base)), Author("fr").say("never here")
    events = [base, rival, standing, ar.answer(another), ar.say("on it", ref(standing))]
    results = []
    for order in itertools.permutations(events):
        home: House = house(fr, ar, xx)
        for each in order:
            home.accept(each)
        home.accept(*events)
        results.append((home.states(), home.rows()))
        home.database.dispose()
    assert results[0][0] == {
        f"{code}:1:{number}": ("waiting", "missing_cause") for code, number in (("ar", 1), ("ar", 2), ("fr", 1))
    }
    assert all(each == results[0] for each in results)


def test_two_that_name_each_other_wait_whichever_comes_first(house, fr: Author, ar: Author):
    """What they name cannot be: an event's hash is not known before it is written."""
    one = fr.say("one", Ref("ar", 1, 1, "ab" * 8))
    two = ar.answer(one)
    for order in ([one, two], [two, one]):
        home: House = house(fr, ar)
        for each in order:
            home.accept(each)
        assert set(home.states().values()) == {("waiting", "missing_cause")}


@pytest.mark.parametrize("way", WAYS)
def test_a_database_that_has_it_so_already_judges_it_again_once(
    house, fr: Author, ar: Author, xx: Author, way: str, made: list[int]
):
    """As a build left it that held on to what was void for something that is not there any more."""
    said = Theft(way, fr, ar, xx)
    home, other = house(fr, ar, xx), house(fr, ar, xx)
    for each in (home, other):
        each.follow(said.rules)
        each.accept(said.one, said.true, *said.answers)
    event, void = tables.event, [(said.answers[0], "cause_mismatch"), (said.answers[3], "stands_on_void")]
    void.append((said.answers[4], "cause_mismatch"))
    with home.database.engine.begin() as connection:
        for each, reason in void:
            here = {"section": parse(each.body).section, "sequence": parse(each.body).sequence}
            connection.execute(update(event).filter_by(**here).values(state="void", reason=reason))
        older(connection, "ledger_0010")
    home.replayed()
    assert home.states() != other.states()
    made.clear()
    for _start in range(2):
        home.restart()
        same(home, other)
        assert len(made) == 1
    assert home.rows() == home.replayed()


def test_where_nothing_is_void_for_another_event_a_new_build_makes_nothing_anew(house, fr: Author, ar: Author, made: list[int]):
    home: House = house(fr, ar)
    home.accept(fr.say("one"), ar.say("two"), fr.answer(NEVER))
    with home.database.engine.begin() as connection:
        older(connection, "ledger_0010")
    assert (home.restart(), made) == ([], [])


@pytest.mark.parametrize(
    ("way", "becomes", "times"), [("part", ("waiting", "missing_cause"), 0), ("sealed", ("void", "cause_mismatch"), 1)]
)
def test_proofs_of_what_was_not_decided_make_all_rows_anew_at_most_once(
    house, fr: Author, ar: Author, made: list[int], way: str, becomes: tuple[str, str], times: int
):
    """Who signs two events under each number, of which nothing is made, keeps nobody busy with that either."""
    home, other = house(fr, ar), house(fr, ar)
    said, rivals = [], []
    for number in range(8):
        rivals.append(fr.forked().say(f"other {number}"))
        said.append(WAYS[way](fr))
    answers = [ar.answer(each) for each in rivals]
    home.accept(*said, *answers)
    assert {home.state(each) for each in answers} == {becomes}
    clock = hurried(home)
    made.clear()
    for lowest, rival in reversed(list(enumerate(rivals))[3:]):
        assert home.accept(rival) == ["forked"]
        assert home.head("fr") == lowest
        assert home.state(said[lowest]) == (("waiting", "cut") if times else None)
    assert home.accept(fr.say("more")) == ["parked"]
    assert made == []
    clock.now += 1_000_000
    renew(home)
    renew(home)
    assert len(made) == times
    other.accept(*said[:3], *answers)
    same(home, other)
    assert home.rows() == home.replayed()


def test_whatever_becomes_of_the_stolen_ones_all_come_to_the_same(house, fr: Author, ar: Author, xx: Author):
    """In whatever order two histories, what is said on both, two lists and the time to make rows anew come, with starts and
    replays in between; and the parts of some come late.
    """
    for seed in range(ORDERS):
        chance = random.Random(seed)
        us, them, third = Author("fr"), Author("ar"), Author("xx")
        true = [us.say("1"), us.say("2")]
        thief = us.forked()
        true += [chance.choice(list(WAYS.values()))(us) for _number in range(4)]
        stolen = [chance.choice(list(WAYS.values()))(thief) for _number in range(5)]
        answers = [them.answer(each) for each in chance.sample([*true, *stolen], 6)]
        answers += [third.answer(each) for each in chance.sample([*answers, *stolen], 5)]
        lists = [us.rules, ended(us, chance.choice([*true, *stolen])), ended(us, chance.choice([*true, *stolen]))]
        results = [_lived(house(us, them, third), chance, [*true, *stolen, *answers], lists) for _home in range(3)]
        assert results[0] == results[1] == results[2], f"seed {seed}"


def _lived(home: House, chance: random.Random, said: list[Delivery], lists: list[Any]) -> tuple[Any, ...]:
    """What one instance comes to that hears all this in an order of its own."""
    clock = Clock(chance.choice((0.1, 2.0)))
    home.ledger.pace = Pace(clock.seconds)
    mixed, to_follow = chance.sample(said, len(said)), list(lists)
    deeds: list[Callable[[], Any]] = [lambda: renew(home), lambda: _again(home), home.replayed]
    while mixed:
        if to_follow and chance.random() < 0.3:
            home.follow(to_follow.pop(0))
        size = chance.randint(1, 4)
        home.accept(*mixed[:size])
        mixed = mixed[size:]
        for deed in chance.sample(deeds, chance.choice((0, 0, 1))):
            deed()
    for rules in to_follow:
        home.follow(rules)
    for _round in range(12):
        home.accept(*chance.sample(said, len(said)))
    clock.now += 1_000_000
    renew(home)
    found = home.head("fr"), home.states(), home.rows()
    assert found[2] == home.replayed()
    assert found[1] == home.states()
    home.database.dispose()
    return found


def _again(home: House) -> None:
    pace = home.ledger.pace
    home.restart()
    home.ledger.pace = pace
