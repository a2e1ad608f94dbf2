"""What people send to let somebody read something sealed."""

from typing import ClassVar, Literal

from internationale.kit import marker
from internationale.kit.audiences import Code
from internationale.kit.fields import Form

_ = marker("core")


class ShareForm(Form):
    """The section that shall read it too. ``confirmed``: on the page, after the consequences were read."""

    labels: ClassVar = {"code": _("Section")}

    code: Code
    confirmed: bool = False


class TakeBackForm(Form):
    """``sure`` is ticked by whoever has read what follows from it."""

    labels: ClassVar = {"sure": _("Confirmation")}

    sure: Literal["true"]


class ShareBody(Form):
    """The same over the API."""

    code: Code
