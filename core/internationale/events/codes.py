"""What a section may be named by: its code stands in subjects, in refs and in audiences, for ever.

So it is no word that stands in the same place for something else. Below ``intl.v1.roster.`` a number is a version of the list, in
the names of an older make: a section with such a code could publish, by its right to its own name, under those that are nobody's.
In an audience two words mean everybody.
"""

import re

from internationale.events.envelope import INTERNATIONAL, PUBLIC
from internationale.events.refs import SECTION

TAKEN = (PUBLIC, INTERNATIONAL)
"""Codes of no section."""


def fit(code: str) -> bool:
    """Whether a section may be named so."""
    return re.fullmatch(SECTION, code) is not None and code not in TAKEN
