"""What people send to circulate a draft."""

from typing import Annotated, ClassVar, Literal

from litestar.datastructures import UploadFile
from pydantic import ConfigDict, StringConstraints

from internationale.kit import marker
from internationale.kit.fields import TEXT, Form, LanguageCode, Line, Markdown

_ = marker("programme")

Audience = Literal["public", "international"]


class DraftForm(Form):
    """A draft as a whole; also the body of the API."""

    title: Line
    language: LanguageCode
    text: Markdown
    audience: Audience = "international"


class NewForm(Form):
    """A draft typed in, or from a file, which then counts."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    labels: ClassVar = {
        "title": _("Title"),
        "language": _("Language"),
        "audience": _("Who may read it"),
        "text": _("Text (Markdown)"),
        "file": _("Or a file"),
    }

    title: Line
    language: LanguageCode
    audience: Audience = "international"
    text: Annotated[str, StringConstraints(max_length=TEXT)] = ""
    file: UploadFile | str | None = None


class SignForm(Form):
    """A draft that was looked at once more; ``content`` is its text wrapped, so that no byte changes on the way."""

    title: Line
    language: LanguageCode
    audience: Audience
    content: Annotated[str, StringConstraints(max_length=8 * TEXT)]
