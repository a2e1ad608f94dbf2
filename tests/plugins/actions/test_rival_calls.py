"""Two calls under one id, and an appeal that is revised: what was answered stands under the very call that was read."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from internationale.kit import Conflict, Ref, Utterance
from internationale.rooms.documents.rules import ids, writing
from internationale.testing import carrying, oracle
from internationale.testing.people import member, speaker
from internationale_actions import port, queries, rules
from internationale_actions.events import Called, Closed, Committed
from internationale_actions.queries import Standing, listing

from .calls import ASSESSMENT

ACTION = "ic-abcdefgh2345"
AFTER = datetime(2027, 5, 3, 9, tzinfo=UTC)
PLAN = {"language": "fr", "plan": "Trois places", "what": "", "counts": "things", "number": ""}


def call(section: Any, text: str, day: str, *, withheld: bool = False, audience: str = "international") -> Ref:
    """A call written by hand, under always the same id; ``withheld``: the appeal is in a part, without which both wait."""
    document = ids.mint(section.code)
    opened, _parts = writing.opening(document, kind=rules.KIND, language="en", title=text, text=text)
    parts = (opened.changes.model_dump_json().encode(),) if withheld and opened.changes else ()
    opened = opened.model_copy(update={"changes": None}) if parts else opened
    called = Called(action=ACTION, document=document, language="en", first=day, last=day, assessment=ASSESSMENT)
    with section.writing() as session:
        appeal = section.publish(session, Utterance(opened, parts=parts, audience=audience), by=speaker(section))[0]
        found: Ref = section.publish(session, Utterance(called, refs=(appeal.ref,), audience=audience), by=speaker(section))[
            0
        ].ref
        return found


@pytest.fixture
def rivals(three: Any, ic: Any, fr: Any, ar: Any) -> tuple[Ref, Ref]:
    """The call of which the appeal is kept back, and the one that all others read meanwhile."""
    found = call(ic, "Burn it down", "2027-05-02", withheld=True), call(ic, "March in peace", "2027-05-01")
    for other in (fr, ar):
        other.accept(carrying.said(ic))
    return found


def commit(section: Any, ref: Ref, plan: str = "Three places") -> None:
    with section.writing() as session:
        promise = port.Promise(str(ref), "en", plan, [])
        port.commit(section, session, ACTION, promise, member(section, "delegate"))


def commit_unasked(section: Any, ref: Ref) -> None:
    """As a section does whose software asks for nothing."""
    committed = Committed(action=ACTION, language="en", plan="Three places", figures=[])
    with section.writing() as session:
        section.publish(session, Utterance(committed, refs=(ref,)), by=speaker(section))


def withdraw(section: Any) -> None:
    with section.writing() as session:
        port.withdraw(section, session, ACTION, language="en", reason="No", by=member(section, "delegate"))


def report(section: Any) -> None:
    with section.writing() as session:
        outcome = port.Outcome("en", "We marched", "Rain", "Tents", [])
        port.report(section, session, ACTION, outcome, member(section, "delegate"))


def whole(section: Any) -> queries.Action:
    with section.reading() as session:
        found = queries.whole(session, ACTION)
        assert found in queries.every(session)
        for code in ("ic", "fr", "ar"):
            assert queries.standing(session, ACTION, code) == found.standing(code)
        return found


def test_a_commitment_is_not_moved_to_the_call_that_was_kept_back(
    three: Any, ic: Any, fr: Any, ar: Any, browser: Any, rivals: tuple[Ref, Ref]
) -> None:
    assert whole(fr).summary.first == date(2027, 5, 1)
    commit_unasked(fr, rivals[1])
    commit_unasked(ar, rivals[1])
    withdraw(ar)
    carrying.hand_on(*three)
    for each in three:
        known = whole(each)
        assert (known.summary.ref, known.summary.first, known.answers) == (str(rivals[0]), date(2027, 5, 2), [])
        assert [(rival.ref, rival.answered) for rival in known.rivals] == [(str(rivals[1]), ["ar", "fr"])]
        assert known.standing("fr") == Standing(known.summary, "fr", None, reported=False, closed=False)
    page = re.sub(r"<[^>]+>", "", browser(ar, "member", language="en").get(f"/actions/{ACTION}").text)
    assert "International Committee (ic) wrote another call under the same id, for May 1, 2027." in page
    assert "It was answered by الفرع العربي (ar) and Section française (fr)." in page
    with ic.reading() as session:
        (card,) = listing.cards(ic, session, [whole(ic)], "en")
    assert (card.title, card.committed) == ("Burn it down", [])


def test_nobody_is_asked_to_answer_what_may_become_another_call(
    three: Any, fr: Any, browser: Any, rivals: tuple[Ref, Ref]
) -> None:
    lyon = browser(fr, "delegate", language="en")
    page = re.sub(r"<[^>]+>", "", lyon.get(f"/actions/{ACTION}").text)
    assert f"Message {rivals[0].event_id} of the same section is earlier than this one and not decided here" in page
    assert f"/actions/{ACTION}/commit" not in lyon.get(f"/actions/{ACTION}").text
    assert lyon.get(f"/api/v1/actions/{ACTION}").json()["offers"] == []
    assert "waits for your section" not in lyon.get("/").text
    with pytest.raises(Conflict, match="not decided here"):
        commit(fr, rivals[1])
    carrying.hand_on(*three)
    assert "waits for your section" in lyon.get("/").text
    commit(fr, rivals[0])


def test_a_call_to_some_takes_no_open_calls_place(three: Any, ic: Any, fr: Any, ar: Any) -> None:
    call(ic, "Burn it down", "2027-05-02", audience="fr ic")
    open_call = call(ic, "March in peace", "2027-05-01")
    for other in (fr, ar):
        other.accept(carrying.said(ic))
    for each, rivals in ((ic, 1), (fr, 1), (ar, 0)):
        known = whole(each)
        assert (known.summary.ref, len(known.rivals)) == (str(open_call), rivals)
        oracle.replayed(each)


def test_reports_and_conclusions_stay_under_their_call(
    three: Any, ic: Any, fr: Any, ar: Any, clock: Any, rivals: tuple[Ref, Ref]
) -> None:
    commit_unasked(fr, rivals[1])
    clock.now = AFTER
    report(fr)
    ic.accept(carrying.said(fr))
    with ic.writing() as session:
        closed = Closed(action=ACTION, language="en", conclusions="Well", counted={})
        ic.publish(session, Utterance(closed, refs=(rivals[1],)), by=speaker(ic))
    carrying.hand_on(*three)
    for each in three:
        assert (whole(each).answers, whole(each).closings, whole(each).looked_at) == ([], [], {})


def test_what_is_committed_to_is_what_was_read(three: Any, fr: Any, browser: Any, rivals: tuple[Ref, Ref]) -> None:
    carrying.hand_on(*three)
    with pytest.raises(Conflict, match="Another call"):
        commit(fr, rivals[1])
    lyon = browser(fr, "delegate", language="en")
    for step in ("preview", "sign"):
        answer = lyon.post(f"/actions/{ACTION}/commit", data={**PLAN, "event": str(rivals[1]), "step": step})
        assert (answer.status_code, "Another call" in answer.text) == (409, True)
    assert f'name="event" value="{rivals[0]}"' in lyon.get(f"/actions/{ACTION}/commit").text


def test_the_order_of_arrival_decides_nothing(
    three: Any, ic: Any, fr: Any, ar: Any, federation: Any, rivals: tuple[Ref, Ref]
) -> None:
    commit_unasked(fr, rivals[1])
    carrying.hand_on(*three)
    commit(ar, rivals[0])
    carrying.hand_on(*three)
    for seed in range(5):
        silent = federation.fresh("silent")
        carrying.hear(silent, carrying.said(*three), seed)
        silent.add_parts(carrying.parts(ic))
        assert oracle.rows(silent) == oracle.rows(fr)
        assert whole(silent) == whole(fr)
        oracle.replayed(silent)
    assert [answer.section for answer in whole(fr).answers] == ["ar"]


def test_an_action_is_shown_with_the_words_that_were_called(three: Any, ic: Any, fr: Any, browser: Any) -> None:
    calling = port.Calling("en", "Peace", "March in peace.", date(2027, 5, 1), date(2027, 5, 1), ASSESSMENT)
    with ic.writing() as session:
        action = port.call(ic, session, calling, member(ic, "delegate"))
        document = queries.find(session, action).document
    with ic.writing() as session:
        said = {"base": 1, "title": "Revenge", "text": "Burn it down.", "note": ""}
        ic.documents.revise(session, document, **said, by=member(ic, "delegate"))
    carrying.hand_on(*three)
    lyon = browser(fr, "delegate", language="en")
    page = lyon.get(f"/actions/{action}").text
    assert ("March in peace." in page, "Burn it down." in page, "reads otherwise by now" in page) == (True, False, True)
    for path in (f"/actions/{action}", "/actions", f"/actions/{action}/commit"):
        assert ("Peace" in lyon.get(path).text, "Revenge" in lyon.get(path).text) == (True, False), path
    assert "A call waits for your section&#39;s answer: Peace" in lyon.get("/").text.replace("’", "&#39;")
    assert [card["title"] for card in lyon.get("/api/v1/actions").json()["upcoming"]] == ["Peace"]
    assert lyon.get(f"/api/v1/actions/{action}").json()["title"] == "Peace"
