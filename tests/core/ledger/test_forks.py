"""Two histories of one section: proved, cut at the last common event, and what stood on it withdrawn everywhere alike."""

import hashlib
import os
import random
from collections.abc import Callable

import pytest

from internationale.errors import Paused
from internationale.events.envelope import parse
from internationale.kit.vocabulary import Utterance
from internationale.ledger import database, forks, remaining, withdrawing
from internationale.ledger.pacing import Pace
from internationale.ledger.reading import Gap

from .conftest import NOW, Author, House, Said, ref, where

ORDERS = int(os.environ.get("FORKING_ORDERS", "12"))
"""How many orders of arrival are gone through."""


def two_histories(fr: Author, ar: Author):
    """A common beginning, two continuations, and what others built on the first of them."""
    common = [fr.say("one"), fr.say("two")]
    other = fr.forked()
    first = [fr.say("three"), fr.say("four")]
    second = [other.say("three, otherwise"), other.say("four, otherwise")]
    standing = [ar.answer(common[0]), ar.answer(first[0]), ar.say("unrelated")]
    return common, first, second, standing


def test_a_fork_is_proved_and_cut_and_what_stands_on_it_withdrawn(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    common, first, second, standing = two_histories(fr, ar)
    further = fr.answer(standing[1])
    home.accept(*common, *first, *standing, further)
    assert len(home.rows()["talk_saying"]) == 5
    assert home.accept(second[0]) == ["forked"]
    assert home.states() == {
        "ar:1:1": ("applied", ""),
        "ar:1:2": ("waiting", "missing_cause"),
        "ar:1:3": ("applied", ""),
        "fr:1:1": ("applied", ""),
        "fr:1:2": ("applied", ""),
    }
    assert home.rows() == {
        "talk_answer": [("ar:1:1", "fr:1:1", "one", "yes")],
        "talk_saying": [("ar:1:3", "ar", "unrelated", 0), ("fr:1:1", "fr", "one", 1), ("fr:1:2", "fr", "two", 0)],
    }
    assert home.rows() == home.replayed()
    (proof,) = home.read(forks.proofs)
    assert (proof.address, proof.first.body, proof.second.body) == (where(first[0]), first[0].body, second[0].body)


def test_everyone_ends_alike_whichever_history_came_first(house, fr: Author, ar: Author):
    common, first, second, standing = two_histories(fr, ar)
    one, two, three = house(fr, ar), house(fr, ar), house(fr, ar)
    one.accept(*common, *first, *standing)
    one.accept(*second)
    two.accept(*common, *second, *standing)
    two.accept(*first)
    three.accept(*standing, *reversed(second), *first)
    three.accept(*common)
    assert one.states() == two.states() == three.states()
    assert one.rows() == two.rows() == three.rows()
    assert one.head("fr") == two.head("fr") == three.head("fr") == 2


def test_a_cut_log_takes_nothing_more_but_keeps_it(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    common, first, second, _standing = two_histories(fr, ar)
    home.accept(*common, *first)
    home.accept(second[0])
    more = fr.say("five")
    assert home.accept(more, second[0]) == ["parked", "forked"]
    assert home.accept(first[0], more) == ["duplicate", "duplicate"]
    assert home.read(home.ledger.gaps) == []
    assert home.read(lambda session: home.ledger.head(session, "fr").frozen)


def test_what_does_not_fit_the_chain_is_kept_until_the_other_copy_proves_the_fork(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    common, first, second, _standing = two_histories(fr, ar)
    home.accept(*common, first[0])
    assert home.accept(second[1]) == ["parked"]
    assert home.read(home.ledger.gaps) == [Gap("fr", 1, 3, 3, another=True)]
    assert home.accept(second[0]) == ["forked"]
    assert home.head("fr") == 2


def test_two_parked_histories_are_a_proof_too(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    common, first, second, _standing = two_histories(fr, ar)
    assert home.accept(first[0]) == ["parked"]
    assert home.accept(second[0]) == ["forked"]
    assert home.accept(*common) == ["applied", "applied"]
    assert home.accept(first[1]) == ["parked"]
    assert home.head("fr") == 2


def test_a_garbled_copy_proves_nothing(house, fr: Author):
    home: House = house(fr)
    one = fr.say("one")
    home.accept(one)
    assert home.accept(type(one)(one.subject, one.body + b" ", one.signature)) == ["quarantined"]
    assert home.read(forks.proofs) == []


def test_what_was_void_because_of_a_fork_waits_again(house, fr: Author, ar: Author):
    """A verdict about a withdrawn cause is withdrawn too: whoever never saw the cause has none."""
    home: House = house(fr, ar)
    common, first, second, others = two_histories(fr, ar)
    void = fr.forked().answer(first[0])  # fr:1:5, answers itself
    standing = ar.answer(void)
    home.accept(*common, *first, *others, void, standing)
    assert home.state(standing) == ("void", "stands_on_void")
    home.accept(second[0])
    assert home.state(standing) == ("waiting", "missing_cause")


def test_a_key_that_was_revoked_cuts_history_too(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    common, first, _second, standing = two_histories(fr, ar)
    home.accept(*common, *first, *standing)
    home.end(fr, 1)
    assert home.head("fr") == 1
    assert home.state(standing[1]) == ("waiting", "missing_cause")
    assert home.rows() == home.replayed()
    home.end(fr, 3)
    assert home.head("fr") == 3
    assert home.state(standing[1]) == ("applied", "")
    assert home.rows() == home.replayed()


def test_who_forked_cannot_go_on(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    common, first, second, _standing = two_histories(fr, ar)
    home.accept(*common, *first)
    home.accept(second[0])
    with pytest.raises(Paused):
        home.publish(fr, Utterance(Said(text="on and on")))


def test_a_part_that_only_withdrawn_events_named_is_not_waited_for(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    name = hashlib.sha256(b"x" * 32).hexdigest()
    common = fr.say("one")
    other = fr.forked()
    home.accept(common, fr.say("two", parts=(name,)))
    assert home.read(home.ledger.missing_parts) == {name: "fr"}
    assert home.accept(other.say("otherwise")) == ["forked"]
    assert home.read(home.ledger.missing_parts) == {}
    assert parse(common.body).ref == ref(common)


class Clock:
    """Each look at it takes some seconds: so making all rows anew took long, and the next time has to wait."""

    def __init__(self, each: float = 2.0) -> None:
        self.now = 0.0
        self.each = each

    def seconds(self) -> float:
        self.now += self.each
        return self.now


def renew(home: House) -> None:
    """What is done now and then."""
    with database.writing(home.database) as session:
        home.ledger.take_back(session, NOW)


def hurried(home: House) -> Clock:
    """It took long, just now."""
    clock = Clock()
    home.ledger.pace = Pace(clock.seconds)
    with home.ledger.pace.measured():
        clock.now += 1_000
    return clock


def test_proofs_that_come_one_by_one_make_all_rows_anew_once(house, fr: Author, ar: Author, made: list[int]):
    """The log is cut at once, at the lowest."""
    xx = Author("xx")
    home, other = house(fr, ar, xx), house(fr, ar, xx)
    said, rivals = [], []
    for number in range(8):
        rivals.append(fr.forked().say(f"other {number}"))
        said.append(fr.say(f"one {number}"))
    answers = [ar.answer(each) for each in said]
    home.accept(*said, *answers)
    before = home.rows()
    clock = hurried(home)
    made.clear()
    for lowest, rival in reversed(list(enumerate(rivals))[3:]):
        assert home.accept(rival) == ["forked"]
        assert home.head("fr") == lowest
        assert home.state(said[lowest]) == ("waiting", "cut")
    assert home.accept(rivals[5], said[4], fr.say("more")) == ["forked", "duplicate", "parked"]
    further, void = xx.answer(answers[5]), ar.answer(answers[6])
    assert home.accept(further, void) == ["applied", "void"]  # what they stand on is still there
    late = ar.answer(said[5])
    assert home.accept(late) == ["waiting"]
    assert (made, home.rows().keys()) == ([], before.keys())
    clock.now += 1_000_000
    renew(home)
    assert len(made) == 1
    renew(home)
    for rival in rivals[3:]:
        assert home.accept(rival) == ["forked"]
    assert len(made) == 1
    assert home.state(said[3]) is None
    for each in (answers[5], further, void, late):
        assert home.state(each) == ("waiting", "missing_cause")
    other.accept(*said[:3], *answers, further, void, late)
    assert (home.rows(), home.states()) == (other.rows(), other.states())
    assert home.rows() == home.replayed()


@pytest.mark.parametrize("counts", ["first", "second", "common"])
def test_the_roster_decides_while_rows_are_still_to_be_made_anew(house, fr: Author, ar: Author, counts: str):
    """Which history counts is there at once, whatever there was before."""
    home, other = house(fr, ar), house(fr, ar)
    common, first, second, standing = two_histories(fr, ar)
    home.accept(*common, *first, *standing)
    hurried(home)
    assert home.accept(*second) == ["forked", "forked"]
    assert home.state(first[0]) == ("waiting", "cut")
    last = {"first": first, "second": second, "common": common}[counts][-1]
    home.pin(fr, last)
    renew(home)
    other.accept(*common, *({"first": first, "second": second}.get(counts, ())), *standing)
    home.ledger.pace = Pace()
    renew(home)
    assert (home.states(), home.rows()) == (other.states(), other.rows())
    assert home.rows() == home.replayed()


def start(home: House) -> None:
    pace = home.ledger.pace
    home.restart()
    home.ledger.pace = pace


def replay(home: House) -> None:
    """The rows are what the log gives, unless it is said that some remain which it does not."""
    before, stale = home.rows(), stays(home)
    assert home.replayed() == before or stale
    assert not stays(home)


def stays(home: House) -> bool:
    """Whether pages say so; and it is so."""
    told: bool = home.read(lambda session: remaining.remain(session.connection()))
    assert told == bool(home.read(lambda session: withdrawing.aside(session.connection())))
    return told


DEEDS: tuple[Callable[[House], None], ...] = (renew, renew, start, replay)


def test_whatever_comes_first_and_however_long_it_has_to_wait_all_come_to_the_same(house, fr: Author, ar: Author):
    """Two who fork, and a third who builds on both; with looks, starts and replays in between."""
    xx = Author("xx")
    common, first, second, standing = two_histories(fr, ar)
    lower = fr.forked()
    lower.last = parse(common[0].body)
    rivals = [*second, lower.say("two, otherwise")]
    other_ar = Author("ar", ar.key, parse(standing[1].body))
    rivals.append(other_ar.say("unrelated, otherwise"))
    replies = [xx.answer(standing[0]), xx.answer(standing[1]), xx.answer(standing[2]), xx.answer(first[1])]
    replies.append(xx.say("of its own"))
    said = [*common, *first, *standing, *replies]
    honest: House = house(fr, ar, xx)
    honest.accept(common[0], *standing[:2], *replies)
    expected = (honest.states(), honest.rows())
    for seed in range(ORDERS):
        chance = random.Random(seed)
        home: House = house(fr, ar, xx)
        clock = Clock(chance.choice((0.1, 2.0)))
        home.ledger.pace = Pace(clock.seconds)
        mixed = [*said, *chance.sample(rivals, len(rivals))]
        for _swap in range(chance.choice((0, 1, 3, 30))):
            one, another = chance.sample(range(len(mixed)), 2)
            mixed[one], mixed[another] = mixed[another], mixed[one]
        while mixed:
            size = chance.randint(1, 4)
            home.accept(*mixed[:size])
            mixed = mixed[size:]
            stays(home)
            for deed in chance.sample(DEEDS, chance.randint(0, 2)):
                deed(home)
        clock.now += 1_000_000
        renew(home)
        assert (home.states(), home.rows()) == expected, f"seed {seed}"
        assert home.rows() == home.replayed()
        assert home.states() == expected[0]
