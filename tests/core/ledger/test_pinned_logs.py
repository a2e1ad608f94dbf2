"""A long log that is stopped, and that the list of sections ends or lets go on: all of it counts, however much was put aside."""

import itertools
import random
from collections import Counter

import pytest
from sqlalchemy import func, select

from internationale.events.envelope import parse
from internationale.kit.vocabulary import Utterance
from internationale.ledger import forks, intake, parking, pinned, tables
from internationale.ledger.deliveries import Delivery
from internationale.ledger.reading import Gap

from .conftest import Author, House, Said
from .test_ended_logs import ORDERS, asked_for, ended
from .test_ended_logs import shown as in_any_order

ROOM = 4
"""How many events of one section may be parked here."""


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if these logs were long: little room, and few events at a time."""
    monkeypatch.setattr(parking, "MAX_PARKED", ROOM)
    monkeypatch.setattr(pinned, "AT_ONCE", 3)
    monkeypatch.setattr(intake, "AT_ONCE", 2)


class Stolen:
    """A log of 20 events; who has stolen its key signs others in its name, from the fifth on, that may name a text."""

    def __init__(self, fr: Author, *parts: str) -> None:
        self.true = [fr.say(str(number)) for number in range(1, 5)]
        thief = fr.forked()
        self.true += [fr.say(str(number)) for number in range(5, 21)]
        self.rivals = [thief.say(f"stolen {number}", parts=parts) for number in range(5, 30)]
        self.texts = [str(number) for number in range(1, 21)]
        self.rules = ended(fr, self.true[-1])


def shown(home: House) -> list[str]:
    """In the order of the log."""
    return sorted(in_any_order(home), key=lambda text: (len(text), text))


def parked(home: House) -> int:
    number: int = home.read(
        lambda session: session.connection().execute(select(func.count()).select_from(tables.parked)).scalar()
    )
    return number


def whole(home: House, said: Stolen) -> None:
    assert (home.head("fr"), shown(home), asked_for(home), parked(home)) == (20, said.texts, [], 0)
    assert home.rows() == home.replayed()


def test_a_long_log_that_was_forked_goes_on_to_its_true_end(house, fr: Author):
    said = Stolen(fr)
    home: House = house(fr)
    home.accept(*said.true)
    assert home.accept(said.rivals[0]) == ["forked"]
    assert home.head("fr") == 4
    home.follow(said.rules)
    whole(home, said)


@pytest.mark.parametrize("rivals", [1, 3, 25])
@pytest.mark.parametrize("heard", ["first", "last"])
def test_also_for_who_hears_of_it_later(house, fr: Author, heard: str, rivals: int):
    said = Stolen(fr)
    home: House = house(fr)
    if heard == "first":
        home.follow(said.rules)
    home.accept(*said.rivals[:rivals])
    home.accept(*said.true)
    home.follow(said.rules)
    for start in range(0, 20, 3):  # whatever was not kept is brought again
        home.accept(*said.true[start : start + 3])
    whole(home, said)


def test_what_a_thief_has_signed_below_the_end_goes(house, fr: Author):
    """Also where it was taken for the log, in full length and beyond."""
    said = Stolen(fr)
    home: House = house(fr)
    home.accept(*said.true[:4], *said.rivals)
    assert home.head("fr") == 29
    home.follow(said.rules)
    home.accept(*said.true)
    assert (home.head("fr"), shown(home), asked_for(home)) == (20, said.texts, [])
    assert home.read(lambda session: session.connection().execute(select(func.min(tables.parked.c.sequence))).scalar()) == 21


def test_of_a_log_with_an_end_beyond_all_that_there_is_no_more_holes_are_kept_than_of_any(house, fr: Author):
    """Who ends a log has seen that event; but what is before it may be made up, and each hole is asked for."""
    said = [fr.say(str(number)) for number in range(1, 61)]
    home: House = house(fr)
    home.follow(ended(fr, said[-1]))
    home.accept(*said[:2])
    assert Counter(home.accept(*said[3::2])) == {"parked": ROOM + 1, "full": 24}
    assert home.accept(said[-1]) == ["duplicate"], "the end itself is kept"
    holes = [Gap("fr", 1, number, number) for number in (3, 5, 7, 9)]
    assert home.read(home.ledger.gaps) == [*holes, Gap("fr", 1, 11, 59)]


def test_who_was_there_when_a_log_ended_for_a_while_goes_on_like_a_newcomer(house, fr: Author):
    """Suspended, readmitted, ended again much later, and the last two heard at once."""
    said = [fr.say(str(number)) for number in range(1, 25)]
    home: House = house(fr)
    home.accept(*said[:3])
    home.follow(ended(fr, said[2]))
    home.follow(ended(fr, said[20]))
    newcomer: House = house(fr)
    newcomer.follow(ended(fr, said[20]))
    for each in (home, newcomer):
        for start in range(0, 21, 5):
            each.accept(*said[start : start + 5])
            assert each.head("fr") == min(start + 5, 21)
    assert (home.states(), home.rows()) == (newcomer.states(), newcomer.rows())


@pytest.mark.parametrize("length", [12, 30])
def test_of_a_long_log_that_was_cut_nothing_is_lost_when_it_goes_on(house, fr: Author, length: int):
    home: House = house(fr)
    other: House = house(fr)
    home.publish(fr, *(Utterance(Said(text=str(number))) for number in range(1, length + 1)))
    said = [
        Delivery(stored.address.subject, stored.signed.body, stored.signed.signature, "test")
        for stored in home.read(lambda session: list(home.ledger.every_event(session)))
    ]
    other.accept(*said)
    for each in (home, other):
        each.follow(ended(fr, said[2]))
        assert (each.head("fr"), parked(each)) == (3, length - 3)
        each.follow(fr.rules)
        assert (each.head("fr"), parked(each)) == (length, 0)
        assert each.rows() == each.replayed()
    (next_one,) = home.publish(fr, Utterance(Said(text="after that")))
    assert next_one.sequence == length + 1
    assert shown(home) == [*shown(other), "after that"]


def test_what_does_not_follow_stays_when_a_log_goes_on(house, fr: Author):
    said = [fr.say(str(number)) for number in range(1, 13)]
    home: House = house(fr)
    home.accept(*said[:8], said[9], said[11])
    home.follow(ended(fr, said[2]))
    home.follow(fr.rules)
    assert (home.head("fr"), parked(home)) == (8, 2)
    assert home.accept(said[8], said[10]) == ["applied", "applied"]
    assert (home.head("fr"), parked(home)) == (12, 0)


def test_a_gap_before_many_closes_for_all_of_them(house, fr: Author):
    said = Stolen(fr)
    home: House = house(fr)
    home.follow(said.rules)
    home.accept(said.true[0], *said.true[2:])
    assert asked_for(home) == [Gap("fr", 1, 2, 2), Gap("fr", 1, 2, 20)]
    home.accept(said.true[1])
    whole(home, said)


@pytest.mark.parametrize(("others", "parts"), [(False, ()), (True, ()), (True, ("ab" * 32,))])
def test_in_whatever_order_a_long_log_its_ends_and_its_rivals_come_all_show_the_same(
    house, fr: Author, ar: Author, others: bool, parts: tuple[str, ...]
):
    said = Stolen(fr, *parts)
    answers = [ar.answer(said.true[number]) for number in (1, 5, 18)] + [ar.answer(said.rivals[2])] * others
    lists = [ended(fr, said.true[7]), ended(fr, said.rivals[3]), fr.rules, said.rules]
    honest: House = house(fr, ar)
    honest.follow(said.rules)
    honest.accept(*said.true, *answers)
    expected = (honest.states(), honest.rows())
    for seed in range(ORDERS):
        chance = random.Random(seed)
        home: House = house(fr, ar)
        mixed: list[Delivery] = [*said.true, *answers, *chance.sample(said.rivals, chance.randint(1, 12))]
        _mix(chance, mixed)
        heard = [*sorted(chance.sample(range(3), chance.randint(0, 3))), 3]
        turns = sorted(chance.randint(0, len(mixed)) for _each in heard)
        for place in range(len(mixed) + 1):
            for which in (which for turn, which in zip(turns, heard, strict=True) if turn == place):
                home.follow(lists[which])
            home.accept(*mixed[place : place + 1])
        for _round in range(30):  # what was not kept is asked for, and brought again by who has it
            _mix(chance, mixed)
            home.accept(*mixed)
            if not asked_for(home):
                break
        assert (home.states(), home.rows()) == expected, f"seed {seed}"
        assert home.rows() == home.replayed()
        assert {proof.address.sequence for proof in home.read(forks.proofs)} <= {
            parse(each.body).sequence for each in said.rivals
        }


def _mix(chance: random.Random, mixed: list[Delivery]) -> None:
    """Anyhow, or nearly in the order of the numbers, as carriers bring it."""
    chance.shuffle(mixed)
    if chance.random() < 0.5:
        mixed.sort(key=lambda each: parse(each.body).sequence + chance.randint(0, 3))


def test_of_a_log_that_waits_for_what_the_list_has_decided_nobody_is_told_to_decide(house, fr: Author):
    """The true ones are on their way: what stands in their place is gone already, and does not come back."""
    said = Stolen(fr)
    home: House = house(fr)
    home.accept(*said.true[:4], *said.rivals[:16])
    home.follow(said.rules)
    home.accept(*said.true[10:])
    (head,) = home.read(home.ledger.all_heads)
    assert (head.sequence, head.cut, head.reason) == (9, 10, "pinned_otherwise")
    assert home.accept(said.rivals[5]) == ["parked"]
    assert home.head("fr") == 9
    assert home.accept(*said.true[4:10]).count("parked") == 1
    whole(home, said)


def test_when_the_event_before_a_fork_comes_last_the_log_goes_on_without_a_restart(house, fr: Author):
    """A stolen key, the list that decides it, and only then what both histories stand on: that one is simply appended."""
    one, thief = fr.say("1"), fr.forked()
    two, stolen = fr.say("2"), thief.say("stolen")
    home: House = house(fr)
    assert home.accept(two, stolen) == ["parked", "forked"]
    home.follow(ended(fr, two))
    assert home.accept(one) == ["applied"]
    assert (home.head("fr"), shown(home), asked_for(home), parked(home)) == (2, ["1", "2"], [], 0)
    assert home.rows() == home.replayed()


@pytest.mark.parametrize("before", range(3))
def test_a_fork_what_is_before_it_and_the_list_come_in_every_order_to_the_same_rows(house, fr: Author, before: int):
    """Each event comes by itself, and once only, but for what was refused its place."""
    true = [fr.say(str(number)) for number in range(1, before + 1)]
    thief = fr.forked()
    true.append(fr.say("the last"))
    rival, rules = thief.say("stolen"), ended(fr, true[-1])
    honest: House = house(fr)
    honest.follow(rules)
    honest.accept(*true)
    expected = (honest.states(), honest.rows(), before + 1, [])
    for order in itertools.permutations([rules, rival, *true]):
        home: House = house(fr)
        for each in order:
            if isinstance(each, Delivery):
                home.accept(each)
            else:
                home.follow(each)
        if asked_for(home):
            home.accept(*true)
        assert (home.states(), home.rows(), home.head("fr"), asked_for(home)) == expected, order
        assert home.rows() == home.replayed()
        home.database.dispose()  # a server has not so many connections as there are orders


def test_while_there_is_a_hole_in_a_log_no_rival_has_it_walked(house, fr: Author, monkeypatch: pytest.MonkeyPatch):
    """Each walk takes as long as the log is long, and who has stolen the key signs as many as they like."""
    said = Stolen(fr)
    home: House = house(fr)
    home.accept(*said.true[:4])
    home.follow(said.rules)
    home.accept(*said.true[5:])
    walks: list[int] = []
    walk = pinned.Pinned.walk
    monkeypatch.setattr(pinned.Pinned, "walk", lambda log: walks.append(1) or walk(log))
    others = [Author(fr.code, fr.key, parse(said.rivals[0].body)).say(f"once more {number}") for number in range(3)]
    assert home.accept(*said.rivals[1:4]) == ["forked"] * 3
    assert home.accept(*others) == ["forked"] * 3
    assert home.accept(*said.rivals[1:4], *others) == ["forked"] * 6
    assert walks == []
    assert home.accept(said.true[4]) == ["applied"]
    home.accept(*said.true)
    whole(home, said)


def test_what_is_in_a_proof_already_changes_nothing(house, fr: Author, monkeypatch: pytest.MonkeyPatch):
    """Also where both are of false histories, and the place of the true one is free: these are not put there again."""
    one = fr.say("1")
    thieves = [fr.forked(), fr.forked()]
    true = [one, fr.say("2"), fr.say("3")]
    rivals = [thief.say(f"stolen {number}") for number, thief in enumerate(thieves)]
    home: House = house(fr)
    home.accept(one)
    home.follow(ended(fr, true[-1]))
    assert home.accept(rivals[0]) == ["applied"]
    assert [*home.accept(rivals[1]), *home.accept(true[2])] == ["forked", "parked"]
    walks: list[int] = []
    walk = pinned.Pinned.walk
    monkeypatch.setattr(pinned.Pinned, "walk", lambda log: walks.append(1) or walk(log))
    assert home.accept(*rivals) == ["forked"] * 2
    assert (walks, home.head("fr")) == ([], 1)
    home.accept(*true)
    assert (home.head("fr"), shown(home), asked_for(home), parked(home)) == (3, ["1", "2", "3"], [], 0)
    assert home.rows() == home.replayed()
