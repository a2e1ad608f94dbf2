"""What it costs to show a text, before it is shown: whoever writes one must not decide how long every reader's section works.

Markdown costs by its marks, not by its length: a page of plain words takes as long as three signs that might begin a picture. So
marks are counted, in time that is nothing against reading them; what has more of them than any text that people write is shown as
it was written.
"""

from collections.abc import Iterable

from internationale.text import blocks, tables

MOST = 30_000
"""The most that one page may cost: five hundred printed pages of lines, with a mark in every second one. About a second."""

LONGEST = 2_000_000
"""The most characters that are looked at together."""

_HEAVY = "\n\r[!*_`~<&|"
"""Each may begin something: a line, a link, a picture, emphasis, code, an address, a sign by its name, a cell."""
_LIGHT = "\\#$%+-:=>@]^{}"
"""Each makes the parser look, and it soon looks away."""
_LIGHTER = 8
"""So many of these cost what one of those costs."""
_BEGINNING = 2
"""What a mark of a list, a quotation or a heading costs, which becomes an element of its own."""


def cost(markdown: str) -> int:
    """What it costs to show a text, in marks; exact up to ``MOST``, and beyond only known to be more."""
    found = sum(map(markdown.count, _HEAVY)) + sum(map(markdown.count, _LIGHT)) // _LIGHTER
    if found > MOST:
        return found
    found += _BEGINNING * blocks.marks(markdown)
    return found if found > MOST else found + tables.cells(markdown)


def is_too_much(texts: Iterable[str]) -> bool:
    """Whether these cost more together than one page may, or are longer."""
    left, room = MOST, LONGEST
    return any((room := room - len(text)) < 0 or (left := left - cost(text)) < 0 for text in texts)
