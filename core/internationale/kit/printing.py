"""What others have written, printed in a terminal: it stays on its line and in its column, and obeys nobody's escape sequences.

Whoever signs a list of sections on the command line reads names and reasons that the proposer chose. A line end in one of them
must not look like a line of ours.
"""

import unicodedata

_KEPT = "\u200c\u200d\u200e\u200f"
"""Joiners and direction marks: Persian, Arabic and Hebrew are written with them, and they move only what they stand beside."""
_INVISIBLE = frozenset(["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])


def visible(text: str) -> str:
    """The text with everything written out that would show nothing, or something else: ``\\n``, ``\\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_written_out(letter) if _hides(letter) else letter for letter in text)


def row(*cells: object) -> str:
    """One line of a table, its cells separated by tabs."""
    return "\t".join(visible(str(cell)) for cell in cells)


def quoted(text: str) -> str:
    """Somebody's prose, each of its lines behind a bar."""
    return "\n".join(f"  │ {visible(line)}" for line in text.splitlines())


def _hides(letter: str) -> bool:
    return unicodedata.category(letter) in _INVISIBLE and letter not in _KEPT


def _written_out(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
