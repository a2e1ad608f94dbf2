"""Words, as UAX 29 (Unicode text segmentation) finds them, and how much two texts have in common by them.

Every script is cut where its readers expect it; scripts written without spaces (Chinese, Japanese, Thai …) are cut by
character.
"""

from collections.abc import Sequence

import rapidfuzz
import regex

MAX_CELLS = 2**28
"""Comparing n words with m costs n × m bits; a text from outside must not take more than this (32 MiB)."""

_BOUNDARY = regex.compile(r"(?V1w)\b")
_WORD = regex.compile(r"\w")


def tokens(text: str) -> list[str]:
    """The words of a text and what stands between them; joined they are the text."""
    return [token for token in _BOUNDARY.split(text) if token]


def has_word(text: str) -> bool:
    """Whether there is any letter or digit in it."""
    return _WORD.search(text) is not None


def similarity(old: str, new: str) -> float:
    """How much of two texts is the same, by words in order, from 0 to 1; two texts without words are alike (1)."""
    return resemblance(content(old), content(new))


def content(text: str) -> list[str]:
    """The words alone, case folded, without the white space and punctuation between them: for ``resemblance``."""
    return [token.casefold() for token in tokens(text) if has_word(token)]


def resemblance(old: Sequence[str], new: Sequence[str], least: float = 0) -> float:
    """``similarity`` of two texts by their ``content``; 0 when it is under ``least`` (which makes it faster)."""
    if len(old) * len(new) > MAX_CELLS:
        shared = len(set(old) & set(new))
        return 2 * shared / (len(set(old)) + len(set(new)))
    return float(rapidfuzz.distance.Indel.normalized_similarity(old, new, score_cutoff=least))
