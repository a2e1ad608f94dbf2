"""What is known about an action, read from the rows: who committed to what, what came of it, what corrects what."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlmodel import Session

from internationale.kit import NotFound, marker
from internationale_actions.events import Figure
from internationale_actions.rows import Call, Closing, Commitment, Report, Withdrawal

from . import said
from .said import Row, Rows
from .values import Account, Action, Answer, Compared, Conclusion, Plan, Rival, Standing, Summary, TakenBack

__all__ = [
    "Account",
    "Action",
    "Answer",
    "Compared",
    "Conclusion",
    "Plan",
    "Rival",
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

Counted = Mapping[str, tuple[int, int]]
"""Up to which epoch and number of each section's log a closing looked."""


def every(session: Session, *, of: str | None = None) -> Sequence[Action]:
    """All called actions, by their first day, with everything that was said about them; ``of``: by this section alone."""
    answers = [said.grouped(said.every(session, table, section=of), "call") for table in (Commitment, Withdrawal, Report)]
    closings = said.grouped(said.every(session, Closing), "call")
    found = [_action(calls, *answers, closings) for calls in _calls(session)]
    return sorted(found, key=lambda action: (action.summary.first, action.summary.id))


def on(session: Session, document: str) -> Sequence[Action]:
    """The actions that an appeal calls: one, unless its home section calls again with the same text."""
    found = (whole(session, calls[0].action) for calls in _calls(session) if calls[0].document == document)
    return sorted(found, key=lambda action: (action.summary.first, action.summary.id))


def find(session: Session, action: str) -> Summary:
    """One called action; raises ``NotFound``.

    Should its caller have used an id twice, the call counts that its log has first, an open one before a sealed one, as with the
    revisions of a text.
    """
    return _summary(_found(session, action)[0])


def whole(session: Session, action: str) -> Action:
    """Everything said about one action; raises ``NotFound``."""
    tables = (Commitment, Withdrawal, Report, Closing)
    return _action(_found(session, action), *(said.grouped(said.about(session, table, action), "call") for table in tables))


def standing(session: Session, action: str, section: str) -> Standing:
    """Where a section stands towards one action, as ``Action.standing`` says it; raises ``NotFound``."""
    found = said.standing(session, action, section)
    if found is None:
        raise _unknown()
    call, current, reported, closed = found
    return Standing(_summary(call), section, current, reported, closed)


def _calls(session: Session) -> Iterable[Rows]:
    """The calls under each id, the one that counts first."""
    return said.grouped(said.every(session, Call), "action").values()


def _found(session: Session, action: str) -> Rows:
    calls = said.about(session, Call, action)
    if not calls:
        raise _unknown()
    return calls


def _action(calls: Rows, *answers: Mapping[str, Rows]) -> Action:
    """The calls under one id; commitments, withdrawals, reports and closings by the call that they stand on."""
    call, *others = calls
    commitments, withdrawals, reports, closings = (rows.get(call.ref, _NOTHING) for rows in answers)
    counted = _counted(closings[-1]) if closings else None
    withdrew, reported = said.grouped(withdrawals, "section"), said.grouped(reports, "section")
    everything = sorted((*commitments, *withdrawals, *reports), key=_address)
    return Action(
        summary=_summary(call),
        answers=[
            _answer(section, rows, withdrew.get(section, _NOTHING), reported.get(section, _NOTHING), counted)
            for section, rows in sorted(said.grouped(commitments, "section").items())
        ],
        closings=[_conclusion(row) for row in closings],
        looked_at={row.section: row.sequence for row in everything},
        epochs={row.section: row.epoch for row in everything if row.epoch > 1},
        rivals=[_rival(row, answers[0].get(row.ref, _NOTHING)) for row in others],
    )


def _unknown() -> NotFound:
    return NotFound(_("There is no such action here."))


def _address(row: Row) -> tuple[str, int, int]:
    return row.section, row.epoch, row.sequence


def _counted(closing: Row) -> Counted:
    return {section: (closing.epochs.get(section, 1), number) for section, number in closing.counted.items()}


def _rival(call: Row, commitments: Rows) -> Rival:
    return Rival(call.ref, call.first, call.last, call.said, sorted({row.section for row in commitments}))


def _answer(section: str, commitments: Rows, withdrawals: Rows, reports: Rows, counted: Counted | None) -> Answer:
    latest = commitments[-1]
    taken_back = withdrawals[-1] if withdrawals and _address(withdrawals[-1]) > _address(latest) else None
    plans = {row.ref: _plan(row, _standing(row, latest, taken_back)) for row in commitments}
    corrected = {row.correction_of: row.ref for row in reports if row.correction_of}
    return Answer(
        section,
        list(plans.values()),
        TakenBack(taken_back.reason, taken_back.language, taken_back.said) if taken_back else None,
        [
            _account(row, plans[row.commitment], corrected.get(row.ref), late=counted is not None and _is_late(row, counted))
            for row in reports
        ],
    )


def _is_late(row: Row, counted: Counted) -> bool:
    return (row.epoch, row.sequence) > counted.get(row.section, (0, 0))


def _standing(row: Row, latest: Row, taken_back: Row | None) -> str:
    if row is not latest:
        return "replaced"
    return "withdrawn" if taken_back else "current"


def _plan(row: Row, standing: str) -> Plan:
    figures = [Figure.model_validate(figure) for figure in row.figures]
    return Plan(row.ref, row.language, row.plan, figures, row.said, row.author, standing)


def _account(row: Row, plan: Plan, corrected_by: str | None, *, late: bool) -> Account:
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
        pinned=row.pinned,
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
