"""Who may say what about an action."""

from typing import Any

import pytest

from internationale_actions import rules
from internationale_actions.events import FEW, Called, Closed, Committed, Figure, Reported, Withdrew

from .calls import ASSESSMENT

ACTION = "ic-abcdefgh2345"


def called(action: str = ACTION, document: str = "ic-appeal", first: str = "2027-05-01", last: str = "2027-05-01") -> Called:
    return Called(action=action, document=document, language="en", first=first, last=last, assessment=ASSESSMENT)


def committed(*figures: Figure, action: str = ACTION) -> Committed:
    return Committed(action=action, language="fr", plan="Trois places", figures=list(figures))


def reported(*figures: Figure, correction_of: str | None = None, action: str = ACTION) -> Reported:
    return Reported(
        action=action, language="fr", done="a", assessment="b", lessons="c", figures=list(figures), correction_of=correction_of
    )


def figure(key: str = "1", number: Any = 40, *, people: bool = True) -> Figure:
    return Figure(key=key, what="Marchers", people=people, number=number)


@pytest.fixture
def call(sayings: Any) -> Any:
    return sayings.say("ic", "actions.called", called(), sayings.open("ic", "ic-appeal", "action"))


def test_a_section_calls_with_its_own_appeal(sayings: Any, call: Any) -> None:
    assert rules.may_call(call) is None
    later = sayings.revise(next(iter(call.causes)), 2)
    assert rules.may_call(sayings.say("ic", "actions.called", called(), later)) is None


def test_nobody_calls_under_another_sections_name(sayings: Any) -> None:
    appeal = sayings.open("fr", "ic-appeal", "action")
    assert rules.may_call(sayings.say("fr", "actions.called", called(), appeal)) == "action_not_own"


def test_a_section_whose_code_begins_like_anothers_cannot_take_its_ids() -> None:
    assert rules.is_own("fr-sud", rules.mint("fr-sud"))
    assert not rules.is_own("fr", rules.mint("fr-sud"))


def test_no_call_without_its_appeal(sayings: Any) -> None:
    foreign = sayings.open("fr", "ic-appeal", "action")
    programme = sayings.open("ic", "ic-appeal", "programme")
    other = sayings.open("ic", "ic-other", "action")
    for causes in ([], [foreign], [programme], [other]):
        assert rules.may_call(sayings.say("ic", "actions.called", called(), *causes)) == "appeal_missing"


def test_the_days_run_forwards(sayings: Any) -> None:
    appeal = sayings.open("ic", "ic-appeal", "action")
    wrong = sayings.say("ic", "actions.called", called(first="2027-05-02"), appeal)
    assert rules.may_call(wrong) == "days_reversed"


def test_a_day_is_an_iso_date() -> None:
    for day in ("1 May", "20270501", "2027-02-30", ""):
        with pytest.raises(ValueError, match=r"."):
            called(first=day)


def test_any_section_answers_a_call_and_only_a_call(sayings: Any, call: Any) -> None:
    assert rules.may_commit(sayings.say("fr", "actions.committed", committed(), call)) is None
    assert rules.may_commit(sayings.say("fr", "actions.committed", committed())) == "call_missing"
    assert rules.may_commit(sayings.say("fr", "actions.committed", committed(action="ic-other"), call)) == "call_missing"


def test_small_numbers_of_people_are_void(sayings: Any, call: Any) -> None:
    def verdict(*figures: Figure) -> str | None:
        return rules.may_commit(sayings.say("fr", "actions.committed", committed(*figures), call))

    assert verdict(figure(number=9)) == "too_few_people"
    assert verdict(figure(number=0)) == "too_few_people"
    assert verdict(figure(number=10), figure("2", FEW)) is None
    assert verdict(figure(number=3, people=False)) is None
    assert verdict(figure(), figure()) == "figure_keys_repeated"


def test_a_section_reports_on_its_own_commitment(sayings: Any, call: Any) -> None:
    ours = sayings.say("fr", "actions.committed", committed(figure()), call)
    assert rules.may_report(sayings.say("fr", "actions.reported", reported(figure(number=55)), ours)) is None
    assert rules.may_report(sayings.say("ar", "actions.reported", reported(), ours)) == "commitment_missing"
    assert rules.may_report(sayings.say("fr", "actions.reported", reported(), call)) == "commitment_missing"
    assert rules.may_report(sayings.say("fr", "actions.reported", reported(figure("2")), ours)) == "figure_not_planned"
    assert rules.may_report(sayings.say("fr", "actions.reported", reported(figure(number=4)), ours)) == "too_few_people"


def test_a_correction_names_the_sections_own_report(sayings: Any, call: Any) -> None:
    ours = sayings.say("fr", "actions.committed", committed(), call)
    theirs = sayings.say("ar", "actions.committed", committed(), call)
    report = sayings.say("fr", "actions.reported", reported(), ours)
    foreign = sayings.say("ar", "actions.reported", reported(), theirs)
    correction = reported(correction_of=str(report.envelope.ref))
    assert rules.may_report(sayings.say("fr", "actions.reported", correction, ours, report)) is None
    assert rules.may_report(sayings.say("fr", "actions.reported", correction, ours)) == "correction_missing"
    theft = reported(correction_of=str(foreign.envelope.ref))
    assert rules.may_report(sayings.say("fr", "actions.reported", theft, ours, foreign)) == "correction_missing"


def test_a_section_withdraws_what_it_said_itself(sayings: Any, call: Any) -> None:
    ours = sayings.say("fr", "actions.committed", committed(), call)
    withdrew = Withdrew(action=ACTION, language="fr", reason="The hall burnt down")
    assert rules.may_withdraw(sayings.say("fr", "actions.withdrew", withdrew, ours)) is None
    assert rules.may_withdraw(sayings.say("ar", "actions.withdrew", withdrew, ours)) == "commitment_missing"


def test_only_the_caller_closes(sayings: Any, call: Any) -> None:
    closed = Closed(action=ACTION, language="en", conclusions="Earlier next time", counted={})
    assert rules.may_close(sayings.say("ic", "actions.closed", closed, call)) is None
    assert rules.may_close(sayings.say("fr", "actions.closed", closed, call)) == "only_the_caller_closes"
    assert rules.may_close(sayings.say("ic", "actions.closed", closed)) == "call_missing"


def test_nobody_shows_one_face_to_some_and_another_to_others(sayings: Any, call: Any) -> None:
    plan = sayings.say("fr", "actions.committed", committed(figure()), call)
    assert rules.may_commit(plan) is None
    assert rules.may_commit(sayings.sealed(plan, "fr ic")) == "wrong_audience"
    report = sayings.say("fr", "actions.reported", reported(figure()), plan)
    assert rules.may_report(sayings.sealed(report, "fr ic")) == "wrong_audience"
    gone = sayings.say("fr", "actions.withdrew", Withdrew(action=ACTION, language="fr", reason="x"), plan)
    assert rules.may_withdraw(sayings.sealed(gone, "fr ic")) == "wrong_audience"
    assert rules.may_call(sayings.sealed(call, "fr ic")) == "wrong_audience"
