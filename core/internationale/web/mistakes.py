"""What was entered wrongly, in words: pydantic's findings as our messages, all of them, each with its place."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.exceptions import InternalServerException, ValidationException
from pydantic import ValidationError

from internationale.errors import Invalid
from internationale.messages import Message, marker

_ = marker("core")

MAX_SHOWN = 50

SENTENCES = {
    "missing": _("This is missing."),
    "empty": _("This must not be empty."),
    "extra_forbidden": _("There is no field of this name."),
    "string_too_long": _("This is too long: at most %(max_length)s characters."),
    "string_too_short": _("This is too short: at least %(min_length)s characters."),
    "string_type": _("This must be one text."),
    "string_unicode": _("The text is not in UTF-8."),
    "string_pattern_mismatch": _("This is not in the right form."),
    "several_lines": _("This must stay on one line."),
    "control_character": _("This contains a character that cannot be shown."),
    "direction_override": _("This contains an invisible character that reverses the direction of the text."),
    "int_type": _("This must be a whole number."),
    "int_parsing": _("This must be a whole number."),
    "int_parsing_size": _("This number is too large."),
    "int_from_float": _("This must be a whole number."),
    "greater_than_equal": _("This must be at least %(ge)s."),
    "greater_than": _("This must be more than %(gt)s."),
    "less_than_equal": _("This must be at most %(le)s."),
    "less_than": _("This must be less than %(lt)s."),
    "bool_type": _("This must be yes or no."),
    "bool_parsing": _("This must be yes or no."),
    "literal_error": _("This is not one of the choices."),
    "enum": _("This is not one of the choices."),
    "too_long": _("There are too many: at most %(max_length)s."),
    "too_short": _("There are too few: at least %(min_length)s."),
    "list_type": _("This must be a list."),
    "tuple_type": _("This must be a list."),
    "dict_type": _("This must be an object with names and values."),
    "model_type": _("This must be an object with names and values."),
    "model_attributes_type": _("This must be an object with names and values."),
    "naive_datetime": _("The time zone is missing."),
    "timezone_aware": _("The time zone is missing."),
}
FALLBACK = _("This is not in the right form.")
_DATES = ("date", "time", "datetime")
_DATE = _("This is not a date or time that can be understood.")


def of_exception(error: ValidationException | InternalServerException) -> Invalid:
    """What Litestar found wrong in body, query or path, as one error with all its others."""
    cause = error.__cause__
    if isinstance(details := getattr(cause, "errors", None), list):
        return gather(of_details(details))
    extra = error.extra if isinstance(error.extra, list) else []
    return gather([Invalid(FALLBACK, place=str(item.get("key", ""))[:100]) for item in extra if isinstance(item, dict)])


def of_pydantic(error: ValidationError) -> Invalid:
    """The same for a form that a handler validated itself."""
    return gather(of_details(error.errors(include_url=False)))


def of_details(details: Sequence[Mapping[str, Any]]) -> list[Invalid]:
    return [Invalid(_sentence(detail), place=_place(detail)) for detail in details[:MAX_SHOWN]]


def gather(found: Sequence[Invalid]) -> Invalid:
    """One error that carries the others."""
    if not found:
        return Invalid(FALLBACK)
    return Invalid(found[0].message, place=found[0].place, others=tuple(found[1:]))


def _sentence(detail: Mapping[str, Any]) -> Message:
    context = detail.get("ctx", {})
    kind = str(context["error"]) if detail["type"] == "value_error" and "error" in context else detail["type"]
    if kind == "string_too_short" and context.get("min_length") == 1:
        kind = "empty"
    found = SENTENCES.get(kind)
    if found is None:
        return _DATE if kind.startswith(_DATES) else FALLBACK
    names = {name: context[name] for name in ("max_length", "min_length", "ge", "gt", "le", "lt") if name in context}
    return found % names if "%(" in found.id else found


def _place(detail: Mapping[str, Any]) -> str:
    return ".".join(str(step) for step in detail.get("loc", ()))[:100]
