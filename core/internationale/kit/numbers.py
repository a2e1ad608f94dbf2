"""Numbers as people type them: in any script's digits, grouped as their language shows them."""

import re

from babel.core import UnknownLocaleError
from babel.numbers import get_group_symbol

SPACES = " \u00a0\u202f"
ARABIC = "٬"
"""The separator that goes with the digits ٠ to ٩, whatever the language shows by itself."""


def whole(text: str, language: str) -> int | None:
    """The whole number that ``text`` is for a reader of ``language``; None when it is none.

    ``1,500`` is one in English and none in French, ``1.500`` one in German and none in English: there it would be a fraction.
    """
    text = text.strip()
    if text.isdecimal():
        return int(text) if len(text) <= 18 else None
    groups = re.split(f"[{re.escape(_separators(language))}]", text)
    first, *rest = groups
    fits = first.isdecimal() and len(first) <= 3 and all(len(group) == 3 and group.isdecimal() for group in rest)
    separators = {each for each in text if not each.isdecimal()}
    return int("".join(groups)) if fits and len(separators) == 1 and len(text) <= 24 else None


def _separators(language: str) -> str:
    try:
        own = get_group_symbol(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        own = ","
    return (SPACES if own in SPACES else own) + ARABIC
