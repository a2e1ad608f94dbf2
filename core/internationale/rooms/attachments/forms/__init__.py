"""What people send to the room's pages and API. The API takes the same forms as JSON."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, StringConstraints

from internationale.kit.fields import Form, one_line, optional_prose, prose
from internationale.messages import marker

_ = marker("core")

Note = Annotated[str, StringConstraints(max_length=2000), AfterValidator(optional_prose)]
Name = Annotated[str, StringConstraints(max_length=2000), AfterValidator(one_line)]
"""As long as people type it: it is made fit, and shown again, before it is signed."""
Reason = Annotated[str, StringConstraints(max_length=2000), AfterValidator(prose)]


class AttachForm(Form):
    """What a file is called, and what is to be said about it."""

    labels: ClassVar = {
        "name": _("What the file is called"),
        "note": _("What it is, and why it is attached"),
    }

    name: Name
    note: Note = ""


class TakeBackForm(Form):
    """Why an attachment is taken back."""

    labels: ClassVar = {
        "reason": _("The reasons"),
    }

    reason: Reason


class PinForm(Form):
    """Whether a copy is kept for good."""

    pinned: bool
