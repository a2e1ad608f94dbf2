"""What is known about an action, read from the rows: who committed to what, what came of it, what corrects what."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Session

from internationale.kit import NotFound, marker
from internationale_actions.events import Figure
from internationale_actions.rows import Call, Closing, Commitment, Report, Withdrawal

from . import said
from .said import Row, Rows
from .values import Account, Action, Answer, Compared, Conclusion, Plan, Standing, Summary, TakenBack

__all__ = [
    "Account",
    "Action",
    "Answer",
    "Compared",
    "Conclusion",
    "Plan",
    "Standing",
    "Summary",
    "TakenBack",
    "ahead",
    "every",
    "find",
    "on",
    "standing",
    "whole",
]

_ = marker("actions")
_NOTHING: Rows = ()


def every(session: Session, *, of: str | None = None) -> Sequence[Action]:
    """All called actions, by their first day, with everything that was said about them; ``of``: by this section alone."""
    commitments, withdrawals = said.every(session, Commitment, section=of), said.every(session, Withdrawal, section=of)
    reports, closings = said.every(session, Report, section=of), said.every(session, Closing)
    tables = (commitments, withdrawals, reports, closings)
    return [_action(call, *(rows.get(call.id, _NOTHING) for rows in tables)) for call in _calls(session)]


def on(session: Session, document: str) -> Sequence[Action]:
    """The actions that an appeal calls: one, unless its home section calls again with the same text."""
    return [whole(session, call.id) for call in _calls(session) if call.document == document]


def find(session: Session, action: str) -> Summary:
    """One called action; raises ``NotFound``. Should its caller have used an id twice, the earlier call has it."""
    calls = said.about(session, Call, action)
    if not calls:
        raise _unknown()
    return _summary(calls[0])


def whole(session: Session, action: str) -> Action:
    """Everything said about one action; raises ``NotFound``."""
    call = find(session, action)
    return _action(call, *(said.about(session, table, action) for table in (Commitment, Withdrawal, Report, Closing)))


def standing(session: Session, action: str, section: str) -> Standing:
    """Where a section stands towards one action, as ``Action.standing`` says it; raises ``NotFound``."""
    found = said.standing(session, action, section)
    if found is None:
        raise _unknown()
    call, current, reported, closed = found
    return Standing(_summary(call), section, current, reported, closed)


def _calls(session: Session) -> Sequence[Summary]:
    firsts = [_summary(rows[0]) for rows in said.every(session, Call).values()]
    return sorted(firsts, key=lambda call: (call.first, call.id))


def _action(call: Summary, commitments: Rows, withdrawals: Rows, reports: Rows, closings: Rows) -> Action:
    counted = closings[-1].counted if closings else None
    withdrew, reported = _by_section(withdrawals), _by_section(reports)
    answers = [
        _answer(
            section,
            rows,
            withdrew.get(section, _NOTHING),
            reported.get(section, _NOTHING),
            None if counted is None else counted.get(section, 0),
        )
        for section, rows in sorted(_by_section(commitments).items())
    ]
    everything = sorted((*commitments, *withdrawals, *reports), key=_address)
    looked_at = {row.section: row.sequence for row in everything}
    return Action(call, answers, [_conclusion(row) for row in closings], looked_at)


def _unknown() -> NotFound:
    return NotFound(_("There is no such action here."))


def _by_section(rows: Rows) -> Mapping[str, Rows]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.section, []).append(row)
    return found


def _address(row: Row) -> tuple[str, int, int]:
    return row.section, row.epoch, row.sequence


def _answer(section: str, commitments: Rows, withdrawals: Rows, reports: Rows, counted: int | None) -> Answer:
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


def _standing(row: Row, latest: Row, taken_back: Row | None) -> str:
    if row is not latest:
        return "replaced"
    return "withdrawn" if taken_back else "current"


def _plan(row: Row, standing: str) -> Plan:
    figures = [Figure.model_validate(figure) for figure in row.figures]
    return Plan(row.ref, row.language, row.plan, figures, row.said, row.author, standing)


def _account(row: Row, plan: Plan, corrected_by: str | None, late: bool) -> Account:
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


def _conclusion(row: Row) -> Conclusion:
    return Conclusion(row.conclusions, row.language, row.counted, row.said, row.author)


def _summary(row: Row) -> Summary:
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


def ahead(actions: Sequence[Action], today: date) -> tuple[Sequence[Action], Sequence[Action]]:
    """Those still to come or going on, soonest first, and those past, latest first; given by their first day."""
    upcoming = [action for action in actions if action.summary.last >= today]
    return upcoming, [action for action in reversed(actions) if action.summary.last < today]
