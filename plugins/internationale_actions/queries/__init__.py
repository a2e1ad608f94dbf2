"""What is known about an action, read from the rows: who committed to what, what came of it, what corrects what."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from sqlmodel import Session, col, select

from internationale.kit import NotFound, marker
from internationale_actions.events import Figure
from internationale_actions.rows import Call, Closing, Commitment, Report, Said, Withdrawal

from .values import Account, Action, Answer, Compared, Conclusion, Plan, Summary, TakenBack

__all__ = [
    "Account",
    "Action",
    "Answer",
    "Compared",
    "Conclusion",
    "Plan",
    "Summary",
    "TakenBack",
    "ahead",
    "calls",
    "find",
    "whole",
]

_ = marker("actions")
R = TypeVar("R", bound=Said)


def calls(session: Session) -> Sequence[Summary]:
    """All called actions, by their first day."""
    rows = session.exec(select(Call).order_by(col(Call.section), col(Call.epoch), col(Call.sequence))).all()
    firsts: dict[str, Call] = {}
    for row in rows:
        firsts.setdefault(row.action, row)
    return [_summary(row) for row in sorted(firsts.values(), key=lambda row: (row.first, row.action))]


def on(session: Session, document: str) -> Sequence[Summary]:
    """The actions that an appeal calls: one, unless its home section calls again with the same text."""
    return [summary for summary in calls(session) if summary.document == document]


def find(session: Session, action: str) -> Summary:
    """One called action; raises ``NotFound``. Should its caller have used an id twice, the earlier call has it."""
    said = _said(session, Call, action)
    if not said:
        raise NotFound(_("There is no such action here."))
    return _summary(said[0])


def whole(session: Session, action: str) -> Action:
    """Everything said about one action; raises ``NotFound``."""
    summary = find(session, action)
    commitments, withdrawals = _said(session, Commitment, action), _said(session, Withdrawal, action)
    reports, closings = _said(session, Report, action), _said(session, Closing, action)
    counted = closings[-1].counted if closings else None
    answers = [
        _answer(
            section,
            [row for row in commitments if row.section == section],
            [row for row in withdrawals if row.section == section],
            [row for row in reports if row.section == section],
            None if counted is None else counted.get(section, 0),
        )
        for section in sorted({row.section for row in commitments})
    ]
    everything: list[Said] = [*commitments, *withdrawals, *reports]
    looked_at = {row.section: row.sequence for row in sorted(everything, key=_address)}
    return Action(summary, answers, [_conclusion(row) for row in closings], looked_at)


def _said(session: Session, table: type[R], action: str) -> Sequence[R]:
    """The rows of one action by address: within a section, in the order in which it said them."""
    query = select(table).where(col(table.action) == action)
    return session.exec(query.order_by(col(table.section), col(table.epoch), col(table.sequence))).all()


def _address(row: Said) -> tuple[str, int, int]:
    return row.section, row.epoch, row.sequence


def _answer(
    section: str, commitments: list[Commitment], withdrawals: list[Withdrawal], reports: list[Report], counted: int | None
) -> Answer:
    latest = commitments[-1]
    taken_back = withdrawals[-1] if withdrawals and _address(withdrawals[-1]) > _address(latest) else None
    plans = {row.ref: _plan(row, _standing(row, latest, taken_back)) for row in commitments}
    corrected = {row.correction_of: row.ref for row in reports if row.correction_of}
    return Answer(
        section,
        list(plans.values()),
        TakenBack(taken_back.reason, taken_back.language, taken_back.said) if taken_back else None,
        [
            _account(row, plans[row.commitment], corrected.get(row.ref), counted is not None and row.sequence > counted)
            for row in reports
        ],
    )


def _standing(row: Commitment, latest: Commitment, taken_back: Withdrawal | None) -> str:
    if row is not latest:
        return "replaced"
    return "withdrawn" if taken_back else "current"


def _plan(row: Commitment, standing: str) -> Plan:
    figures = [Figure.model_validate(figure) for figure in row.figures]
    return Plan(row.ref, row.language, row.plan, figures, row.said, row.author, standing)


def _account(row: Report, plan: Plan, corrected_by: str | None, late: bool) -> Account:
    actual = {figure["key"]: figure["number"] for figure in row.figures}
    figures = [Compared(line.key, line.what, line.people, line.number, actual.get(line.key)) for line in plan.figures]
    return Account(
        ref=row.ref,
        language=row.language,
        done=row.done,
        assessment=row.assessment,
        lessons=row.lessons,
        figures=figures,
        planned_language=plan.language,
        said=row.said,
        author=row.author,
        correction_of=row.correction_of,
        corrected_by=corrected_by,
        late=late,
    )


def _conclusion(row: Closing) -> Conclusion:
    return Conclusion(row.conclusions, row.language, row.counted, row.said, row.author)


def _summary(row: Call) -> Summary:
    return Summary(
        id=row.action,
        caller=row.section,
        document=row.document,
        first=row.first,
        last=row.last,
        language=row.language,
        called=row.said,
        author=row.author,
        assessment=row.assessment,
        ref=row.ref,
    )


def ahead(summaries: Sequence[Summary], today: date) -> tuple[Sequence[Summary], Sequence[Summary]]:
    """Those still to come or going on, soonest first, and those past, latest first."""
    upcoming = [summary for summary in summaries if summary.last >= today]
    return upcoming, [summary for summary in reversed(summaries) if summary.last < today]
