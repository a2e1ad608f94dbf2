"""What the host sends about what is held back."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from internationale.kit import Message, marker
from internationale.kit.fields import Form, Prose

_ = marker("core")

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9:-]{1,80}$")]
Source = Annotated[str, StringConstraints(pattern=r"^(\?|[a-z0-9-]{2,32})$")]


class RetryPage(Form):
    """One thing; empty: everything of its kind."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9:-]{0,80}$")] = ""


class RetryBody(Form):
    """These things; none: everything of their kind."""

    ids: Annotated[tuple[Id, ...], Field(max_length=500)] = ()


class SourceForm(Form):
    """Whose noise is meant: a section's code, or ``?`` for all that no section sent."""

    source: Source


class WithdrawForm(Form):
    """Why a text is taken back; ``sure`` is ticked by whoever has read what follows from it."""

    reason: Literal["court", "safety", "mistake"]
    sure: Literal["true"]
    labels: ClassVar[dict[str, Message]] = {"reason": _("Why"), "sure": _("Confirmation")}


class WithdrawBody(Form):
    """Why a text is taken back, for programs."""

    reason: Literal["court", "safety", "mistake"]


class RejectForm(Form):
    """Why something is not to be signed."""

    reason: Prose
    labels: ClassVar[dict[str, Message]] = {"reason": _("Why it should not be signed")}
