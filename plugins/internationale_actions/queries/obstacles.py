"""What stands in the way of a deed now, in words; None when nothing does. Pure: the same for buttons, forms and deeds."""

from collections.abc import Callable, Mapping
from datetime import date

from internationale.kit import Message, marker

from .values import Standing

_ = marker("actions")

Obstacle = Callable[[Standing, date], Message | None]
"""Given where the section that would act stands, and today."""


def to_commit(standing: Standing, today: date) -> Message | None:
    if standing.closed:
        return _("This action is closed.")
    if standing.summary.last < today:
        return _("The day of this action has passed.")
    return _reported() if standing.reported else None


def to_withdraw(standing: Standing, _today: date) -> Message | None:
    if standing.current is None:
        return _uncommitted()
    return _reported() if standing.reported else None


def to_report(standing: Standing, today: date) -> Message | None:
    if standing.summary.first > today:
        return _("The action has not begun. A report tells what happened.")
    return _uncommitted() if standing.current is None else None


def to_close(standing: Standing, today: date) -> Message | None:
    if standing.summary.caller != standing.section:
        return _("Only the section that called an action closes it.")
    if standing.summary.first > today:
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
