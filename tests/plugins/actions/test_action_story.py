"""An action from the call to the conclusions, as every section sees it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from internationale.kit import Conflict, Invalid, NotFound, Reader, Refused
from internationale.testing import carrying, oracle
from internationale.testing.people import member
from internationale_actions import port, queries
from internationale_actions.events import FEW, Figure

from .calls import ASSESSMENT

MAY_DAY = date(2027, 5, 1)
AFTER = datetime(2027, 5, 3, 9, tzinfo=UTC)
FIGURES = [
    Figure(key="1", what="Places", people=False, number=3),
    Figure(key="2", what="Marchers", people=True, number=400),
    Figure(key="3", what="Stewards", people=True, number=FEW),
]


def call(three: Any, first: date = MAY_DAY, last: date = MAY_DAY) -> str:
    section = three[0]
    calling = port.Calling("en", "For the eight-hour day", "Stop work.\n\nMarch.", first, last, ASSESSMENT)
    with section.writing() as session:
        action = port.call(section, session, calling, delegate(section))
    carrying.hand_on(*three)
    return action


def delegate(section: Any) -> Reader:
    return member(section, "member", "delegate")


def commit(section: Any, action: str, plan: str = "Three places", figures: Any = ()) -> None:
    with section.writing() as session:
        promise = port.Promise(queries.find(session, action).ref, "en", plan, list(figures))
        port.commit(section, session, action, promise, delegate(section))


def report(section: Any, action: str, done: str = "Two places", *numbers: tuple[str, Any]) -> None:
    with section.writing() as session:
        port.report(section, session, action, port.Outcome("en", done, "Rain", "Tents", list(numbers)), delegate(section))


def close(section: Any, action: str, conclusions: str = "Earlier next time") -> None:
    with section.writing() as session:
        port.close(section, session, action, language="en", conclusions=conclusions, by=delegate(section))


def withdraw(section: Any, action: str) -> None:
    with section.writing() as session:
        port.withdraw(section, session, action, language="en", reason="The hall burnt down", by=delegate(section))


def whole(section: Any, action: str) -> queries.Action:
    with section.reading() as session:
        return queries.whole(session, action)


def test_the_story(three: Any, ic: Any, fr: Any, ar: Any, clock: Any) -> None:
    action = call(three)
    commit(fr, action, figures=FIGURES)
    commit(ar, action, "A meeting")
    carrying.hand_on(*three)
    clock.now = AFTER
    report(fr, action, "Two places", ("1", 2), ("2", 650))
    carrying.hand_on(*three)
    close(ic, action)
    carrying.hand_on(*three)
    seen = [whole(each, action) for each in three]
    assert all(each == seen[0] for each in seen)
    ours = seen[0].of("fr")
    assert ours is not None
    assert ours.report is not None
    assert [(line.what, line.planned, line.actual) for line in ours.report.figures] == [
        ("Places", 3, 2),
        ("Marchers", 400, 650),
        ("Stewards", FEW, None),
    ]
    assert seen[0].closing is not None
    assert set(seen[0].closing.counted) == {"fr", "ar"}
    assert not ours.report.late


def test_the_appeal_is_a_document_to_translate(three: Any, ar: Any) -> None:
    action = call(three)
    with ar.reading() as session:
        reading = ar.documents.read(session, queries.find(session, action).document, "en")
    assert reading.title == "For the eight-hour day"
    assert [unit.text for unit in reading.units[1:]] == ["Stop work.", "March."]


def test_a_later_commitment_takes_the_place_of_the_first(three: Any, fr: Any) -> None:
    action = call(three)
    commit(fr, action, "One place")
    commit(fr, action, "Three places")
    answer = whole(fr, action).of("fr")
    assert answer is not None
    assert [(plan.plan, plan.standing) for plan in answer.plans] == [("One place", "replaced"), ("Three places", "current")]


def test_what_was_taken_back_stays_readable_and_can_be_given_again(three: Any, fr: Any) -> None:
    action = call(three)
    commit(fr, action)
    withdraw(fr, action)
    answer = whole(fr, action).of("fr")
    assert answer is not None
    assert answer.current is None
    assert answer.withdrawn is not None
    assert answer.withdrawn.reason == "The hall burnt down"
    commit(fr, action, "Another hall")
    again = whole(fr, action).of("fr")
    assert again is not None
    assert again.current is not None
    assert again.withdrawn is None


def test_where_a_section_stands_is_found_without_reading_everything(three: Any, ic: Any, fr: Any, ar: Any, clock: Any) -> None:
    action = call(three)
    other = call(three)
    commit(fr, other)
    found = []

    def look() -> None:
        carrying.hand_on(*three)
        with ic.reading() as session:
            everything = queries.whole(session, action)
            for section in three:
                assert queries.standing(session, action, section.code) == everything.standing(section.code), section.code
        standing = everything.standing("fr")
        found.append((standing.current is not None, standing.reported, standing.closed))

    look()
    for deed in (commit, commit, withdraw, commit):
        deed(fr, action)
        look()
    commit(ar, action)
    clock.now = AFTER
    report(fr, action)
    look()
    close(ic, action)
    look()
    plain, reported = (True, False, False), (True, True, False)
    assert found == [(False, False, False), plain, plain, (False, False, False), plain, reported, (True, True, True)]
    with ic.reading() as session, pytest.raises(NotFound):
        queries.standing(session, "none", "fr")


def test_a_correction_follows_visibly(three: Any, ic: Any, fr: Any, clock: Any) -> None:
    action = call(three)
    commit(fr, action, figures=FIGURES)
    clock.now = AFTER
    report(fr, action, "All three", ("1", 3))
    report(fr, action, "Two, we counted again", ("1", 2))
    carrying.hand_on(*three)
    answer = whole(ic, action).of("fr")
    assert answer is not None
    first, second = answer.reports
    assert (first.corrected_by, second.correction_of) == (second.ref, first.ref)
    assert answer.report == second
    assert first.done == "All three"


def test_what_comes_after_the_closing_is_marked(three: Any, ic: Any, fr: Any, ar: Any, clock: Any) -> None:
    action = call(three)
    commit(fr, action)
    carrying.hand_on(*three)
    clock.now = AFTER
    close(ic, action)
    carrying.hand_on(*three)
    report(fr, action)
    carrying.hand_on(*three)
    answer = whole(ar, action).of("fr")
    assert answer is not None
    assert answer.report is not None
    assert answer.report.late


def test_small_numbers_of_people_are_refused_before_signing(three: Any, fr: Any, clock: Any) -> None:
    action = call(three)
    said = len(carrying.said(*three))
    with pytest.raises(Invalid, match="under 10"):
        commit(fr, action, figures=[Figure(key="1", what="Members", people=True, number=9)])
    commit(fr, action, figures=FIGURES)
    clock.now = AFTER
    with pytest.raises(Invalid, match="under 10"):
        report(fr, action, "Few came", ("2", 4))
    with pytest.raises(Invalid, match="no planned figure"):
        report(fr, action, "Few came", ("9", 40))
    assert len(carrying.said(*three)) == said + 1


def test_too_early_too_late_and_not_ours(three: Any, ic: Any, fr: Any, ar: Any, clock: Any) -> None:
    action = call(three)
    with pytest.raises(Conflict, match="not committed"):
        withdraw(fr, action)
    commit(fr, action)
    for early in (lambda: report(fr, action), lambda: close(ic, action)):
        with pytest.raises(Conflict, match="not begun"):
            early()
    clock.now = AFTER
    with pytest.raises(Conflict, match="has passed"):
        commit(ar, action)
    report(fr, action)
    with pytest.raises(Conflict, match="not changed afterwards"):
        withdraw(fr, action)
    with pytest.raises(NotFound):
        whole(ic, "ic-nothing")


def test_days_that_cannot_be(three: Any) -> None:
    with pytest.raises(Invalid, match="before the first"):
        call(three, MAY_DAY, date(2027, 4, 30))
    with pytest.raises(Invalid, match="have passed"):
        call(three, date(2027, 3, 1), date(2027, 3, 1))
    assert carrying.said(*three) == []


def test_only_delegates_speak_and_only_the_caller_closes(three: Any, fr: Any, clock: Any) -> None:
    action = call(three)
    reader = member(fr, "member")
    with fr.writing() as session, pytest.raises(Refused):
        port.commit(fr, session, action, port.Promise("", "fr", "Trois", []), reader)
    clock.now = AFTER
    with fr.writing() as session, pytest.raises(Conflict, match="Only the section that called"):
        port.close(fr, session, action, language="fr", conclusions="Non", by=delegate(fr))
    with fr.reading() as session:
        assert port.offers(fr, session, whole(fr, action), reader) == frozenset()
    with fr.writing() as session, pytest.raises(Refused):
        port.call(fr, session, port.Calling("fr", "A", "B", MAY_DAY, MAY_DAY, ASSESSMENT), reader)


def test_what_waits_for_a_delegate(three: Any, fr: Any, clock: Any) -> None:
    action = call(three)

    def needs(*roles: str) -> list[str]:
        with fr.reading() as session:
            asked = {"section": fr, "session": session, "reader": member(fr, *(roles or ("member", "delegate")))}
            return [need.path for name, some in fr.plugins.each("needs", **asked) if name == "actions" for need in some]

    assert needs() == [f"/actions/{action}"]
    assert needs("member") == []
    commit(fr, action)
    assert needs() == []
    clock.now = AFTER
    assert needs() == [f"/actions/{action}/report"]
    report(fr, action)
    assert needs() == []


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_the_order_of_arrival_does_not_matter(federation: Any, listened: Any, seed: int) -> None:
    deliveries, expected = listened
    silent = federation.fresh("silent")
    carrying.hear(silent, deliveries, seed)
    assert oracle.rows(silent) == expected
    oracle.replayed(silent)


@pytest.fixture
def listened(ic: Any, fr: Any, ar: Any, clock: Any, three: Any) -> Any:
    """What was said in a whole story, and the rows that the caller has of it."""
    action = call(three)
    for section in three:
        commit(section, action, figures=FIGURES)
    commit(fr, action, "Four places")
    withdraw(ar, action)
    carrying.hand_on(*three)
    clock.now = AFTER
    report(fr, action)
    carrying.hand_on(*three)
    close(ic, action)
    report(fr, action, "Corrected")
    carrying.hand_on(*three)
    close(ic, action, "Put right")
    carrying.hand_on(*three)
    return carrying.said(*three), oracle.rows(ic)
