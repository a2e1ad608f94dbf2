"""What a language says about direction, dates, numbers and names of languages; and which language to speak with whom."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.numbers import format_decimal

MAX_HEADER = 1000
"""How much of an ``Accept-Language`` header is looked at, in characters."""
KNOWN = 256
"""How many locales are kept at hand: what strangers name must not pile up."""


@lru_cache(maxsize=KNOWN)
def locale(language: str) -> Locale:
    """Babel's locale of a language code; English for what Babel does not know."""
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def direction(language: str) -> str:
    """``ltr`` or ``rtl``."""
    return locale(language).text_direction


def isolated(words: str, language: str) -> str:
    """Words that stand in a sentence of this language: kept together where it is read from the right (UAX 9: FSI … PDI)."""
    return f"\u2068{words}\u2069" if direction(language) == "rtl" else words


def language_name(language: str, into: str | None = None) -> str:
    """The name of a language, in itself or in another one; the code where no name is known."""
    try:
        name = Locale.parse(language, sep="-").get_display_name(into and locale(into))
    except (ValueError, UnknownLocaleError):
        return language
    return (name[:1].upper() + name[1:]) if name and into is None else name or language


def day(value: date, language: str) -> str:
    """A date in words: ``22 November 2026``."""
    return format_date(value, "long", locale=locale(language))


def moment(value: datetime, language: str) -> str:
    """A date and time in words, in UTC, and saying so."""
    return format_datetime(value.astimezone(UTC), "d MMM y, HH:mm", locale=locale(language)) + " UTC"


def number(value: float, language: str) -> str:
    """A number with the separators of the language."""
    return format_decimal(value, locale=locale(language))


def listed(items: Sequence[str], language: str) -> str:
    """Several things in a sentence, as the language joins them: ``A, B and C``."""
    return format_list(list(items), locale=locale(language))


def negotiate(header: str, available: Sequence[str]) -> str | None:
    """The best of the available languages for an ``Accept-Language`` header; None when none is wanted."""
    for wanted in _preferences(header[:MAX_HEADER]):
        if wanted in available:
            return wanted
        base = wanted.split("-")[0]
        if base in available:
            return base
    return None


def _preferences(header: str) -> Iterable[str]:
    """The language tags of the header, best first; what is malformed or unwanted (``q=0``) is left out."""
    weighted = []
    for position, item in enumerate(header.split(",")):
        tag, _, parameter = item.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            continue
        if tag and 0 < weight <= 1:
            weighted.append((-weight, position, tag.strip().lower()))
    return [tag for _weight, _position, tag in sorted(weighted)]
