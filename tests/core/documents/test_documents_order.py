"""Rows depend on what was said, never on the order in which it came; and replaying gives the same rows as living."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from internationale.kit import INTERNATIONAL
from internationale.rooms.documents.port import amending
from internationale.rooms.documents.port.amending import Proposal
from internationale.rooms.documents.queries import documents
from internationale.testing import carrying, oracle
from internationale.testing.people import speaker
from internationale.testing.rows import dump

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def history(three, text):
    """Three sections talk about one text; some of it crosses on the way."""
    ic, fr, ar = three
    with ic.writing() as session:
        document = ic.documents.open(
            session, kind="draft", language="en", title="Hours", text=text.first, audience=INTERNATIONAL, by=speaker(ic)
        )
        block = next(item.id for item in documents.text(session, document).blocks if "thirty-five" in item.raw)
    carrying.hand_on(*three)
    proposal = Proposal(block, 1, "replace", "en", "T", "R", "We stand for thirty hours.")
    made = {}
    for section in (fr, ar):
        by = speaker(section)
        with section.writing() as session:
            made[section.code] = amending.propose(section, session, document, proposal, by)
            section.documents.offer(session, document, "eo", {block: section.code}, revision=1, by=by)
            section.documents.offer(session, document, "eo", {block: section.code + " again"}, revision=1, by=by)
    with ic.writing() as session:
        ic.documents.revise(session, document, base=1, title="Hours", text=text.second, note="", by=speaker(ic))
    ic.accept(carrying.said(fr, ar))
    with ic.writing() as session:
        for decision in ("rejected", "accepted"):
            amending.decide(ic, session, document, made["fr"], decision=decision, reason="R", by=speaker(ic))
    with fr.writing() as session:
        amending.withdraw(fr, session, document, made["fr"], reason="", by=speaker(fr))
    carrying.hand_on(*three)
    with ar.writing() as session:
        ar.documents.offer(session, document, "eo", {block: "new"}, revision=2, by=speaker(ar))
        amending.withdraw(ar, session, document, made["ar"], reason="Done.", by=speaker(ar))
    with ic.writing() as session:
        ic.documents.revise(session, document, base=2, title="Hours!", text=text.third, note="n", by=speaker(ic))
    carrying.hand_on(*three)


def test_rows_are_the_same_in_any_order_and_after_replay(federation, three, ic, fr, ar, text):
    history(three, text)
    expected = oracle.rows(ic)
    assert oracle.rows(fr) == oracle.rows(ar) == expected
    everything = carrying.said(*three)
    late = federation.fresh("late")

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
    @given(st.permutations(everything), st.integers(1, 4))
    def check(order, batch):
        with late.writing() as session:
            for table in ("event", "mention", "parked", "waiting", "head"):
                session.connection().exec_driver_sql(f"DELETE FROM ledger_{table}")
            late.ledger.replay_all(session, NOW)
        for start in range(0, len(order), batch):
            late.accept(order[start : start + batch])
        with late.reading() as session:
            assert dump(session, late.ledger.projections) == expected
        with late.writing() as session:
            late.ledger.replay_all(session, NOW)
        with late.reading() as session:
            assert dump(session, late.ledger.projections) == expected

    check()
