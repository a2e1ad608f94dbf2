"""A log that goes on in a new epoch after its key was stolen: numbers begin anew, and what the thief signed counts nowhere."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from internationale.events import keys
from internationale.events.roster import LastGood
from internationale.events.signed import SignedDocument
from internationale.ledger.deliveries import Delivery
from internationale.rooms.roster import port as roster
from internationale.rooms.roster.rules import changes
from internationale.section import Section
from internationale.testing import carrying, forking, oracle
from internationale.testing.founding import ROOT, key_of
from internationale.testing.people import member
from internationale_actions import port as actions
from internationale_actions import queries as called
from internationale_actions.events import Assessment
from internationale_statements import port as statements
from internationale_statements import queries as signed
from internationale_statements.queries import showing

AFTER = datetime(2027, 5, 3, 9, tzinfo=UTC)
ASSESSMENT = Assessment(**dict.fromkeys(Assessment.model_fields, "x"))


def reopen(three: Sequence[Section], code: str, good: Sequence[Delivery]) -> None:
    """The log of a section counts up to the last of these, and goes on in a new epoch."""
    last = LastGood(epoch=1, sequence=len(good), hash=good[-1].signed.hash)
    now = three[0].now()
    with three[0].reading() as session:
        version = changes.reopened(roster.latest(session), code, key_of(code).public, last, now)
    document = SignedDocument.seal(keys.ROSTER, version, ROOT)
    for section in three:
        with section.writing() as session:
            roster.store_version(session, document, now)
        section.roster_changed()


def deed(section: Section, do: Callable[..., Any], *given: Any, **named: Any) -> Any:
    with section.writing() as session:
        return do(section, session, *given, **named, by=member(section, "member", "delegate"))


def call(three: Sequence[Section]) -> str:
    calling = actions.Calling("en", "Peace", "March.", date(2027, 5, 1), date(2027, 5, 1), ASSESSMENT)
    action: str = deed(three[0], actions.call, calling)
    carrying.hand_on(*three)
    return action


def commit(section: Section, action: str, plan: str = "Three places") -> None:
    with section.reading() as session:
        ref = called.find(session, action).ref
    deed(section, actions.commit, action, actions.Promise(ref, "en", plan, []))


def report(section: Section, action: str) -> None:
    deed(section, actions.report, action, actions.Outcome("en", "Done", "Rain", "Tents", []))


def whole(section: Section, action: str) -> called.Action:
    with section.reading() as session:
        return called.whole(session, action)


def test_what_a_closing_counted_is_counted_by_epoch(three: Any, ic: Any, fr: Any, ar: Any, clock: Any) -> None:
    action = call(three)
    for plan in ("One", "Two", "Three"):
        commit(fr, action, plan)
    carrying.hand_on(*three)
    clock.now = AFTER
    deed(ic, actions.close, action, language="en", conclusions="Early")
    carrying.hand_on(*three)
    reopen(three, "fr", carrying.said(fr))
    report(fr, action)
    carrying.hand_on(*three)
    answer = whole(ar, action).of("fr")
    assert answer is not None
    assert [each.late for each in answer.reports] == [True]
    deed(ic, actions.close, action, language="en", conclusions="Better")
    carrying.hand_on(*three)
    known = whole(ar, action)
    assert (known.looked_at, known.epochs) == ({"fr": 1}, {"fr": 2})
    assert [each.late for each in known.answers[0].reports] == [False]
    oracle.replayed(ar)


def test_what_was_counted_before_the_new_epoch_stays_counted(three: Any, ic: Any, fr: Any, ar: Any, clock: Any) -> None:
    action = call(three)
    commit(fr, action)
    clock.now = AFTER
    report(fr, action)
    carrying.hand_on(*three)
    reopen(three, "fr", carrying.said(fr))
    report(fr, action)
    carrying.hand_on(*three)
    deed(ic, actions.close, action, language="en", conclusions="Well")
    carrying.hand_on(*three)
    assert [each.late for each in whole(ar, action).answers[0].reports] == [False, False]


def propose(three: Sequence[Section]) -> str:
    said = {"language": "fr", "title": "Contre la guerre", "text": "Non."}
    id: str = deed(three[1], statements.propose, **said)
    carrying.hand_on(*three)
    return id


def ref(section: Section, id: str) -> Any:
    with section.reading() as session:
        return section.documents.get(session, id).ref


def public(section: Section) -> list[list[str]]:
    with section.reading() as session:
        return [list(card.signed_by) for card in showing.public(section, session, "fr", 1).things]


def test_a_co_signature_from_before_counts_in_an_issue_after(three: Any, ic: Any, fr: Any, ar: Any) -> None:
    """The home section looked at both epochs of its signatory's log."""
    id = propose(three)
    deed(ar, statements.cosign, id, ref=ref(ar, id))
    deed(ar, statements.withdraw, id, language="en", reason="Not yet")
    carrying.hand_on(*three)
    reopen(three, "ar", carrying.said(ar))
    deed(ar, statements.cosign, id, ref=ref(ar, id))
    carrying.hand_on(*three)
    deed(fr, statements.issue, id, ref=ref(fr, id))
    carrying.hand_on(*three)
    with ic.reading() as session:
        issued = signed.signing(ic, session, id).issued
    assert issued is not None
    assert (issued.counted, issued.epochs, issued.signed_by) == ({"ar": 1}, {"ar": 2}, ["ar"])
    assert public(ic) == [["fr", "ar"]]


def test_what_the_thief_signed_counts_nowhere(three: Any, ic: Any, fr: Any, ar: Any) -> None:
    """What was issued stays public, under the names of those who have really signed it."""
    id, action = propose(three), call(three)
    commit(ic, action, "Ours")
    honest = carrying.said(ic)
    deed(ic, statements.cosign, id, ref=ref(ic, id))
    commit(ic, action, "The thief's")
    carrying.hand_on(*three)
    deed(fr, statements.issue, id, ref=ref(fr, id))
    carrying.hand_on(*three)
    assert [public(each) for each in three] == [[["fr", "ic"]]] * 3
    reopen(three, "ic", honest)
    for each in three:
        assert public(each) == [["fr"]]
        (answer,) = whole(each, action).answers
        assert [plan.plan for plan in answer.plans] == ["Ours"]
        oracle.replayed(each)


def test_who_has_signed_takes_no_statement_from_everybody_by_forking_its_own_log(three: Any, ic: Any, fr: Any, ar: Any) -> None:
    id = propose(three)
    for each in (ic, ar):
        deed(each, statements.cosign, id, ref=ref(each, id))
    carrying.hand_on(*three)
    deed(fr, statements.issue, id, ref=ref(fr, id))
    carrying.hand_on(*three)
    for each in (fr, ar):
        assert public(each) == [["fr", "ar", "ic"]]
        assert each.accept([forking.rival(ic)]) == ["forked"]
        assert public(each) == [["fr", "ar"]]
        oracle.replayed(each)
