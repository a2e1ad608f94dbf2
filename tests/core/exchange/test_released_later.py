"""What waits for days before a second person releases it: what has changed since, and what must not have."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import func, select

from internationale.errors import Conflict, Held, Refused
from internationale.kit import Reader, Role
from internationale.plugins import Plugins
from internationale.rooms.documents.port import amending
from internationale.rooms.documents.port.amending import Proposal
from internationale.rooms.documents.queries import documents
from internationale.rooms.exchange import port, queries
from internationale.rooms.exchange.rows import HeldPartRow
from internationale.rooms.exchange.rules import DOUBTFUL, named_anew
from internationale.rooms.sealing import port as sealing
from internationale.section import Section
from internationale.testing import carrying
from internationale.testing.people import member, person
from internationale_actions import port as actions
from internationale_actions import queries as action_queries
from internationale_actions.events import Assessment
from internationale_statements import port as statements

NAMES = frozenset(
    [
        "documents.opened",
        "documents.revised",
        "documents.amendment_decided",
        "actions.called",
        "statements.issued",
        "statements.cosigned",
    ]
)


@pytest.fixture
def two(federation: Callable[..., list[Section]]) -> list[Section]:
    """``fr``, where some things wait for a second person, and ``ic``."""
    fr, ic = federation("fr", "ic", plugins=Plugins.installed())
    fr.releasing.names = NAMES
    return [fr, ic]


@pytest.fixture
def fr(two: list[Section]) -> Section:
    return two[0]


@pytest.fixture
def rosa(fr: Section) -> Reader:
    return person(fr, "rosa", Role.DELEGATE)


@pytest.fixture
def clara(fr: Section) -> Reader:
    return person(fr, "clara", Role.DELEGATE)


def waits(section: Section, deed: Callable[[Any], object]) -> str:
    """The id of what waits after a deed, which is given a session."""
    with pytest.raises(Held) as held, section.writing() as session:
        deed(session)
    return str(held.value.id)


def opening(section: Section, by: Reader, audience: str = "international") -> str:
    said = {"kind": "programme", "language": "en", "title": "T", "text": "Bread.\n", "audience": audience}
    return waits(section, lambda session: section.documents.open(session, **said, by=by))


@pytest.fixture
def shared(two: list[Section], rosa: Reader, clara: Reader) -> str:
    """A document of ``fr`` that both have."""
    fr = two[0]
    port.release(fr, opening(fr, rosa), clara)
    carrying.hand_on(*two)
    with fr.reading() as session:
        return str(documents.summaries(session)[0].id)


def revising(section: Section, document: str, text: str, by: Reader) -> str:
    said = {"base": 1, "title": "T", "text": text, "note": ""}
    return waits(section, lambda session: section.documents.revise(session, document, **said, by=by))


def said(section: Section) -> int:
    with section.reading() as session:
        return section.ledger.head(session, section.code).sequence


def test_what_is_for_some_only_waits_and_is_released_like_anything_else(fr: Section, rosa: Reader, clara: Reader) -> None:
    (envelope,) = port.release(fr, opening(fr, rosa, audience="fr ic"), clara)
    assert (envelope.sealed, envelope.readers) == (True, "fr ic")


def test_a_right_for_one_object_that_was_taken_away_since_is_missed(
    fr: Section, shared: str, rosa: Reader, clara: Reader
) -> None:
    """Although the same right for another object is held still."""
    emma = person(fr, "emma", Role.MEMBER)
    with fr.writing() as session:
        grants = [
            fr.grants.give_capability(session, str(emma.id), "documents.revised", object=each, by=None)
            for each in (shared, "fr-000000000000")
        ]
        emma = fr.grants.reader(session, id=str(emma.id), handle="emma", language="en")
    held = revising(fr, shared, "Bread, and what she may not say.\n", emma)
    with fr.writing() as session:
        fr.grants.withdraw(session, str(emma.id), grants[0].id, by=None)
    before = said(fr)
    with pytest.raises(Refused, match="may not say it any more"):
        port.release(fr, held, clara)
    assert said(fr) == before
    with fr.writing() as session:
        fr.grants.give_capability(session, str(emma.id), "documents.revised", object=shared, by=None)
    port.release(fr, held, clara)


def test_what_a_person_has_written_is_signed_to_the_letter(fr: Section, rosa: Reader, clara: Reader) -> None:
    """Also where it names a message by the number that one of these would have had."""
    words = dict.fromkeys(Assessment.model_fields, "x") | {"demands": "We renounce fr:1:1, and all of fr:1:2."}
    day = date(2100, 5, 1)
    calling = actions.Calling("en", "March", "We march.\n", day, day, Assessment(**words))
    held = waits(fr, lambda session: actions.call(fr, session, calling, rosa))
    port.release(fr, opening(fr, rosa), clara)
    _appeal, called = port.release(fr, held, clara)
    assert called.data["assessment"] == words


def test_names_are_names_as_a_whole() -> None:
    old, new = "fr:1:3:0123456789abcdef", "fr:1:4:fedcba9876543210"
    given = {"ref": old, "every": [old, {"in": old}], "words": f"see {old}", "number": 3, "none": None}
    named = {"ref": new, "every": [new, {"in": new}], "words": f"see {old}", "number": 3, "none": None}
    assert named_anew(given, {old: new}) == named


def test_of_two_revisions_of_one_text_the_second_is_not_signed_in_vain(
    fr: Section, shared: str, rosa: Reader, clara: Reader
) -> None:
    first, second = (revising(fr, shared, text, rosa) for text in ("Bread and roses.\n", "Bread and peace.\n"))
    port.release(fr, first, clara)
    before = said(fr)
    with pytest.raises(Conflict, match="newer revision"):
        port.release(fr, second, clara)
    assert said(fr) == before


def test_what_was_withdrawn_since_is_not_accepted(two: list[Section], shared: str, rosa: Reader, clara: Reader) -> None:
    fr, ic = two
    anna = member(ic, "delegate")
    with ic.writing() as session:
        block = ic.documents.read(session, shared, "en").units[-1].block.id
        amendment = amending.propose(ic, session, shared, Proposal(block, 1, "replace", "en", "A", "Why", "More."), anna)
    carrying.hand_on(*two)
    verdict = {"decision": "accepted", "reason": "Yes."}
    held = waits(fr, lambda session: amending.decide(fr, session, shared, amendment, **verdict, by=rosa))
    with ic.writing() as session:
        amending.withdraw(ic, session, shared, amendment, reason="No.", by=anna)
    carrying.hand_on(*two)
    with pytest.raises(Conflict, match="withdrawn"):
        port.release(fr, held, clara)


def test_a_statement_does_not_name_who_has_taken_the_signature_back(two: list[Section], rosa: Reader, clara: Reader) -> None:
    fr, ic = two
    anna = member(ic, "delegate")
    text = {"language": "en", "title": "No", "text": "No.\n"}
    port.release(fr, waits(fr, lambda session: statements.propose(fr, session, **text, by=rosa)), clara)
    carrying.hand_on(*two)
    with ic.writing() as session:
        summary = ic.documents.list(session)[0]
        statements.cosign(ic, session, summary.id, ref=summary.ref, by=anna)
    carrying.hand_on(*two)
    held = waits(fr, lambda session: statements.issue(fr, session, summary.id, ref=summary.ref, by=rosa))
    with ic.writing() as session:
        statements.withdraw(ic, session, summary.id, language="en", reason="It endangers us.", by=anna)
    carrying.hand_on(*two)
    with pytest.raises(Conflict, match="taken a co-signature back"):
        port.release(fr, held, clara)
    port.reject(fr, held, "As things stand now.", clara)
    port.release(fr, waits(fr, lambda session: statements.issue(fr, session, summary.id, ref=summary.ref, by=rosa)), clara)


def test_after_a_restore_nothing_is_released_that_may_have_been_decided_since(
    fr: Section, rosa: Reader, clara: Reader, browser: Callable[..., Any]
) -> None:
    held = opening(fr, rosa)
    fr.gate.put_back()
    fr.begin()
    fr.gate.give_word()
    assert fr.gate.take_word()
    with pytest.raises(Conflict) as refused:
        port.release(fr, held, clara)
    assert (refused.value.message, said(fr)) == (DOUBTFUL, 0)
    assert browser(fr, clara).get("/federation/release").text.count(held) == 0
    client = browser(fr, rosa)
    assert "put back since this was written" in client.get("/").text
    assert "put back since this was written" in client.get(f"/federation/release/{held}").text
    assert client.post(f"/federation/release/{held}/take-back", follow_redirects=False).status_code == 303
    with fr.reading() as session:
        assert queries.held_of(session, str(rosa.id)) == ()
    port.release(fr, opening(fr, rosa), clara)


def test_what_was_released_is_kept_in_the_log_alone(
    fr: Section, rosa: Reader, clara: Reader, browser: Callable[..., Any]
) -> None:
    """It may be taken back from there, for somebody's safety."""
    held = opening(fr, rosa, audience="fr ic")
    (envelope,) = port.release(fr, held, clara)
    with fr.reading() as session:
        row = queries.held_row(session, held)
        assert "Bread" not in row.said
        assert row.said.count(str(envelope.ref)) == 1
    page = browser(fr, clara).get(f"/federation/release/{held}").text
    assert f"/federation/sent/{envelope.id}" in page
    assert "Bread" not in page


def test_what_the_host_says_by_a_command_is_released_by_anybody_who_may(fr: Section, clara: Reader) -> None:
    port.release(fr, opening(fr, fr.grants.host()), clara)
    assert said(fr) == 1


def test_whoever_wrote_much_that_waits_sees_what_others_wrote(
    fr: Section, rosa: Reader, clara: Reader, browser: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries.releasing, "SHOWN", 2)
    for _ in range(2):
        opening(fr, clara)
    held = opening(fr, rosa)
    assert held in browser(fr, clara).get("/federation/release").text
    assert held in browser(fr, clara).get("/api/v1/federation/release").text


LONG = "The secret of the night shift. " * 20_000
"""So long that it travels beside its message, and can be taken back."""


def test_a_text_that_was_taken_back_since_is_not_shown_to_anybody(
    federation: Callable[..., list[Section]], browser: Callable[..., Any]
) -> None:
    """While that waits no copy of it is kept: it is read anew when it is released."""
    ic, fr, ar = federation("ic", "fr", "ar", plugins=Plugins.installed())
    rosa, clara, emil = person(ic, "rosa", Role.DELEGATE), person(ic, "clara", Role.DELEGATE), member(fr, "delegate")
    text = {"kind": "programme", "language": "en", "title": "T", "text": "One.\n\nTwo.\n"}
    with ic.writing() as session:
        document = ic.documents.open(session, **text, audience="fr ic", by=rosa)
    carrying.hand_on(ic, fr, ar)
    with fr.writing() as session:
        block = fr.documents.read(session, document, "en").units[1].block.id
        amending.propose(fr, session, document, Proposal(block, 1, "replace", "en", "A", "Why", LONG), emil)
    carrying.hand_on(ic, fr, ar)
    ic.releasing.names = frozenset(["sealing.reshared"])
    held = waits(ic, lambda session: sealing.share(ic, session, document, with_="ar", by=rosa))
    with ic.reading() as session:
        assert session.exec(select(func.count()).select_from(HeldPartRow)).one() == 0
    with fr.writing() as session:
        port.withdraw(fr, session, "fr:1:1", reason="safety", by=emil)
    carrying.hand_on(ic, fr, ar)
    with pytest.raises(Conflict, match="taken back since"):
        port.release(ic, held, clara)
    port.reject(ic, held, "Without it.", clara)
    port.release(ic, waits(ic, lambda session: sealing.share(ic, session, document, with_="ar", by=rosa)), clara)
    carrying.hand_on(ic, fr, ar)
    with ar.reading() as session:
        assert [unit.block.source for unit in ar.documents.read(session, document, "en").units] == ["T", "One.", "Two."]


def test_of_two_verdicts_the_second_does_not_take_back_the_first_unseen(
    two: list[Section], shared: str, rosa: Reader, clara: Reader
) -> None:
    fr, ic = two
    with ic.writing() as session:
        block = ic.documents.read(session, shared, "en").units[-1].block.id
        proposal = Proposal(block, 1, "replace", "en", "A", "Why", "More.")
        amendment = amending.propose(ic, session, shared, proposal, member(ic, "delegate"))
    carrying.hand_on(*two)

    def decides(decision: str) -> str:
        verdict = {"decision": decision, "reason": "So."}
        return waits(fr, lambda session: amending.decide(fr, session, shared, amendment, **verdict, by=rosa))

    first, second = decides("rejected"), decides("accepted")
    port.release(fr, second, clara)
    with pytest.raises(Conflict, match="decided otherwise"):
        port.release(fr, first, clara)
    port.release(fr, decides("rejected"), clara)  # who has seen it puts it right


def test_of_two_reports_the_second_does_not_stand_beside_the_first(two: list[Section], rosa: Reader, clara: Reader) -> None:
    """Nor does a withdrawal take back a commitment that came after it."""
    fr, _ic = two
    words = dict.fromkeys(Assessment.model_fields, "x")
    calling = actions.Calling("en", "March", "We march.\n", fr.now().date(), fr.now().date(), Assessment(**words))
    port.release(fr, waits(fr, lambda session: actions.call(fr, session, calling, rosa)), clara)
    fr.releasing.names = frozenset()
    with fr.reading() as session:
        summary = action_queries.every(session)[0].summary

    def commits(plan: str) -> None:
        with fr.writing() as session:
            actions.commit(fr, session, summary.id, actions.Promise(summary.ref, "en", plan, ()), rosa)

    commits("By bus.")
    fr.releasing.names = frozenset(["actions.withdrew", "actions.reported"])
    withdrawal = waits(fr, lambda session: actions.withdraw(fr, session, summary.id, language="en", reason="Too dear.", by=rosa))
    commits("By train.")
    with pytest.raises(Conflict, match="something else about this action"):
        port.release(fr, withdrawal, clara)
    outcome = actions.Outcome("en", "We came.", "Good.", "", ())
    reports = [waits(fr, lambda session: actions.report(fr, session, summary.id, outcome, rosa)) for _ in range(2)]
    port.release(fr, reports[0], clara)
    with pytest.raises(Conflict, match="something else about this action"):
        port.release(fr, reports[1], clara)


def test_a_text_is_taken_back_once(fr: Section, rosa: Reader, clara: Reader) -> None:
    text = {"kind": "programme", "language": "en", "title": "T", "text": LONG, "audience": "international"}
    (opened,) = port.release(fr, waits(fr, lambda session: fr.documents.open(session, **text, by=rosa)), clara)
    fr.releasing.names = frozenset(["exchange.part_withdrawn"])
    first, second = (waits(fr, lambda session: port.withdraw(fr, session, opened.id, reason="safety", by=rosa)) for _ in range(2))
    port.release(fr, first, clara)
    with pytest.raises(Conflict, match="already taken back"):
        port.release(fr, second, clara)


def test_a_signature_that_came_later_is_not_taken_back_with_an_earlier_one(
    two: list[Section], rosa: Reader, clara: Reader
) -> None:
    fr, ic = two
    anna, text = member(ic, "delegate"), {"language": "en", "title": "No", "text": "No.\n"}
    with ic.writing() as session:
        id = statements.propose(ic, session, **text, by=anna)
    fr.releasing.names = frozenset()

    def cosigns() -> None:
        carrying.hand_on(*two)
        with fr.writing() as session:
            statements.cosign(fr, session, id, ref=fr.documents.get(session, id).ref, by=rosa)

    cosigns()
    fr.releasing.names = frozenset(["statements.cosignature_withdrawn"])
    taken = {"language": "en", "reason": "The second sentence."}
    held = waits(fr, lambda session: statements.withdraw(fr, session, id, **taken, by=rosa))
    with ic.writing() as session:
        ic.documents.revise(session, id, base=1, title="No", text="No, and no.\n", note="", by=anna)
    cosigns()
    with pytest.raises(Conflict, match="co-signed anew"):
        port.release(fr, held, clara)
