"""What people enter about actions. The API takes the plain forms; pages post the ones that end in ``Page``."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from internationale.kit import Invalid, marker
from internationale.kit.fields import LINE, Form, Identifier, LanguageCode, Line, Prose, Text, one_line

from .events import FEW, Assessment, Figure, Number
from .port import Calling, Outcome, Promise

_ = marker("actions")

Step = Literal["edit", "preview", "sign"]
"""A page's form goes round: enter, see what will be signed, sign."""


def _listed(value: object) -> object:
    """A field that was posted once comes as one value."""
    return [value] if isinstance(value, str) else value


def _emptied(value: object) -> object:
    """A field left empty is not there."""
    return None if value == "" else value


def _optional_line(text: str) -> str:
    return one_line(text) if text.strip() else ""


OptionalLine = Annotated[str, StringConstraints(max_length=LINE), AfterValidator(_optional_line)]
Lines = Annotated[list[OptionalLine], BeforeValidator(_listed), Field(max_length=20)]
Keys = Annotated[list[Identifier], BeforeValidator(_listed), Field(max_length=20)]
Counts = Annotated[list[Literal["things", "people", "few"]], BeforeValidator(_listed), Field(max_length=20)]


class CallForm(Form):
    """A call with its appeal and its assessment."""

    language: LanguageCode
    title: Line
    text: Text
    first: date
    last: Annotated[date | None, BeforeValidator(_emptied)] = None
    """Left empty for an action of one day."""
    participants: Prose
    demands: Prose
    leadership: Prose
    outlook: Prose
    conditions: Prose
    forces: Prose

    def calling(self) -> Calling:
        return Calling(
            language=self.language,
            title=self.title,
            text=self.text,
            first=self.first,
            last=self.last or self.first,
            assessment=Assessment(**self.model_dump(include=set(Assessment.model_fields))),
        )


class CallPage(CallForm):
    step: Step = "preview"


class FigureForm(Form):
    """A planned figure: what is counted, whether it counts people, how many (``"<10"``: fewer than ten people)."""

    what: Line
    people: bool
    number: Number


class CommitForm(Form):
    """A commitment."""

    language: LanguageCode
    plan: Prose
    planned: list[FigureForm] = Field(default=[], max_length=20)

    def promise(self) -> Promise:
        """The figures get their numbers as keys: a report will name them so."""
        figures = [Figure(key=str(number), **figure.model_dump()) for number, figure in enumerate(self.planned, start=1)]
        return Promise(self.language, self.plan, figures)


class CommitPage(Form):
    """The same from a page: one line for each figure, lines without a name left out."""

    language: LanguageCode
    plan: Prose
    what: Lines = Field(default=[])
    counts: Counts = Field(default=[])
    """``things``, ``people`` or ``few``: fewer than ten people."""
    number: Lines = Field(default=[])
    step: Step = "preview"

    def promise(self) -> Promise:
        """Raises ``Invalid`` where a number is not one."""
        lines = zip(self.what, self.counts, self.number, strict=False)
        planned = [
            FigureForm(what=what, people=counts != "things", number=FEW if counts == "few" else whole_number(number, "number"))
            for what, counts, number in lines
            if what
        ]
        return CommitForm(language=self.language, plan=self.plan, planned=planned).promise()


class ActualForm(Form):
    """What a planned figure came to."""

    key: Identifier
    number: Number


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

    language: LanguageCode
    done: Prose
    assessment: Prose
    lessons: Prose
    key: Keys = Field(default=[])
    number: Lines = Field(default=[])
    few: Keys = Field(default=[])
    """The keys of figures that came to fewer than ten people."""
    step: Step = "preview"

    def outcome(self) -> Outcome:
        """Raises ``Invalid`` where a number is not one."""
        numbers: list[tuple[str, Number]] = [
            (key, FEW if key in self.few else whole_number(number, "number"))
            for key, number in zip(self.key, self.number, strict=False)
            if key in self.few or number
        ]
        return Outcome(self.language, self.done, self.assessment, self.lessons, numbers)


class WithdrawForm(Form):
    """Taking a commitment back."""

    language: LanguageCode
    reason: Prose


class WithdrawPage(WithdrawForm):
    step: Step = "preview"


class CloseForm(Form):
    """The caller's conclusions."""

    language: LanguageCode
    conclusions: Prose


class ClosePage(CloseForm):
    step: Step = "preview"


def whole_number(text: str, place: str) -> int:
    """A number from 0 to a thousand million, in any script's digits; raises ``Invalid`` otherwise."""
    digits = text.strip()
    if not digits.isdecimal() or len(digits) > 10 or int(digits) > 10**9:
        raise Invalid(_("“%(text)s” is not a whole number up to 1,000,000,000.") % {"text": text[:40]}, place=place)
    return int(digits)
