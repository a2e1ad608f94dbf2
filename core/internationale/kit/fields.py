"""The types of what people type: bounded, without NUL or direction tricks, the same for pages and API.

A form is a ``Form`` whose fields use these types; web parses pages' form bodies and API's JSON into it and turns every
error into a sentence in the reader's language with the field as its place.
"""

import contextlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from internationale.events.refs import REF
from internationale.messages import Message

LINE = 200
"""The most characters of one line (a title, a name)."""
PROSE = 20_000
"""The most characters of a comment, a reason, a report."""
TEXT = 2_000_000
"""The most characters of a whole document."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BIDI_OVERRIDE = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Refuse control characters, lone surrogates and invisible direction overrides; keep everything else as typed."""
    if _CONTROL.search(text):
        raise ValueError("control_character")
    if _BIDI_OVERRIDE.search(text):
        raise ValueError("direction_override")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("control_character") from error
    return text


def one_line(text: str) -> str:
    """``clean``, on one line, without white space at its ends; not empty."""
    text = unicodedata.normalize("NFC", clean(text)).strip()
    if not text:
        raise ValueError("empty")
    if "\n" in text or "\r" in text or "\t" in text:
        raise ValueError("several_lines")
    return text


def prose(text: str) -> str:
    """``clean``, with line ends as ``\\n`` (browsers post CRLF), not empty."""
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")
    if not text.strip():
        raise ValueError("empty")
    return text


def optional_prose(text: str) -> str:
    """``prose`` that may be left empty."""
    return prose(text) if text.strip() else ""


def exact(text: str) -> str:
    """``clean``, not blank, and otherwise byte for byte as it came: for whole documents from files and programs."""
    if not clean(text).strip():
        raise ValueError("empty")
    return text


def written_day(value: object) -> object:
    """A day written as ``2027-05-01``, and in no other way: pydantic would take numbers for seconds since 1970."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        with contextlib.suppress(ValueError):  # there is no 31 June
            return date.fromisoformat(value)
    raise ValueError("date_parsing")


Line = Annotated[str, StringConstraints(max_length=LINE), AfterValidator(one_line)]
Prose = Annotated[str, StringConstraints(max_length=PROSE), AfterValidator(prose)]
OptionalProse = Annotated[str, StringConstraints(max_length=PROSE), AfterValidator(optional_prose)]
Text = Annotated[str, StringConstraints(max_length=TEXT), AfterValidator(prose)]
Markdown = Annotated[str, StringConstraints(max_length=TEXT), AfterValidator(exact)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
EventRef = Annotated[str, StringConstraints(pattern=rf"^{REF}$")]
"""The ref of an event, for a form that must not act on anything but what was read."""
OptionalEventRef = Annotated[str, StringConstraints(pattern=rf"^({REF})?$")]
"""The same, where a program may leave it out; pages never do."""
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]

Day = Annotated[date, BeforeValidator(written_day)]


class Form(BaseModel):
    """Base of every form and API body. Unknown fields are an error: a misspelt field must not be lost silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    labels: ClassVar[Mapping[str, Message]] = {}
    """What the fields that people fill in are called on the page, for error pages; fields without a label are the page's own."""
