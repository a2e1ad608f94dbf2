"""Afterwards: reporting, and drawing the conclusions."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from internationale.kit import Message, marker
from internationale.kit.fields import Form, Identifier, LanguageCode, Prose
from internationale_actions.events import FEW, Number
from internationale_actions.port import Outcome

from .fields import LANGUAGE, Counted, Keys, Lines, Step, whole_number

_ = marker("actions")


class ActualForm(Form):
    """What a planned figure came to."""

    key: Identifier
    number: Counted


class ReportForm(Form):
    """A report on one's own commitment."""

    language: LanguageCode
    done: Prose
    assessment: Prose
    lessons: Prose
    figures: list[ActualForm] = Field(default=[], max_length=20)

    def outcome(self) -> Outcome:
        numbers = [(figure.key, figure.number) for figure in self.figures]
        return Outcome(self.language, self.done, self.assessment, self.lessons, numbers)


class ReportPage(Form):
    """The same from a page: one line for each planned figure; an empty number is a figure that nobody counted."""

    labels: ClassVar[Mapping[str, Message]] = {
        **LANGUAGE,
        "done": _("What was really done"),
        "number": _("How many"),
        "assessment": _("What went as planned, what did not, and why"),
        "lessons": _("What we learn from it"),
    }

    language: LanguageCode
    done: Prose
    assessment: Prose
    lessons: Prose
    key: Keys = Field(default=[])
    number: Lines = Field(default=[])
    few: Keys = Field(default=[])
    """The keys of figures that came to fewer than ten people."""
    step: Step = "preview"

    @property
    def places(self) -> list[str]:
        """Where the figures that were counted stand on the page."""
        lines = enumerate(zip(self.key, self.number, strict=False))
        return [f"number.{place}" for place, (key, number) in lines if key in self.few or number]

    def outcome(self, language: str) -> Outcome:
        """What a reader of ``language`` reports. Raises ``Invalid`` at a line whose number is not one."""
        numbers: list[tuple[str, Number]] = [
            (key, FEW if key in self.few else whole_number(number, f"number.{place}", language))
            for place, (key, number) in enumerate(zip(self.key, self.number, strict=False))
            if key in self.few or number
        ]
        return Outcome(self.language, self.done, self.assessment, self.lessons, numbers)


class CloseForm(Form):
    """The caller's conclusions."""

    language: LanguageCode
    conclusions: Prose


class ClosePage(CloseForm):
    labels: ClassVar[Mapping[str, Message]] = {**LANGUAGE, "conclusions": _("Conclusions for all")}

    step: Step = "preview"
