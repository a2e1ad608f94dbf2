"""The types of fields that several forms about actions share."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from internationale.kit import Invalid, marker, numbers
from internationale.kit.fields import LINE, Identifier, one_line
from internationale_actions.events import FEW, Number

_ = marker("actions")

Step = Literal["edit", "preview", "sign"]
"""A page's form goes round: enter, see what will be signed, sign."""
LANGUAGE = {"language": _("Language you write in")}


def _listed(value: object) -> object:
    """A field that was posted once comes as one value."""
    return [value] if isinstance(value, str) else value


def _optional_line(text: str) -> str:
    return one_line(text) if text.strip() else ""


def _counted(value: object) -> object:
    """What is wrong said once, at the figure: the choice between a number and ``few`` would say it for each."""
    if value != FEW and type(value) is not int:
        raise ValueError("int_type")
    return value


Counted = Annotated[Number, BeforeValidator(_counted)]
OptionalLine = Annotated[str, StringConstraints(max_length=LINE), AfterValidator(_optional_line)]
Lines = Annotated[list[OptionalLine], BeforeValidator(_listed), Field(max_length=20)]
Keys = Annotated[list[Identifier], BeforeValidator(_listed), Field(max_length=20)]
Counts = Annotated[list[Literal["things", "people", "few"]], BeforeValidator(_listed), Field(max_length=20)]


def whole_number(text: str, place: str, language: str) -> int:
    """A number from 0 to a thousand million, as a reader of ``language`` writes it; raises ``Invalid`` otherwise."""
    number = numbers.whole(text, language)
    if number is None or number > 10**9:
        raise Invalid(_("“%(text)s” is not a whole number up to 1,000,000,000.") % {"text": text[:40]}, place=place)
    return number
