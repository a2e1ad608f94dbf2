"""What people send to the room's pages and API. The API takes the same forms as JSON."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from internationale.kit.audiences import AudienceForm
from internationale.kit.fields import (
    Form,
    Identifier,
    LanguageCode,
    Line,
    Markdown,
    OptionalEventRef,
    OptionalProse,
    Prose,
)
from internationale.messages import marker
from internationale.rooms.documents.port.amending import Proposal

_ = marker("core")

Number = Annotated[int, Field(ge=1, le=1_000_000)]
OptionalIdentifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")]
Identifiers = Annotated[str, Field(pattern=r"^[A-Za-z0-9_ -]*$", max_length=20_000)]
"""Ids separated by spaces."""


class ProposalForm(Form):
    """An amendment to one paragraph, see ``port.amending.Proposal``. ``motion``: the member's proposal that it carries.

    ``event``: that of the revision which was read; when another one stands under its number by now, it is refused.
    """

    labels: ClassVar = {
        "title": _("In a few words"),
        "text": _("Your words"),
        "reason": _("Your reasons"),
    }

    block: OptionalIdentifier = ""
    revision: Number
    event: OptionalEventRef = ""
    change: Literal["replace", "insert", "delete", "hint"] = "replace"
    language: LanguageCode
    title: Line
    text: OptionalProse = ""
    reason: Prose
    wording: OptionalProse = ""
    motion: OptionalIdentifier = ""

    @property
    def proposal(self) -> Proposal:
        return Proposal(**self.model_dump(exclude={"motion"}))


class ReasonForm(Form):
    """A word that needs its reason: declining a proposal."""

    labels: ClassVar = {
        "reason": _("The reasons"),
    }

    reason: Prose


class WithdrawForm(Form):
    """Withdrawing an amendment. ``confirmed`` is set by the second page, after what will be sent was shown."""

    labels: ClassVar = {
        "reason": _("Why, if you like"),
    }

    reason: OptionalProse = ""
    confirmed: bool = False


class DecisionForm(Form):
    """The home section's decision, never without its reason. ``event``: that of the amendment which was read."""

    labels: ClassVar = {
        "decision": _("The decision"),
        "reason": _("The reasons"),
    }

    decision: Literal["accepted", "rejected"]
    reason: Prose
    event: OptionalEventRef = ""
    confirmed: bool = False

    @property
    def said(self) -> dict[str, str]:
        return {"decision": self.decision, "reason": self.reason, "event": self.event}


class CommentForm(Form):
    """A contribution to the debate."""

    labels: ClassVar = {
        "text": _("Your contribution"),
    }

    text: Prose


class RevisionForm(Form):
    """The next revision as a whole text; ``amendments``: those taken in; ``confirmed`` as above."""

    labels: ClassVar = {
        "title": _("Title"),
        "text": _("Text (Markdown)"),
        "note": _("What is new, and why"),
    }

    base: Number
    title: Line
    text: Markdown
    note: OptionalProse = ""
    amendments: Identifiers = ""
    confirmed: bool = False


class OpeningForm(AudienceForm):
    """A new document, for the API; plugins have pages of their own for their kinds."""

    kind: Identifier
    language: LanguageCode
    title: Line
    text: Markdown


class OfferForm(Form):
    """Translations ``{block id: text}`` of units of one revision, for the API. ``event``: that of the revision which was read."""

    revision: Number
    event: OptionalEventRef = ""
    texts: Annotated[dict[Identifier, Prose], Field(min_length=1, max_length=20_000)]
