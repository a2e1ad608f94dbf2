"""Which old block became which new one, as far as the author's intent can be known from the two texts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import rapidfuzz

from internationale.text.order import Chain, longest_run
from internationale.text.words import MAX_CELLS, content, resemblance

IN_PLACE = 0.4
"""How alike two texts between the same unchanged neighbours must be to count as one that was edited."""
ALONE = 0.2
"""The same where there is one old and one new text only: then it was rewritten rather than replaced by another thought."""
ELSEWHERE = 0.6
"""How alike they must be when one has moved as well."""
_SHARE = 0.5
"""How much of a piece must come from a text for it to be a piece split from that text, or joined to it."""
_MAX_PAIRS = 40_000
"""The most pairs looked at: beyond, only those near the diagonal. Bounds the time on any input to about a second."""
_MOVABLE = 3
"""Fewer words than these are not followed when they turn up elsewhere: "Yes." is not always the same yes."""


@dataclass(frozen=True)
class Match:
    """One or more old blocks (by position) that became one or more new ones; never many on both sides."""

    old: tuple[int, ...]
    new: tuple[int, ...]


def match(old: Sequence[str], new: Sequence[str]) -> list[Match]:
    """Pair the sources of two states. What is in no match was deleted or inserted."""
    return _Matching(old, new).matches()


class _Matching:
    """The pairs found so far; each step looks only at what is still free."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.old, self.new = old, new
        self.pairs = _equal_in_order(old, new)
        self.old_words = [content(source) for source in old]
        self.new_words = [content(source) for source in new]

    def matches(self) -> list[Match]:
        self._equal_elsewhere()
        for olds, news in list(self._gaps()):
            self._similar_in_place(olds, news)
        groups = _Pieces(self).grown()
        taken_old = {i for group in groups for i in group.old}
        taken_new = {j for group in groups for j in group.new}
        return groups + self._similar_elsewhere(
            [i for i in range(len(self.old)) if i not in taken_old], [j for j in range(len(self.new)) if j not in taken_new]
        )

    def _equal_elsewhere(self) -> None:
        """Blocks that moved and are otherwise the same."""
        taken = set(self.pairs.values())
        free: dict[str, list[int]] = {}
        for i, source in enumerate(self.old):
            if i not in self.pairs and len(self.old_words[i]) >= _MOVABLE:
                free.setdefault(source, []).append(i)
        for j, source in enumerate(self.new):
            if j not in taken and free.get(source):
                self.pairs[free[source].pop(0)] = j

    def _gaps(self) -> Iterator[tuple[list[int], list[int]]]:
        """The free old and new blocks between the pairs that kept their order."""
        by_new = {j: i for i, j in self.pairs.items()}
        steady = set(longest_run(sorted(self.pairs), [by_new[j] for j in sorted(by_new)]))
        i_from, j_from = 0, 0
        for i, j in [*((i, self.pairs[i]) for i in sorted(steady)), (len(self.old), len(self.new))]:
            olds = [n for n in range(i_from, i) if n not in self.pairs]
            news = [n for n in range(j_from, j) if n not in by_new]
            if olds and news:
                yield olds, news
            i_from, j_from = i + 1, j + 1

    def _similar_in_place(self, olds: Sequence[int], news: Sequence[int]) -> None:
        chain = Chain()
        least = ALONE if len(olds) == len(news) == 1 else IN_PLACE
        for _, i, j in sorted(self._scores(olds, news, least)):
            if chain.add(i, j):
                self.pairs[i] = j

    def _similar_elsewhere(self, olds: Sequence[int], news: Sequence[int]) -> list[Match]:
        found: dict[int, int] = {}
        movable = [i for i in olds if len(self.old_words[i]) >= _MOVABLE]
        for _, i, j in sorted(self._scores(movable, news, ELSEWHERE)):
            if i not in found and j not in found.values():
                found[i] = j
        return [Match((i,), (j,)) for i, j in found.items()]

    def _scores(self, olds: Sequence[int], news: Sequence[int], least: float) -> Iterator[tuple[float, int, int]]:
        """The pairs that are alike enough, as (minus the likeness, old, new): sorted, the best come first."""
        reach = max(1, _MAX_PAIRS // (2 * max(1, len(olds))))
        for n, i in enumerate(olds):
            middle = n * len(news) // len(olds)
            for j in news[max(0, middle - reach) : middle + reach]:
                score = resemblance(self.old_words[i], self.new_words[j], least)
                if score >= least:
                    yield -score, i, j


class _Pieces:
    """Grows one-to-one pairs into splits and joins by their free neighbours."""

    def __init__(self, found: _Matching) -> None:
        self.found = found
        self.groups = [([i], [j]) for i, j in sorted(found.pairs.items())]
        self.of_old = {olds[0]: (olds, news) for olds, news in self.groups}
        self.of_new = {news[0]: (olds, news) for olds, news in self.groups}

    def grown(self) -> list[Match]:
        for step in (1, -1):
            for j in range(len(self.found.new))[::step]:
                self._split_off(j, j - step)
            for i in range(len(self.found.old))[::step]:
                self._joined(i, i - step)
        return [Match(tuple(sorted(olds)), tuple(sorted(news))) for olds, news in self.groups]

    def _split_off(self, j: int, neighbour: int) -> None:
        group = self.of_new.get(neighbour)
        if j in self.of_new or group is None or len(group[0]) > 1:
            return
        olds, news = group
        if _belongs(self.found.new_words, sorted([*news, j]), j, self.found.old_words[olds[0]]):
            news.append(j)
            self.of_new[j] = group

    def _joined(self, i: int, neighbour: int) -> None:
        group = self.of_old.get(neighbour)
        if i in self.of_old or group is None or len(group[1]) > 1:
            return
        olds, news = group
        if _belongs(self.found.old_words, sorted([*olds, i]), i, self.found.new_words[news[0]]):
            olds.append(i)
            self.of_old[i] = group


def _belongs(words: Sequence[Sequence[str]], together: Sequence[int], piece: int, whole: Sequence[str]) -> bool:
    """Whether the piece brings the pieces nearer to the whole by enough of its own words."""
    without = [word for n in together if n != piece for word in words[n]]
    with_it = [word for n in together for word in words[n]]
    if not words[piece] or len(with_it) * len(whole) > MAX_CELLS:
        return False
    common = rapidfuzz.distance.LCSseq.similarity
    gain = common(with_it, whole) - common(without, whole)
    return gain >= _SHARE * len(words[piece])


def _equal_in_order(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """The longest run of equal blocks; in texts too long for that, of those that occur once in each."""
    if len(old) * len(new) > MAX_CELLS:
        place_old, place_new = _places_of_unique(old), _places_of_unique(new)
        steady = longest_run(list(place_old), list(place_new))
        return {place_old[source]: place_new[source] for source in steady}
    return {
        step.src_start + n: step.dest_start + n
        for step in rapidfuzz.distance.Indel.opcodes(old, new)
        if step.tag == "equal"
        for n in range(step.src_end - step.src_start)
    }


def _places_of_unique(sources: Sequence[str]) -> dict[str, int]:
    counts = Counter(sources)
    return {source: n for n, source in enumerate(sources) if counts[source] == 1}
