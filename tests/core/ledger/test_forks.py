"""Two histories of one section: proved, cut at the last common event, and what stood on it withdrawn everywhere alike."""

import hashlib

import pytest

from internationale.errors import Paused
from internationale.events.envelope import parse
from internationale.kit.vocabulary import Utterance
from internationale.ledger import forks
from internationale.ledger.reading import Gap

from .conftest import Author, House, Said, ref, where


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
