"""The translation memory: how something alike was once put.

A suggestion is never taken by itself. Below 100 a likeness means nothing by itself: a "not" more in a sentence leaves it 97 %
the same, so what differs is always shown.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import rapidfuzz

from internationale.kit.documents import Rendering
from internationale.kit.texts import Piece, words

THRESHOLD = 75
"""From which likeness, in percent of the characters, a suggestion helps more than it distracts."""
MOST = 3
"""How many are shown for one unit."""


@dataclass(frozen=True)
class Suggestion:
    """``text`` is how ``sections`` translated ``source``, which is alike to ``score`` percent; 100 only when it is the same."""

    score: int
    source: str
    text: str
    sections: tuple[str, ...]
    pieces: tuple[Piece, ...]
    """From ``source`` to what is to be translated now."""


class Memory:
    """All that was ever translated between two languages."""

    def __init__(self, renderings: Iterable[Rendering]) -> None:
        self._known: dict[str, dict[str, list[str]]] = {}
        for rendering in renderings:
            sections = self._known.setdefault(rendering.source, {}).setdefault(rendering.text, [])
            if rendering.section not in sections:
                sections.append(rendering.section)
        self._sources = list(self._known)

    def __len__(self) -> int:
        return len(self._sources)

    def exact(self, source: str, but: str = "") -> tuple[Suggestion, ...]:
        """How this very source was translated. ``but``: a translation that is on the page already."""
        return self._of(source, source, 100, but)[:MOST]

    def like(self, source: str, but: str = "") -> tuple[Suggestion, ...]:
        """How this source, or one like it, was translated, the best first. Takes time in proportion to the memory."""
        found = rapidfuzz.process.extract(
            source, self._sources, scorer=rapidfuzz.fuzz.ratio, score_cutoff=THRESHOLD, limit=MOST + 1
        )
        near = [suggestion for known, score, _ in found for suggestion in self._of(source, known, int(score), but)]
        return tuple(sorted(near, key=lambda suggestion: -suggestion.score)[:MOST])

    def _of(self, source: str, known: str, score: int, but: str) -> tuple[Suggestion, ...]:
        rounded = 100 if known == source else min(99, score)
        return tuple(
            Suggestion(rounded, known, text, tuple(sorted(sections)), words(known, source))
            for text, sections in self._known.get(known, {}).items()
            if text != but
        )


def digest(text: str) -> str:
    """A short name for a text, to say which one was seen: 32 hex digits. Line ends count as browsers send them back."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return hashlib.sha256(plain.encode() if plain.strip() else b"").hexdigest()[:32]
