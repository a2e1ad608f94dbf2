"""Calling an action."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator

from internationale.kit import Message, marker
from internationale.kit.audiences import AudienceForm
from internationale.kit.fields import Day, LanguageCode, Line, Markdown, Prose, Text
from internationale_actions.events import Assessment
from internationale_actions.port import Calling

from .fields import LANGUAGE, Step

_ = marker("actions")

QUESTIONS: dict[str, tuple[Message, Message]] = {
    "participants": (
        _("Who takes part?"),
        _("Which workplaces, trades, towns and organisations; who is with us already and who is still to be won."),
    ),
    "demands": (_("With which demands?"), _("What is demanded, of whom, and why these demands are shared where people work.")),
    "leadership": (
        _("Who leads?"),
        _("Name committees and tasks, never private persons: this text is read by other sections."),
    ),
    "outlook": (_("What can it lead to?"), _("The next step if it goes well, and what is won even if it does not.")),
    "conditions": (
        _("Under which conditions?"),
        _("Law and police, the season, what others have planned, what the other side will do."),
    ),
    "forces": (_("What are our own forces?"), _("What we can really bring and prepare. Say what is, not what we wish.")),
}
"""The assessment that an action starts from: the question, and what belongs into the answer."""


def _emptied(value: object) -> object:
    """A field left empty is not there."""
    return None if value == "" else value


class CallForm(AudienceForm):
    """A call with its appeal and its assessment, to all sections or to some only."""

    audience: Literal["international", "named"] = "international"
    language: LanguageCode
    title: Line
    text: Markdown
    first: Day
    last: Annotated[Day | None, BeforeValidator(_emptied)] = None
    """Left empty for an action of one day."""
    participants: Prose
    demands: Prose
    leadership: Prose
    outlook: Prose
    conditions: Prose
    forces: Prose

    def calling(self, own: str) -> Calling:
        """The call as section ``own`` makes it. Raises ``Invalid`` when its audience contradicts itself."""
        return Calling(
            audience=self.chosen(own),
            language=self.language,
            title=self.title,
            text=self.text,
            first=self.first,
            last=self.last or self.first,
            assessment=Assessment(**self.model_dump(include=set(Assessment.model_fields))),
        )


class CallPage(CallForm):
    labels: ClassVar[Mapping[str, Message]] = {
        **LANGUAGE,
        "title": _("Title"),
        "text": _("Appeal"),
        "first": _("Day"),
        "last": _("Last day"),
        "audience": _("Who may read it"),
        "sections": _("The sections that may read it"),
        **{name: question for name, (question, _hint) in QUESTIONS.items()},
    }

    audience: Literal["international", "named"]  # a page says who reads it, or nothing is said
    text: Text
    step: Step = "preview"
