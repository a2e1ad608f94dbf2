"""An action from the call to the conclusions, as every section sees it."""

from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from internationale.kit import Conflict, Invalid, NotFound, Refused
from internationale_actions import port, queries
from internationale_actions.events import FEW, Assessment, Figure

MAY_DAY = date(2027, 5, 1)
AFTER = datetime(2027, 5, 3, 9, tzinfo=UTC)
ASSESSMENT = Assessment(
    participants="Dockers",
    demands="Eight hours",
    leadership="The strike committee",
    outlook="A week",
    conditions="Spring",
    forces="Ten",
)
FIGURES = [
    Figure(key="1", what="Places", people=False, number=3),
    Figure(key="2", what="Marchers", people=True, number=400),
    Figure(key="3", what="Stewards", people=True, number=FEW),
]


def call(world: Any, first: date = MAY_DAY, last: date = MAY_DAY) -> str:
    section = world.sections["ic"]
    calling = port.Calling("en", "For the eight-hour day", "Stop work.\n\nMarch.", first, last, ASSESSMENT)
    with section.writing() as session:
        action = port.call(section, session, calling, world.reader("ic"))
    world.carry()
    return action


def commit(world: Any, code: str, action: str, plan: str = "Three places", figures: Any = ()) -> None:
    section = world.sections[code]
    with section.writing() as session:
        port.commit(section, session, action, port.Promise("en", plan, list(figures)), world.reader(code))


def report(world: Any, code: str, action: str, done: str = "Two places", *numbers: tuple[str, Any]) -> None:
    section = world.sections[code]
    with section.writing() as session:
        port.report(section, session, action, port.Outcome("en", done, "Rain", "Tents", list(numbers)), world.reader(code))


def close(world: Any, action: str, conclusions: str = "Earlier next time") -> None:
    section = world.sections["ic"]
    with section.writing() as session:
        port.close(section, session, action, language="en", conclusions=conclusions, by=world.reader("ic"))


def withdraw(world: Any, code: str, action: str) -> None:
    section = world.sections[code]
    with section.writing() as session:
        port.withdraw(section, session, action, language="en", reason="The hall burnt down", by=world.reader(code))


def whole(world: Any, code: str, action: str) -> queries.Action:
    with world.sections[code].reading() as session:
        return queries.whole(session, action)


def test_the_story(world: Any) -> None:
    action = call(world)
    commit(world, "fr", action, figures=FIGURES)
    commit(world, "ar", action, "A meeting")
    world.carry()
    world.clock.now = AFTER
    report(world, "fr", action, "Two places", ("1", 2), ("2", 650))
    world.carry()
    close(world, action)
    world.carry()
    seen = [whole(world, code, action) for code in world.sections]
    assert all(each == seen[0] for each in seen)
    fr = seen[0].of("fr")
    assert fr is not None
    assert fr.report is not None
    assert [(line.what, line.planned, line.actual) for line in fr.report.figures] == [
        ("Places", 3, 2),
        ("Marchers", 400, 650),
        ("Stewards", FEW, None),
    ]
    assert seen[0].closing is not None
    assert set(seen[0].closing.counted) == {"fr", "ar"}
    assert not fr.report.late


def test_the_appeal_is_a_document_to_translate(world: Any) -> None:
    action = call(world)
    section = world.sections["ar"]
    with section.reading() as session:
        reading = section.documents.read(session, queries.find(session, action).document, "en")
    assert reading.title == "For the eight-hour day"
    assert [unit.text for unit in reading.units[1:]] == ["Stop work.", "March."]


def test_a_later_commitment_takes_the_place_of_the_first(world: Any) -> None:
    action = call(world)
    commit(world, "fr", action, "One place")
    commit(world, "fr", action, "Three places")
    answer = whole(world, "fr", action).of("fr")
    assert answer is not None
    assert [(plan.plan, plan.standing) for plan in answer.plans] == [("One place", "replaced"), ("Three places", "current")]


def test_what_was_taken_back_stays_readable_and_can_be_given_again(world: Any) -> None:
    action = call(world)
    commit(world, "fr", action)
    withdraw(world, "fr", action)
    answer = whole(world, "fr", action).of("fr")
    assert answer is not None
    assert answer.current is None
    assert answer.withdrawn is not None
    assert answer.withdrawn.reason == "The hall burnt down"
    commit(world, "fr", action, "Another hall")
    again = whole(world, "fr", action).of("fr")
    assert again is not None
    assert again.current is not None
    assert again.withdrawn is None


def test_where_a_section_stands_is_found_without_reading_everything(world: Any) -> None:
    action = call(world)
    other = call(world)
    commit(world, "fr", other)
    found = []

    def look() -> None:
        with world.sections["ic"].reading() as session:
            everything = queries.whole(session, action)
            for code in world.sections:
                assert queries.standing(session, action, code) == everything.standing(code), code
        standing = everything.standing("fr")
        found.append((standing.current is not None, standing.reported, standing.closed))

    look()
    for deed in (commit, commit, withdraw, commit):
        deed(world, "fr", action)
        world.carry()
        look()
    commit(world, "ar", action)
    world.clock.now = AFTER
    report(world, "fr", action)
    world.carry()
    look()
    close(world, action)
    look()
    plain, reported = (True, False, False), (True, True, False)
    assert found == [(False, False, False), plain, plain, (False, False, False), plain, reported, (True, True, True)]
    with world.sections["ic"].reading() as session, pytest.raises(NotFound):
        queries.standing(session, "none", "fr")


def test_a_correction_follows_visibly(world: Any) -> None:
    action = call(world)
    commit(world, "fr", action, figures=FIGURES)
    world.clock.now = AFTER
    report(world, "fr", action, "All three", ("1", 3))
    report(world, "fr", action, "Two, we counted again", ("1", 2))
    world.carry()
    answer = whole(world, "ic", action).of("fr")
    assert answer is not None
    first, second = answer.reports
    assert (first.corrected_by, second.correction_of) == (second.ref, first.ref)
    assert answer.report == second
    assert first.done == "All three"


def test_what_comes_after_the_closing_is_marked(world: Any) -> None:
    action = call(world)
    commit(world, "fr", action)
    world.carry()
    world.clock.now = AFTER
    close(world, action)
    world.carry()
    report(world, "fr", action)
    world.carry()
    answer = whole(world, "ar", action).of("fr")
    assert answer is not None
    assert answer.report is not None
    assert answer.report.late


def test_small_numbers_of_people_are_refused_before_signing(world: Any) -> None:
    action = call(world)
    said = len(world.said())
    with pytest.raises(Invalid, match="under 10"):
        commit(world, "fr", action, figures=[Figure(key="1", what="Members", people=True, number=9)])
    commit(world, "fr", action, figures=FIGURES)
    world.clock.now = AFTER
    with pytest.raises(Invalid, match="under 10"):
        report(world, "fr", action, "Few came", ("2", 4))
    with pytest.raises(Invalid, match="no planned figure"):
        report(world, "fr", action, "Few came", ("9", 40))
    assert len(world.said()) == said + 1


def test_too_early_too_late_and_not_ours(world: Any) -> None:
    action = call(world)
    with pytest.raises(Conflict, match="not committed"):
        withdraw(world, "fr", action)
    commit(world, "fr", action)
    for early in (lambda: report(world, "fr", action), lambda: close(world, action)):
        with pytest.raises(Conflict, match="not begun"):
            early()
    world.clock.now = AFTER
    with pytest.raises(Conflict, match="has passed"):
        commit(world, "ar", action)
    report(world, "fr", action)
    with pytest.raises(Conflict, match="not changed afterwards"):
        withdraw(world, "fr", action)
    with pytest.raises(NotFound):
        whole(world, "ic", "ic-nothing")


def test_days_that_cannot_be(world: Any) -> None:
    with pytest.raises(Invalid, match="before the first"):
        call(world, MAY_DAY, date(2027, 4, 30))
    with pytest.raises(Invalid, match="have passed"):
        call(world, date(2027, 3, 1), date(2027, 3, 1))
    assert world.said() == []


def test_only_delegates_speak_and_only_the_caller_closes(world: Any) -> None:
    action = call(world)
    section = world.sections["fr"]
    member = world.reader("fr", "member")
    with section.writing() as session, pytest.raises(Refused):
        port.commit(section, session, action, port.Promise("fr", "Trois", []), member)
    world.clock.now = AFTER
    with section.writing() as session, pytest.raises(Conflict, match="Only the section that called"):
        port.close(section, session, action, language="fr", conclusions="Non", by=world.reader("fr"))
    assert port.offers(section, whole(world, "fr", action), member) == frozenset()
    with section.writing() as session, pytest.raises(Refused):
        port.call(section, session, port.Calling("fr", "A", "B", MAY_DAY, MAY_DAY, ASSESSMENT), member)


def test_what_waits_for_a_delegate(world: Any) -> None:
    action = call(world)
    section = world.sections["fr"]

    def needs(*roles: str) -> list[str]:
        with section.reading() as session:
            asked = {"section": section, "session": session, "reader": world.reader("fr", *roles)}
            return [need.path for name, some in section.plugins.each("needs", **asked) if name == "actions" for need in some]

    assert needs() == [f"/actions/{action}"]
    assert needs("member") == []
    commit(world, "fr", action)
    assert needs() == []
    world.clock.now = AFTER
    assert needs() == [f"/actions/{action}/report"]
    report(world, "fr", action)
    assert needs() == []


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_the_order_of_arrival_does_not_matter(listened: Any, seed: int) -> None:
    world, deliveries, expected = listened
    silent = world.fresh("silent")
    mixed = list(deliveries)
    chance = Random(seed)
    chance.shuffle(mixed)
    while mixed:
        batch, mixed = mixed[: (size := chance.randint(1, 5))], mixed[size:]
        silent.accept(batch)
    assert world.rows("silent", "actions") == expected
    assert world.replayed("silent", "actions") == expected


@pytest.fixture
def listened(world: Any) -> Any:
    """A whole story, what was said in it, and the rows that the caller has of it."""
    action = call(world)
    for code in ("fr", "ar", "ic"):
        commit(world, code, action, figures=FIGURES)
    commit(world, "fr", action, "Four places")
    withdraw(world, "ar", action)
    world.carry()
    world.clock.now = AFTER
    report(world, "fr", action)
    world.carry()
    close(world, action)
    report(world, "fr", action, "Corrected")
    world.carry()
    close(world, action, "Put right")
    world.carry()
    return world, world.said(), world.rows("ic", "actions")
