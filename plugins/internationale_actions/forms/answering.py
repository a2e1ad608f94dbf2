"""Answering a call: committing, and taking it back."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from internationale.kit import Message, marker
from internationale.kit.fields import EventRef, Form, LanguageCode, Line, Prose
from internationale_actions.events import FEW, Figure
from internationale_actions.port import Promise

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

    def promise(self) -> Promise:
        """Raises ``Invalid`` where a number is not one."""
        lines = zip(self.what, self.counts, self.number, strict=False)
        planned = [
            FigureForm(what=what, people=counts != "things", number=FEW if counts == "few" else whole_number(number, "number"))
            for what, counts, number in lines
            if what
        ]
        return CommitForm(event=self.event, language=self.language, plan=self.plan, planned=planned).promise()


class WithdrawForm(Form):
    """Taking a commitment back."""

    language: LanguageCode
    reason: Prose


class WithdrawPage(WithdrawForm):
    labels: ClassVar[Mapping[str, Message]] = {**LANGUAGE, "reason": _("Why")}

    step: Step = "preview"
