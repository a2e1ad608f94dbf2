"""What stands in the way of a deed now, in words; None when nothing does. Pure: the same for buttons, forms and deeds."""

from collections.abc import Callable, Mapping
from datetime import date

from internationale.kit import Message, marker

from .values import Action

_ = marker("actions")

Obstacle = Callable[[Action, str, date], Message | None]
"""Given the action, the section that would act, and today."""


def to_commit(action: Action, section: str, today: date) -> Message | None:
    answer = action.of(section)
    if action.closing:
        return _("This action is closed.")
    if action.summary.last < today:
        return _("The day of this action has passed.")
    return _reported() if answer and answer.reports else None


def to_withdraw(action: Action, section: str, _today: date) -> Message | None:
    answer = action.of(section)
    if answer is None or answer.current is None:
        return _uncommitted()
    return _reported() if answer.reports else None


def to_report(action: Action, section: str, today: date) -> Message | None:
    answer = action.of(section)
    if action.summary.first > today:
        return _("The action has not begun. A report tells what happened.")
    return _uncommitted() if answer is None or answer.current is None else None


def to_close(action: Action, section: str, today: date) -> Message | None:
    if action.summary.caller != section:
        return _("Only the section that called an action closes it.")
    if action.summary.first > today:
        return _("The action has not begun. Conclusions come afterwards.")
    return None


def _reported() -> Message:
    return _("Your section has reported on its plan already. A plan is not changed afterwards.")


def _uncommitted() -> Message:
    return _("Your section has not committed to this action.")


DEEDS: Mapping[str, tuple[str, Obstacle]] = {
    "commit": ("actions.committed", to_commit),
    "withdraw": ("actions.withdrew", to_withdraw),
    "report": ("actions.reported", to_report),
    "close": ("actions.closed", to_close),
}
"""What can be done about an action that was called: the capability it takes, and what may stand in its way."""
