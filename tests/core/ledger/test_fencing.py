"""What keeps a section silent, between an instance that runs and the commands beside it: two processes, one database."""

import time
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy.exc import SQLAlchemyError
from tests.core.test_database_away import away

from internationale.ledger import patience
from internationale.ledger.reasons import WORDS, Lasting
from internationale.testing.founding import open_section


@pytest.fixture
def two(federation):
    """The fence of an instance, and that of a command."""
    (fr,) = federation("fr")
    command = open_section(fr.settings, None)
    yield fr.gate, command.gate
    command.close()


@pytest.mark.parametrize(
    ("first", "then", "stays"),
    [
        (Lasting.BEHIND, Lasting.BEHIND, Lasting.BEHIND),
        (Lasting.BEHIND, Lasting.RESTORED, Lasting.RESTORED),
        (Lasting.BEHIND, Lasting.ANOTHER, Lasting.ANOTHER),
        (Lasting.RESTORED, Lasting.BEHIND, Lasting.RESTORED),
        (Lasting.RESTORED, Lasting.ANOTHER, Lasting.ANOTHER),
        (Lasting.ANOTHER, Lasting.BEHIND, Lasting.ANOTHER),
        (Lasting.ANOTHER, Lasting.RESTORED, Lasting.ANOTHER),
    ],
)
def test_the_graver_reason_stays(two, first, then, stays) -> None:
    here, there = two
    here.close(WORDS[first], first)
    there.close(WORDS[then], then)
    assert there.lasting is stays
    here.load()
    assert (here.lasting, here.reason) == (stays, WORDS[stays])


@pytest.mark.parametrize("noted", [Lasting.BEHIND, Lasting.RESTORED])
def test_what_was_noted_meanwhile_is_not_opened_unseen(two, noted) -> None:
    here, there = two
    here.close(WORDS[Lasting.BEHIND], Lasting.BEHIND)
    there.close(WORDS[noted], noted)
    here.open()
    assert (here.lasting, here.reason) == (noted, WORDS[noted])
    here.open()
    assert (here.lasting, here.reason) == (None, None)


def test_a_command_that_began_under_a_fence_closes_it_again_when_it_was_opened(two) -> None:
    here, there = two
    here.close(WORDS[Lasting.RESTORED], Lasting.RESTORED)
    there.load()
    here.open()
    there.close(WORDS[Lasting.BEHIND], Lasting.BEHIND)
    assert here.load()
    assert here.reason == WORDS[Lasting.BEHIND]


def test_another_instance_noticed_before_the_start_is_no_reason_for_ever(two) -> None:
    here, there = two
    here.close(WORDS[Lasting.ANOTHER], Lasting.ANOTHER)
    assert here.final
    there.load()
    assert there.final  # it runs, too
    here.give_word()
    assert here.take_word()
    assert (here.reason, here.final) == (None, False)


def test_who_is_asked_already_is_not_asked_anew_because_others_hold_more(two) -> None:
    """What was answered stays answered, and the others are waited for as long as before."""
    gate, _command = two
    inquiry = gate.inquiry
    inquiry.begin()
    inquiry.heard.add("ic")
    question = inquiry.question
    gate.close(WORDS[Lasting.BEHIND], Lasting.BEHIND)
    assert (inquiry.question, inquiry.heard, inquiry.patience.lasts) == (question, {"ic"}, True)
    gate.close(WORDS[Lasting.RESTORED], Lasting.RESTORED)
    assert (inquiry.question != question, inquiry.heard) == (True, set())


def test_the_others_are_waited_for_from_when_they_can_be_asked(two) -> None:
    """A hub may be there long after the section."""
    gate, _command = two
    inquiry = gate.inquiry
    moment = [1000.0]
    inquiry.patience._clock = lambda: moment[0]
    assert not inquiry.patience.lasts
    inquiry.begin()
    for times, waits in ((1000, True), (0, True), (0.9, True), (0.2, False)):
        moment[0] += patience.UNANSWERED.total_seconds() * times
        assert inquiry.patience.lasts is waits
        inquiry.reached()
    inquiry.begin()
    assert inquiry.patience.lasts
    gate.open()
    assert not inquiry.patience.lasts


@pytest.mark.parametrize("first", ["the hub", "an answer"])
def test_who_answers_shortens_it_and_only_once(two, first) -> None:
    """A hub may stand beside the section, and the line to all the others come later."""
    gate, _command = two
    inquiry = gate.inquiry
    moment = [1000.0]
    inquiry.patience._clock = lambda: moment[0]
    inquiry.begin()
    if first == "the hub":
        inquiry.reached()
        moment[0] += patience.GRACE.total_seconds() * 1.5
        assert inquiry.patience.lasts
    inquiry.hear(inquiry.question, ["ic"])
    moment[0] += patience.GRACE.total_seconds() * 0.6
    assert inquiry.patience.lasts
    inquiry.hear(inquiry.question, ["ar"])
    inquiry.reached(answered=True)
    moment[0] += patience.GRACE.total_seconds() * 0.6
    assert not inquiry.patience.lasts


def test_who_answers_another_question_shortens_nothing(two) -> None:
    gate, _command = two
    inquiry = gate.inquiry
    moment = [1000.0]
    inquiry.patience._clock = lambda: moment[0]
    inquiry.begin()
    inquiry.reached()
    inquiry.hear("another", ["ic"])
    inquiry.hear(inquiry.question, [])
    moment[0] += patience.GRACE.total_seconds() * 1.5
    assert inquiry.patience.lasts


def test_that_more_than_half_are_there_is_as_good_as_an_answer(two) -> None:
    """Each counts once, and who has said it in answer to another question does not."""
    inquiry = two[0].inquiry
    moment = [1000.0]
    inquiry.patience._clock = lambda: moment[0]
    inquiry.begin()
    inquiry.reached()
    for question, section in ((inquiry.question, "ic"), (inquiry.question, "ic"), ("another", "ar")):
        inquiry.meet(question, section, 2)
    moment[0] += patience.GRACE.total_seconds() * 1.5
    assert (inquiry.met, inquiry.heard, inquiry.patience.lasts) == ({"ic"}, set(), True)
    inquiry.meet(inquiry.question, "ar", 2)
    moment[0] += patience.GRACE.total_seconds() * 0.5
    assert inquiry.patience.lasts
    moment[0] += patience.GRACE.total_seconds()
    assert (inquiry.met, inquiry.heard, inquiry.patience.lasts) == ({"ic", "ar"}, set(), False)


def test_what_could_not_be_noted_is_noted_as_soon_as_it_can_be(federation) -> None:
    (fr,) = federation("fr")
    with away(fr):
        for reason in (Lasting.BEHIND, Lasting.ANOTHER):
            with pytest.raises(SQLAlchemyError):
                fr.fence(WORDS[reason], reason)
            assert (fr.fenced, fr.gate.lasting) == (WORDS[reason], None)
    assert fr.gate.final
    fr.gate.load()
    command = open_section(fr.settings, None)
    command.gate.load()
    assert (fr.gate.lasting, fr.gate.final, command.gate.lasting) == (Lasting.ANOTHER, True, Lasting.ANOTHER)
    command.close()


def test_a_clock_that_is_put_right_is_none_that_jumped(two) -> None:
    gate, _command = two
    now = gate._now()
    gate.moment = now
    jumps = {seconds: gate.jumped(now + timedelta(seconds=seconds)) for seconds in (-3600, -11, -9, 0, 29, 31)}
    assert jumps == {-3600: True, -11: True, -9: False, 0: False, 29: False, 31: True}


def test_the_hosts_word_leaves_no_reason_without_words(two) -> None:
    """It is taken in the moment in which others are found to hold more: then that counts, whichever comes first."""
    gate, _command = two
    for turn in range(60):
        gate.open()
        gate.give_word()
        begun = Barrier(2)

        def close(turn=turn, begun=begun) -> None:
            begun.wait()
            time.sleep(turn % 15 * 0.0002)
            gate.close(WORDS[Lasting.BEHIND], Lasting.BEHIND)

        closing = Thread(target=close)
        closing.start()
        begun.wait()
        gate.take_word()
        closing.join()
        assert (gate.reason, gate.lasting) == (WORDS[Lasting.BEHIND], Lasting.BEHIND)


def test_a_note_of_another_process_that_others_hold_more_takes_nothing_back(two) -> None:
    gate, command = two
    inquiry = gate.inquiry
    inquiry.begin()
    inquiry.heard.add("ic")
    question = inquiry.question
    command.close(WORDS[Lasting.BEHIND], Lasting.BEHIND)
    assert gate.load()
    assert gate.lasting is Lasting.BEHIND
    assert (inquiry.question, inquiry.heard, inquiry.patience.lasts) == (question, {"ic"}, True)
