"""Answering a call: committing, and taking it back."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from internationale.kit import Message, marker
from internationale.kit.fields import EventRef, Form, LanguageCode, Line, Prose
from internationale_actions.events import FEW, Figure
from internationale_actions.port import Promise, check_figures

from .fields import LANGUAGE, Counted, Counts, Lines, Step, whole_number

_ = marker("actions")


class FigureForm(Form):
    """A planned figure: what is counted, whether it counts people, how many (``"<10"``: fewer than ten people)."""

    what: Line
    people: bool
    number: Counted


class CommitForm(Form):
    """A commitment. ``event``: that of the call which was read; if another one counts by now, it is refused."""

    event: EventRef
    language: LanguageCode
    plan: Prose
    planned: list[FigureForm] = Field(default=[], max_length=20)

    def promise(self) -> Promise:
        """The figures get their numbers as keys: a report will name them so."""
        figures = [Figure(key=str(number), **figure.model_dump()) for number, figure in enumerate(self.planned, start=1)]
        return Promise(self.event, self.language, self.plan, figures)


class CommitPage(Form):
    """The same from a page: one line for each figure, lines without a name left out."""

    labels: ClassVar[Mapping[str, Message]] = {
        **LANGUAGE,
        "plan": _("What your section will do"),
        "what": _("What is counted"),
        "counts": _("Kind"),
        "number": _("How many"),
    }

    event: EventRef
    language: LanguageCode
    plan: Prose
    what: Lines = Field(default=[])
    counts: Counts = Field(default=[])
    """``things``, ``people`` or ``few``: fewer than ten people."""
    number: Lines = Field(default=[])
    step: Step = "preview"

    def promise(self, language: str) -> Promise:
        """What a reader of ``language`` promises. Raises ``Invalid`` at a line whose number is not one, or tells too few."""
        lines = enumerate(zip(self.what, self.counts, self.number, strict=False))
        said = {f"number.{place}": line for place, line in lines if line[0]}
        planned = [
            FigureForm(
                what=what, people=counts != "things", number=FEW if counts == "few" else whole_number(number, place, language)
            )
            for place, (what, counts, number) in said.items()
        ]
        promise = CommitForm(event=self.event, language=self.language, plan=self.plan, planned=planned).promise()
        check_figures(promise.figures, list(said))
        return promise


class WithdrawForm(Form):
    """Taking a commitment back."""

    language: LanguageCode
    reason: Prose


class WithdrawPage(WithdrawForm):
    labels: ClassVar[Mapping[str, Message]] = {**LANGUAGE, "reason": _("Why")}

    step: Step = "preview"
