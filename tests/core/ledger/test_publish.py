"""Saying something: one number after the other, applied at once at home, nothing kept of what would not count."""

import threading

import pytest

from internationale.errors import Conflict, Invalid
from internationale.events.envelope import Envelope, parse
from internationale.events.refs import Ref
from internationale.events.types import Payload
from internationale.kit.vocabulary import Utterance
from internationale.ledger import database
from internationale.ledger.deliveries import Delivery

from .conftest import NOW, Answered, Author, House, Said, ref


def carried(house: House, code: str) -> list[Delivery]:
    stored = house.read(lambda session: house.ledger.events_after(session, code, 1, 0))
    return [Delivery(each.address.subject, each.signed.body, each.signed.signature, "hub") for each in stored]


def test_what_is_said_is_seen_at_home_and_abroad_alike(house, fr: Author, ar: Author):
    home, abroad = house(fr, ar), house(fr, ar)
    question = ar.say("why?")
    home.accept(question)
    first, second = home.publish(fr, Utterance(Said(text="one"), author="rosa"), Utterance(Answered(text="so"), (ref(question),)))
    assert (first.id, second.id, first.author, second.prevhash) == ("fr:1:1", "fr:1:2", "rosa", first.hash)
    assert second.ref == parse(carried(home, "fr")[1].body).ref
    assert abroad.accept(question, *carried(home, "fr")) == ["applied"] * 3
    assert abroad.rows() == home.rows() == home.replayed()
    assert home.accept(*carried(home, "fr")) == ["duplicate", "duplicate"]


def test_the_envelope_at_home_is_read_from_the_bytes(house, fr: Author):
    home: House = house(fr)
    (said,) = home.publish(fr, Utterance(Said(text="one")))
    assert said == parse(carried(home, "fr")[0].body)


def test_what_would_not_count_is_not_said(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    question, unseen = fr.say("why?"), ar.say("not here yet")
    home.accept(question)
    author = Author("fr", fr.key)
    for utterance in (
        Utterance(Answered(text="to myself"), (ref(question),)),
        Utterance(Answered(text="too early"), (ref(unseen),)),
        Utterance(Answered(text="to another history"), (Ref("fr", 1, 1, "0" * 16),)),
    ):
        with pytest.raises(Conflict):
            home.publish(author, utterance)
    assert home.head("fr") == 1


def test_what_does_not_fit_is_refused_in_words(house, fr: Author):
    home: House = house(fr)
    for utterance in (
        Utterance(Said(text="x" * 300_000)),
        Utterance(Said(text="NUL \0")),
        Utterance(Said(text="ok"), author="  spaces  "),
        Utterance(Said(text="ok"), audience="ar"),
        Utterance(Said(text="ok"), parts=(b"x" * (256 * 1024),)),
    ):
        with pytest.raises(Invalid):
            home.publish(fr, utterance)
    assert home.head("fr") == 0
    assert home.publish(fr, Utterance(Said(text="ok")))[0].sequence == 1


def test_a_projection_that_raises_says_nothing(house, fr: Author):
    home: House = house(fr)
    with pytest.raises(ValueError, match="stumbles"):
        home.publish(fr, Utterance(Said(text="fine")), Utterance(Said(text="crash")))
    assert (home.head("fr"), home.states(), home.rows()["talk_saying"]) == (0, {}, [])


def test_an_undeclared_payload_is_a_programmers_error(house, fr: Author):
    class Undeclared(Payload):
        pass

    home: House = house(fr)
    with pytest.raises(TypeError):
        home.publish(fr, Utterance(Undeclared()))


def test_parts_are_salted_named_and_carried(house, fr: Author):
    home, abroad = house(fr), house(fr)
    (said,) = home.publish(fr, Utterance(Said(text="a "), parts=(b"long ", b"text")))
    assert len(said.parts) == 2
    assert abroad.accept(*carried(home, "fr")) == ["waiting"]
    bodies = [home.read(lambda session, name=name: home.ledger.part(session, name)) for name in said.parts]
    assert abroad.add_parts(bodies[1]) == [said.parts[1]]
    assert abroad.add_parts(bodies[0]) == [said.parts[0]]
    assert abroad.rows() == home.rows() == {"talk_answer": [], "talk_saying": [("fr:1:1", "fr", "a long text", 0)]}
    (again,) = home.publish(fr, Utterance(Said(text="b"), parts=(b"long ",)))
    assert set(again.parts).isdisjoint(said.parts), "the same content under another salt"


def test_numbers_are_given_once_whoever_writes_at_the_same_time(house, fr: Author):
    home: House = house(fr)
    said: list[Envelope] = []

    def write() -> None:
        for number in range(10):
            said.extend(home.publish(fr, Utterance(Said(text=str(number)))))

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(each.sequence for each in said) == list(range(1, 41))
    stranger = house(fr)
    assert stranger.accept(*carried(home, "fr")) == ["applied"] * 40


def test_what_the_caller_rolls_back_was_never_said(house, fr: Author):
    home: House = house(fr)

    def change_ones_mind() -> None:
        with database.writing(home.database) as session:
            home.ledger.publish(session, fr.rules, fr.key, [Utterance(Said(text="one"))], NOW)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        change_ones_mind()
    assert (home.head("fr"), home.rows()["talk_saying"]) == (0, [])


def test_reading_sessions_cannot_write(house, fr: Author):
    home: House = house(fr)
    with pytest.raises(Exception, match=r"(?i)read.?only"), database.reading(home.database) as session:
        home.ledger.publish(session, fr.rules, fr.key, [Utterance(Said(text="one"))], NOW)
