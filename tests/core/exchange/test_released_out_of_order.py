"""Two wait for one thing, and the newer is released first: the older word does not take its place afterwards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from internationale.errors import Conflict, Held
from internationale.kit import Reader, Role
from internationale.plugins import Plugins
from internationale.rooms.exchange import port
from internationale.section import Section
from internationale.testing import carrying
from internationale.testing.people import person
from internationale_actions import port as actions
from internationale_actions import queries as action_queries
from internationale_actions.events import Assessment

SAID_SINCE = "your section has said something else"


@pytest.fixture
def two(federation: Callable[..., list[Section]]) -> list[Section]:
    """``fr`` and ``ic``."""
    return list(federation("fr", "ic", plugins=Plugins.installed()))


@pytest.fixture
def fr(two: list[Section]) -> Section:
    return two[0]


@pytest.fixture
def rosa(fr: Section) -> Reader:
    return person(fr, "rosa", Role.DELEGATE, Role.TRANSLATOR)


@pytest.fixture
def clara(fr: Section) -> Reader:
    return person(fr, "clara", Role.DELEGATE, Role.TRANSLATOR)


def waits(section: Section, deed: Callable[[Any], object], name: str) -> str:
    """The id of what waits after a deed, which is given a session, and says something of which all waits."""
    section.releasing.names = frozenset([name])
    with pytest.raises(Held) as held, section.writing() as session:
        deed(session)
    section.releasing.names = frozenset()
    return str(held.value.id)


def done(section: Section, deed: Callable[[Any], object]) -> None:
    with section.writing() as session:
        deed(session)


@pytest.fixture
def action(two: list[Section]) -> str:
    """One that ``ic`` has called, and ``fr`` has heard of."""
    _fr, ic = two
    today = ic.now().date()
    words = dict.fromkeys(Assessment.model_fields, "As was said.")
    calling = actions.Calling("en", "March", "All out.\n", today, today + timedelta(days=9), Assessment(**words))
    anna = person(ic, "anna", Role.DELEGATE)
    with ic.writing() as session:
        action = actions.call(ic, session, calling, anna)
    carrying.hand_on(*two)
    return action


def committing(section: Section, action: str, plan: str, by: Reader) -> Callable[[Any], None]:
    def deed(session: Any) -> None:
        call = action_queries.whole(session, action).summary.ref
        actions.commit(section, session, action, actions.Promise(call, "en", plan, []), by)

    return deed


def plans(section: Section, action: str) -> list[tuple[str, str]]:
    with section.reading() as session:
        answer = action_queries.whole(session, action).of("fr")
        return [(plan.plan, plan.standing) for plan in answer.plans] if answer else []


def test_of_two_commitments(fr: Section, action: str, rosa: Reader, clara: Reader) -> None:
    older = waits(fr, committing(fr, action, "Two buses.", rosa), "actions.committed")
    newer = waits(fr, committing(fr, action, "No bus: the driver was arrested.", clara), "actions.committed")
    port.release(fr, newer, rosa)
    with pytest.raises(Conflict, match=SAID_SINCE):
        port.release(fr, older, clara)
    assert plans(fr, action) == [("No bus: the driver was arrested.", "current")]


def test_a_commitment_that_was_taken_back_since(fr: Section, action: str, rosa: Reader, clara: Reader) -> None:
    older = waits(fr, committing(fr, action, "Four buses.", rosa), "actions.committed")
    done(fr, committing(fr, action, "Two buses.", clara))
    done(fr, lambda session: actions.withdraw(fr, session, action, language="en", reason="They have the list.", by=clara))
    with pytest.raises(Conflict, match=SAID_SINCE):
        port.release(fr, older, clara)
    assert plans(fr, action) == [("Two buses.", "withdrawn")]


def test_of_two_closings(two: list[Section], action: str) -> None:
    _fr, ic = two
    anna, emma = person(ic, "anna", Role.DELEGATE), person(ic, "emma", Role.DELEGATE)

    def closing(words: str, by: Reader) -> str:
        deed = lambda session: actions.close(ic, session, action, language="en", conclusions=words, by=by)  # noqa: E731  # one line of it
        return waits(ic, deed, "actions.closed")

    older, newer = closing("All went well.", anna), closing("One was killed.", emma)
    port.release(ic, newer, anna)
    with pytest.raises(Conflict, match=SAID_SINCE):
        port.release(ic, older, emma)
    with ic.reading() as session:
        closings = action_queries.whole(session, action).closings
    assert [each.conclusions for each in closings] == ["One was killed."]


def test_of_two_translations_of_a_paragraph(fr: Section, rosa: Reader, clara: Reader) -> None:
    with fr.writing() as session:
        document = fr.documents.open(
            session, kind="programme", language="en", title="T", text="One.\n\nTwo.\n", audience="international", by=rosa
        )
    with fr.reading() as session:
        one, two = (unit.block.id for unit in fr.documents.read(session, document, "en").units[1:])

    def offering(texts: dict[str, str], by: Reader) -> str:
        deed = "documents.translation_offered"
        return waits(fr, lambda session: fr.documents.offer(session, document, "fr", texts, revision=1, by=by), deed)

    older, other = offering({one: "Un, avec une faute."}, rosa), offering({two: "Deux."}, rosa)
    newer = offering({one: "Un."}, clara)
    port.release(fr, newer, rosa)
    with pytest.raises(Conflict, match="translated this otherwise"):
        port.release(fr, older, clara)
    port.release(fr, other, clara)
    with fr.reading() as session:
        assert [unit.text for unit in fr.documents.read(session, document, "fr").units[1:]] == ["Un.", "Deux."]
