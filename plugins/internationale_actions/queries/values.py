"""An action as pages and API see it: plain frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from internationale_actions.events import Figure, Number


@dataclass(frozen=True)
class Summary:
    """A called action in a list. ``ref`` is what commitments stand on; the days are inclusive.

    ``pinned``: the ref of the appeal's revision that it was called with.
    """

    id: str
    caller: str
    document: str
    pinned: str
    first: date
    last: date
    language: str
    called: datetime
    author: str | None
    assessment: Mapping[str, str]
    ref: str


@dataclass(frozen=True)
class Plan:
    """One commitment. ``standing``: ``current``, ``replaced`` (by a later one) or ``withdrawn``."""

    ref: str
    language: str
    plan: str
    figures: Sequence[Figure]
    said: datetime
    author: str | None
    standing: str


@dataclass(frozen=True)
class Compared:
    """One figure, planned beside actual; ``actual`` is None where the report leaves it out."""

    key: str
    what: str
    people: bool
    planned: Number
    actual: Number | None


@dataclass(frozen=True)
class Account:
    """One report, against the commitment it reports on. ``corrected_by``: the ref of the report that corrects it."""

    ref: str
    language: str
    done: str
    assessment: str
    lessons: str
    figures: Sequence[Compared]
    planned_language: str
    """The language that the names of the figures are in."""
    said: datetime
    author: str | None
    correction_of: str | None
    corrected_by: str | None
    late: bool
    """Whether it came after the caller's closing had looked."""


@dataclass(frozen=True)
class TakenBack:
    """A withdrawal that still holds, with its reason."""

    reason: str
    language: str
    said: datetime


@dataclass(frozen=True)
class Answer:
    """What one section said to the call, oldest first."""

    section: str
    plans: Sequence[Plan]
    withdrawn: TakenBack | None
    reports: Sequence[Account]

    @property
    def current(self) -> Plan | None:
        """The commitment that holds."""
        return next((plan for plan in self.plans if plan.standing == "current"), None)

    @property
    def report(self) -> Account | None:
        """The report that nothing corrects, the latest of them."""
        return next((report for report in reversed(self.reports) if report.corrected_by is None), None)


@dataclass(frozen=True)
class Conclusion:
    """The caller's closing, or an earlier one that it has since put right."""

    conclusions: str
    language: str
    counted: Mapping[str, int]
    said: datetime
    author: str | None


@dataclass(frozen=True)
class Rival:
    """Another call that the caller wrote under the same id, which does not count. ``answered``: who committed to it."""

    ref: str
    first: date
    last: date
    called: datetime
    answered: Sequence[str]


@dataclass(frozen=True)
class Standing:
    """Where one section stands towards an action: what decides which deeds are open to it."""

    summary: Summary
    section: str
    current: str | None
    """The ref of its commitment that holds."""
    reported: bool
    closed: bool


@dataclass(frozen=True)
class Action:
    """All that is known of one action; ``answers`` ordered by section."""

    summary: Summary
    answers: Sequence[Answer]
    closings: Sequence[Conclusion]
    """Oldest first; the last one holds."""
    looked_at: Mapping[str, int]
    """The highest number here of each section's events on this action: what a closing made now counts."""
    epochs: Mapping[str, int]
    """The epochs of those numbers that are not in their log's first."""
    rivals: Sequence[Rival] = ()

    @property
    def closing(self) -> Conclusion | None:
        """The closing that holds."""
        return self.closings[-1] if self.closings else None

    def of(self, section: str) -> Answer | None:
        """What this section said."""
        return next((answer for answer in self.answers if answer.section == section), None)

    def standing(self, section: str) -> Standing:
        """Where this section stands; ``queries.standing`` finds the same without reading everything."""
        answer = self.of(section)
        current = answer.current.ref if answer and answer.current else None
        return Standing(self.summary, section, current, bool(answer and answer.reports), bool(self.closings))
