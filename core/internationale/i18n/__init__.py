"""The languages: catalogs, wording of messages, and what a locale says about dates, numbers and direction.

English is the language of the source; a catalog ``<folder>/<language>/LC_MESSAGES/<domain>.po`` adds another. The language
that is being spoken is a context variable, set once per request by the edge.
"""

from internationale.i18n.catalogs import include, languages
from internationale.i18n.locales import day, direction, isolated, language_name, listed, moment, negotiate, number
from internationale.i18n.wording import gettext, ngettext, speaking, word

__all__ = [
    "day",
    "direction",
    "gettext",
    "include",
    "isolated",
    "language_name",
    "languages",
    "listed",
    "moment",
    "negotiate",
    "ngettext",
    "number",
    "speaking",
    "word",
]
