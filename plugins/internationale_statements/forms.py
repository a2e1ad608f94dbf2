"""What people enter about statements. The API takes the plain forms; pages post the ones that end in ``Page``."""

from typing import Annotated, Literal

from pydantic import Field

from internationale.kit.fields import Form, LanguageCode, Line, Prose, Text

Step = Literal["edit", "preview", "sign"]
"""A page's form goes round: enter, see what will be signed, sign."""
Revision = Annotated[int, Field(ge=1, le=1_000_000)]


class ProposeForm(Form):
    """A new statement, for the other sections' co-signatures."""

    language: LanguageCode
    title: Line
    text: Text


class ProposePage(ProposeForm):
    step: Step = "preview"


class RevisionForm(Form):
    """The revision that was read and is now signed: a later one is refused."""

    revision: Revision


class WithdrawForm(Form):
    """Taking a co-signature back."""

    language: LanguageCode
    reason: Prose


class WithdrawPage(WithdrawForm):
    step: Step = "preview"
