"""What people enter about statements. The API takes the plain forms; pages post the ones that end in ``Page``."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from internationale.kit import Message, Ref, marker
from internationale.kit.audiences import AudienceForm
from internationale.kit.fields import EventRef, Form, LanguageCode, Line, Markdown, Prose, Text

_ = marker("statements")

Step = Literal["edit", "preview", "sign"]
"""A page's form goes round: enter, see what will be signed, sign."""


LANGUAGE = {"language": _("Language you write in")}


class ProposeForm(AudienceForm):
    """A new statement, for the other sections' co-signatures: of all of them, or of some only."""

    audience: Literal["international", "named"] = "international"  # it becomes public by being issued
    language: LanguageCode
    title: Line
    text: Markdown


class ProposePage(ProposeForm):
    labels: ClassVar[Mapping[str, Message]] = {
        **LANGUAGE,
        "title": _("Title"),
        "text": _("Text"),
        "audience": _("Who may read it"),
        "sections": _("The sections that may read it"),
    }

    audience: Literal["international", "named"]  # a page says who reads it, or nothing is said
    text: Text
    step: Step = "preview"


class RevisionForm(Form):
    """The revision that was read and is now signed: a later one, or another of the same number, is refused.

    ``event``: the event of the revision, as a page or the API gave it with the text.
    """

    event: EventRef

    @property
    def ref(self) -> Ref:
        return Ref.parse(self.event)


class WithdrawForm(Form):
    """Taking a co-signature back."""

    language: LanguageCode
    reason: Prose


class WithdrawPage(WithdrawForm):
    labels: ClassVar[Mapping[str, Message]] = {**LANGUAGE, "reason": _("Why")}

    step: Step = "preview"
