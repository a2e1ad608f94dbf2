"""Who may say what about an action, judged from the causes alone; and the arithmetic of days and figures. Pure.

Reason codes: ``action_not_own``, ``appeal_missing``, ``days_reversed``, ``call_missing``, ``commitment_missing``,
``correction_missing``, ``figure_keys_repeated``, ``figure_not_planned``, ``too_few_people``, ``only_the_caller_closes``,
``wrong_audience`` (said to others than what it stands on).
"""

import re
import secrets
from collections.abc import Sequence
from typing import Any

from internationale.kit import Event, documents

from .events import FEW, Called, Closed, Committed, Figure, Reported, Withdrew

KIND = "action"
"""The kind of document that an appeal is."""
FEWEST = 10
"""The smallest number of people that may be told to other sections."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_RANDOM = 12


def mint(section: str) -> str:
    """A new action's id: it names its caller, so that no section can take another's."""
    return f"{section}-{''.join(secrets.choice(_LETTERS) for _ in range(_RANDOM))}"


def is_own(section: str, action: str) -> bool:
    """Whether this section may have minted the id."""
    return re.fullmatch(rf"{re.escape(section)}-[a-z0-9]{{{_RANDOM}}}", action) is not None


def tells_too_few(figures: Sequence[Figure]) -> bool:
    """Whether a figure tells a number of people small enough to point at them."""
    return any(figure.people and figure.number != FEW and int(figure.number) < FEWEST for figure in figures)


def may_call(event: Event[Any]) -> str | None:
    """A section calls under its own id, with an appeal that is at home with it."""
    called = event.payload
    if not is_own(event.envelope.section, called.action):
        return "action_not_own"
    if called.last < called.first:
        return "days_reversed"
    pinned = documents.pinned_among(event.causes, called.document)
    if pinned is None or pinned.home != event.envelope.section or pinned.kind != KIND:
        return "appeal_missing"
    return None if event.envelope.readers == pinned.readers else "wrong_audience"


def may_commit(event: Event[Any]) -> str | None:
    """Any section may answer a call."""
    call = _cause(event, Called)
    if call is None:
        return "call_missing"
    return _other_readers(event, call) or _wrong_figures(event.payload.figures)


def may_withdraw(event: Event[Any]) -> str | None:
    """A section takes back what it said itself."""
    commitment = _cause(event, Committed, own=True)
    return "commitment_missing" if commitment is None else _other_readers(event, commitment)


def may_report(event: Event[Any]) -> str | None:
    """A section reports on its own commitment, figure by figure, and corrects only itself."""
    commitment = _cause(event, Committed, own=True)
    if commitment is None:
        return "commitment_missing"
    planned = {figure.key for figure in commitment.payload.figures}
    if not planned.issuperset(figure.key for figure in event.payload.figures):
        return "figure_not_planned"
    correction = event.payload.correction_of
    if correction is not None:
        corrected = _cause(event, Reported, own=True)
        if corrected is None or str(corrected.envelope.ref) != correction:
            return "correction_missing"
    return _other_readers(event, commitment) or _wrong_figures(event.payload.figures)


def appeal(event: Event[Called]) -> documents.Pinned:
    """The revision of the appeal that an applied call stands on; ``may_call`` has seen to it that there is one."""
    pinned = documents.pinned_among(event.causes, event.payload.document)
    if pinned is None:
        raise LookupError(f"{event.envelope.id} stands on no appeal")
    return pinned


def called(event: Event[Committed | Withdrew | Reported | Closed]) -> Event[Called]:
    """The very call under which an applied event was said, directly or with the commitment that it stands on."""
    under: Event[Any] | None = event
    if isinstance(event.payload, Withdrew | Reported):
        under = _cause(event, Committed, own=True)
    call = _cause(under, Called) if under else None
    if call is None:
        raise LookupError(f"{event.envelope.id} stands on no call")
    return call


def reported_on(event: Event[Reported]) -> Event[Committed]:
    """The commitment that an applied report stands on; ``may_report`` has seen to it that there is one."""
    commitment = _cause(event, Committed, own=True)
    if commitment is None:
        raise LookupError(f"{event.envelope.id} stands on no commitment")
    return commitment


def may_close(event: Event[Any]) -> str | None:
    """Only who called draws the conclusions for all."""
    call = _cause(event, Called)
    if call is None:
        return "call_missing"
    return _other_readers(event, call) if call.envelope.section == event.envelope.section else "only_the_caller_closes"


def _other_readers(event: Event[Any], cause: Event[Any]) -> str | None:
    """Nobody shows one face to some sections and another to the others: what is said about a thing is for all who see that."""
    return None if event.envelope.readers == cause.envelope.readers else "wrong_audience"


def _wrong_figures(figures: Sequence[Figure]) -> str | None:
    if len({figure.key for figure in figures}) != len(figures):
        return "figure_keys_repeated"
    return "too_few_people" if tells_too_few(figures) else None


def _cause(event: Event[Any], kind: type[Any], *, own: bool = False) -> Event[Any] | None:
    """The direct cause of this kind that speaks of the same action (and is of the same section)."""
    for cause in event.causes:
        found: Event[Any] = cause
        same = isinstance(found.payload, kind) and found.payload.action == event.payload.action
        if same and (not own or found.envelope.section == event.envelope.section):
            return found
    return None
