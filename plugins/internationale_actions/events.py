"""What can be said about a joint action. Every text carries its language; figures are whole numbers, never shares."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from internationale.kit import Payload

FEW: Final = "<10"
"""The figure of fewer than ten people: smaller numbers of people never leave a section."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
Number = Annotated[int, Field(ge=0, le=10**9)] | Literal["<10"]


def _iso_day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("not an ISO date")
    return text


Day = Annotated[str, AfterValidator(_iso_day)]
"""A calendar day, ``2027-05-01``: the same day everywhere, whatever the time zone."""


class Assessment(Payload):
    """What an action starts from, in the caller's words."""

    participants: str
    demands: str
    leadership: str
    outlook: str
    conditions: str
    forces: str


class Figure(Payload):
    """One number of a plan or a report. ``key`` ties what happened to what was planned; ``people``: it counts people."""

    key: Id
    what: str
    people: bool
    number: Number


class Called(Payload):
    """A section calls. ``document`` is the appeal, pinned by the ref to its revision; the days are inclusive."""

    action: Id
    document: Id
    language: Language
    first: Day
    last: Day
    assessment: Assessment


class Committed(Payload):
    """A section commits itself. A later commitment of the same section takes the place of this one."""

    action: Id
    language: Language
    plan: str
    figures: list[Figure]


class Withdrew(Payload):
    """A section takes its commitment back, with its reason."""

    action: Id
    language: Language
    reason: str


class Reported(Payload):
    """What really happened. ``correction_of`` is the ref of the section's own report that this one corrects."""

    action: Id
    language: Language
    done: str
    assessment: str
    lessons: str
    figures: list[Figure]
    correction_of: str | None = None


class Closed(Payload):
    """The caller's conclusions.

    ``counted``: up to which number of each section's log it looked; ``epochs``: in which epoch that number is, for each section
    that is not in its first any more, because numbers begin anew there.
    """

    action: Id
    language: Language
    conclusions: str
    counted: dict[str, Annotated[int, Field(ge=1)]]
    epochs: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
