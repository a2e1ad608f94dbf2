"""What an authentic event becomes: applied, waiting, void; and how what waited is settled."""

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from internationale.events.refs import Ref
from internationale.events.types import Vocabulary

from .conftest import SAID, TALK, WIDER, Answered, Author, House, Said, ref


def test_an_event_whose_cause_has_not_arrived_waits_for_it(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    question = fr.say("why?")
    answer = ar.answer(question)
    assert home.accept(answer) == ["waiting"]
    assert home.state(answer) == ("waiting", "missing_cause")
    assert home.rows()["talk_answer"] == []
    assert home.accept(question) == ["applied"]
    assert home.state(answer) == ("applied", "")
    assert home.rows() == {
        "talk_answer": [("ar:1:1", "fr:1:1", "why?", "yes")],
        "talk_saying": [("fr:1:1", "fr", "why?", 1)],
    }


def test_a_chain_of_waiting_events_is_settled_in_causal_order(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    thread = [fr.say("first")]
    for number in range(50):
        thread.append((ar if number % 2 == 0 else fr).answer(thread[-1], str(number)))
    ours, theirs = thread[0::2], thread[1::2]
    assert home.accept(*theirs) == ["waiting"] * 25
    assert home.accept(*ours) == ["applied"] * 26
    assert {row[2] for row in home.rows()["talk_answer"]} == {"first"}
    assert set(home.states().values()) == {("applied", "")}


def test_thousands_may_wait_for_one(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    question = fr.say("why?")
    answers = [ar.answer(question, str(number)) for number in range(1_200)]
    assert set(home.accept(*answers)) == {"waiting"}
    assert home.accept(question) == ["applied"]
    assert home.rows()["talk_saying"] == [("fr:1:1", "fr", "why?", 1_200)]


def test_an_unknown_type_is_kept_and_applied_once_it_is_learned(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    whisper = fr.whisper()
    after = ar.answer(whisper)
    assert home.accept(whisper, fr.say("on"), after) == ["waiting", "applied", "waiting"]
    assert home.state(whisper) == ("waiting", "unknown_type")
    home.restart()
    assert home.state(whisper) == ("waiting", "unknown_type")
    home.restart(vocabulary=WIDER)
    assert home.state(whisper) == ("applied", "")
    assert home.state(after) == ("failed", "projection_failed:talk:AssertionError")  # this projection ignores whispers


def test_a_type_that_is_unlearned_takes_back_what_stands_on_it(house, fr: Author, ar: Author):
    home: House = house(fr, ar, vocabulary=WIDER)
    whisper, said = fr.whisper(), fr.say("on")
    standing = ar.say("heard it", ref(whisper))
    assert home.accept(whisper, said, standing) == ["applied"] * 3
    home.restart(vocabulary=type(WIDER).of([SAID]), projections=())
    assert home.states() == {
        "fr:1:1": ("waiting", "unknown_type"),
        "fr:1:2": ("applied", ""),
        "ar:1:1": ("waiting", "missing_cause"),
    }
    home.restart(vocabulary=WIDER, projections=(TALK,))
    assert set(home.states().values()) == {("applied", "")}
    assert [row[0] for row in home.rows()["talk_saying"]] == ["ar:1:1", "fr:1:2"]


def test_a_ref_to_another_history_is_void_and_so_is_what_stands_on_it(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    question = fr.say("why?")
    elsewhere = ref(question)
    mistaken = ar.answer(Ref(elsewhere.section, elsewhere.epoch, elsewhere.sequence, "0" * 16))
    further = fr.answer(mistaken)
    assert home.accept(question, mistaken, further) == ["applied", "void", "void"]
    assert home.state(mistaken) == ("void", "cause_mismatch")
    assert home.state(further) == ("void", "stands_on_void")
    assert home.head("ar") == 1, "a void event keeps its place in the chain"


def test_a_ref_to_itself_is_void(house, fr: Author):
    home: House = house(fr)
    assert home.accept(fr.say("me", Ref("fr", 1, 1, "0" * 16))) == ["void"]


def test_without_authority_or_shape_an_event_is_void(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    question = fr.say("why?")
    to_itself = fr.answer(question)
    to_nothing = ar.send(ar.draft(Answered(text="?")))
    shapeless = ar.send(ar.draft(Said(text=""), data={"text": 5}))
    assert home.accept(question, to_itself, to_nothing, shapeless) == ["applied", "void", "void", "void"]
    assert [home.state(each) for each in (to_itself, to_nothing, shapeless)] == [
        ("void", "answers_itself"),
        ("void", "answers_nothing"),
        ("void", "malformed_data"),
    ]
    assert home.head("ar") == 2


def test_a_shape_whose_check_stumbles_fails_its_event_and_the_rest_goes_on(house, fr: Author, monkeypatch):
    """Whatever a build has wrong in reading what others say: one message must never hold up all the others."""
    home: House = house(fr)

    def stumble(_vocabulary, envelope):
        if envelope.data == {"text": "odd"}:
            raise OverflowError("a mistake of this build")
        return Said.model_validate(envelope.data)

    odd, good = fr.send(fr.draft(Said(text=""), data={"text": "odd"})), fr.send(fr.draft(Said(text=""), data={"text": "good"}))
    with monkeypatch.context() as build:
        build.setattr(Vocabulary, "decode", stumble)
        assert home.accept(odd, good) == ["failed", "applied"]
    assert home.state(odd) == ("failed", "shape_failed:OverflowError")
    home.restart()
    assert home.state(odd) == ("applied", "")


def test_a_cause_that_arrives_void_voids_what_waited(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    question = fr.say("why?")
    to_itself = fr.answer(question)
    waiting = ar.answer(to_itself)
    assert home.accept(waiting) == ["waiting"]
    assert home.accept(question, to_itself) == ["applied", "void"]
    assert home.state(waiting) == ("void", "stands_on_void")


def test_an_event_waits_for_its_parts(house, fr: Author):
    home: House = house(fr)
    salted = b"s" * 16 + b" and the rest"
    name = hashlib.sha256(salted).hexdigest()
    said = fr.say("the beginning", parts=(name,))
    assert home.add_parts(salted) == [], "nobody named it yet"
    assert home.accept(said) == ["waiting"]
    assert home.state(said) == ("waiting", "missing_part")
    assert home.read(home.ledger.missing_parts) == {name: "fr"}
    assert home.add_parts(b"x" * 16 + b" something else", b"", salted) == [name]
    assert home.state(said) == ("applied", "")
    assert home.rows()["talk_saying"] == [("fr:1:1", "fr", "the beginning and the rest", 0)]
    assert home.read(lambda session: home.ledger.part(session, name)) == salted
    assert home.add_parts(salted) == []


def test_a_projection_that_raises_marks_its_event_and_the_rest_goes_on(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    question, bad, good = fr.say("why?"), fr.say("crash"), fr.say("good")
    half, standing = ar.answer(question, "crash"), ar.answer(bad)
    assert home.accept(question, bad, good, half, standing) == ["applied", "failed", "applied", "failed", "waiting"]
    assert home.state(half) == ("failed", "projection_failed:talk:ValueError")
    assert home.rows()["talk_saying"] == [("fr:1:1", "fr", "why?", 0), ("fr:1:3", "fr", "good", 0)], "nothing half done"
    assert home.rows() == home.replayed()


def test_what_failed_is_tried_again_after_an_upgrade(house, fr: Author, ar: Author, monkeypatch):
    home: House = house(fr, ar)
    bad = fr.say("crash")
    standing = ar.answer(bad)
    assert home.accept(bad, standing) == ["failed", "waiting"]
    mended = type(TALK)(TALK.name, TALK.version, TALK.tables, {**TALK.on, Said: mended_said})
    home.restart(projections=(mended,))
    assert set(home.states().values()) == {("applied", "")}
    assert home.rows()["talk_answer"] == [("ar:1:1", "fr:1:1", "crash", "yes")]


def mended_said(session, event):
    session.add(TALK.tables[0](id=event.envelope.id, section=event.envelope.section, text=event.payload.text))


def conversation() -> tuple[list[Author], list]:
    """Questions, answers to them and to one another, something void, something that fails, in three logs."""
    fr, ar, ic = Author("fr"), Author("ar"), Author("ic")
    said = [fr.say("one"), ic.say("two")]
    said += [ar.answer(said[0]), ic.answer(said[0], "no")]
    said += [fr.answer(said[2]), ar.answer(said[3]), fr.say("crash")]
    said += [ic.answer(said[4]), ar.answer(said[6]), fr.answer(said[0]), ar.answer(said[1])]
    said += [ic.answer(said[9]), fr.answer(said[10])]
    said += [ar.say("end", ref(said[5]), ref(said[11]))]
    return [fr, ar, ic], said


AUTHORS, SAID_EVENTS = conversation()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(SAID_EVENTS))), sizes=st.lists(st.integers(1, 5), min_size=14, max_size=14))
def test_the_order_of_arrival_makes_no_difference(order, sizes, in_order, house):
    home: House = house(*AUTHORS)
    left = [SAID_EVENTS[place] for place in order]
    for size in sizes:
        home.accept(*left[:size])
        del left[:size]
    assert home.states() == in_order[0]
    assert home.rows() == in_order[1]
    assert home.replayed() == in_order[1]
    home.database.dispose()


@pytest.fixture
def in_order(house):
    home: House = house(*AUTHORS)
    home.accept(*SAID_EVENTS)
    assert home.states()["ar:1:5"] == ("void", "stands_on_void")
    return home.states(), home.rows()
