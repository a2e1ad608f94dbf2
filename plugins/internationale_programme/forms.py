"""What people send to circulate a draft."""

from typing import Annotated, ClassVar

from litestar.datastructures import UploadFile
from pydantic import ConfigDict, StringConstraints

from internationale.kit import marker
from internationale.kit.audiences import AudienceForm, Choice
from internationale.kit.fields import TEXT, LanguageCode, Line, Markdown

_ = marker("programme")


class DraftForm(AudienceForm):
    """A draft as a whole; also the body of the API."""

    title: Line
    language: LanguageCode
    text: Markdown


class NewForm(AudienceForm):
    """A draft typed in, or from a file, which then counts."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    labels: ClassVar = {
        "title": _("Title"),
        "language": _("Language"),
        "audience": _("Who may read it"),
        "sections": _("The sections that may read it"),
        "text": _("Text (Markdown)"),
        "file": _("Or a file"),
    }

    audience: Choice  # a page says who reads it, or nothing is said
    title: Line
    language: LanguageCode
    text: Annotated[str, StringConstraints(max_length=TEXT)] = ""
    file: UploadFile | str | None = None


class SignForm(AudienceForm):
    """A draft that was looked at once more; ``content`` is its text wrapped, so that no byte changes on the way."""

    audience: Choice
    title: Line
    language: LanguageCode
    content: Annotated[str, StringConstraints(max_length=8 * TEXT)]
