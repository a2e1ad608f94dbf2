"""Comparing texts by words, and states by blocks: marks little, finds moved blocks, and is exact."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

import rapidfuzz

from internationale.text.blocks import Block
from internationale.text.order import longest_run
from internationale.text.words import MAX_CELLS, has_word, tokens

EQUAL = "equal"
INSERT = "insert"
DELETE = "delete"

_LEFT = 0.2
"""Which share of the shorter text must be in both for the two to be compared word by word."""


class Piece(NamedTuple):
    """A run of text that both have (``equal``), that only the new has (``insert``), or only the old (``delete``)."""

    op: str
    text: str


class State(StrEnum):
    """What became of a block."""

    SAME = "same"
    CHANGED = "changed"
    INSERTED = "inserted"
    DELETED = "deleted"
    MOVED = "moved"


@dataclass(frozen=True)
class Change:
    """A block in both states. MOVED blocks may be changed too; ``pieces`` compare the two sources, whatever the state."""

    state: State
    old: Block | None
    new: Block | None
    pieces: tuple[Piece, ...]


class Edit(NamedTuple):
    """The code points ``start`` to ``end`` of the old text become ``text``."""

    start: int
    end: int
    text: str


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The differences between two texts by whole words.

    The equal and inserted pieces joined are ``new``, the equal and deleted ones ``old``, for any two texts. A replaced run is
    one deletion followed by one insertion.
    """
    runs = _readable(_settled(_runs(_units(old), _units(new))))
    pieces = (piece for run in runs for piece in _pieces(run) if piece.text)
    return tuple(Piece(op, "".join(piece.text for piece in group)) for op, group in groupby(pieces, key=lambda piece: piece.op))


def edits(old: str, new: str) -> tuple[Edit, ...]:
    """The same differences as replaced ranges of ``old``, in order, none touching another."""
    found: list[Edit] = []
    position = 0
    fresh = True
    for op, text in words(old, new):
        if op == EQUAL:
            position += len(text)
            fresh = True
            continue
        if fresh:
            found.append(Edit(position, position, ""))
            fresh = False
        if op == DELETE:
            position += len(text)
            found[-1] = found[-1]._replace(end=position)
        else:
            found[-1] = found[-1]._replace(text=found[-1].text + text)
    return tuple(found)


def blocks(old: Sequence[Block], new: Sequence[Block]) -> tuple[Change, ...]:
    """What became of every block, paired by id: in the new order, with deleted blocks after the one they stood behind."""
    was = {block.id: block for block in old}
    stays = set(longest_run([block.id for block in old], [block.id for block in new]))
    remains = {block.id for block in new}
    gone: dict[str, list[Change]] = {}
    last = ""
    for block in old:
        if block.id in stays:
            last = block.id
        elif block.id not in remains:
            gone.setdefault(last, []).append(Change(State.DELETED, block, None, words(block.source, "")))
    changes = gone.pop("", [])
    for block in new:
        changes.append(_change(was.get(block.id), block, stays=block.id in stays))
        changes += gone.pop(block.id, [])
    return tuple(changes)


def _change(old: Block | None, new: Block, *, stays: bool) -> Change:
    if old is None:
        return Change(State.INSERTED, None, new, words("", new.source))
    pieces = words(old.source, new.source)
    if not stays:
        return Change(State.MOVED, old, new, pieces)
    return Change(State.SAME if old.source == new.source else State.CHANGED, old, new, pieces)


class _Unit(NamedTuple):
    """A word or mark with the white space after it. Units are matched by the word alone: a space is no likeness."""

    word: str
    space: str


class _Run(NamedTuple):
    """A stretch of both texts: ``same`` when equal (then ``old`` and ``new`` are), else replaced."""

    same: bool
    old: str
    new: str


def _pieces(run: _Run) -> tuple[Piece, ...]:
    if run.same:
        return (Piece(EQUAL, run.old),)
    kept = _common_space(run.old, run.new)
    old, new = (text[: len(text) - len(kept)] for text in (run.old, run.new))
    return Piece(DELETE, old), Piece(INSERT, new), Piece(EQUAL, kept)


def _common_space(old: str, new: str) -> str:
    """The white space that both end with: it was not replaced."""
    length = 0
    while length < min(len(old), len(new)) and old[-1 - length] == new[-1 - length] and old[-1 - length].isspace():
        length += 1
    return old[len(old) - length :]


def _units(text: str) -> list[_Unit]:
    units: list[_Unit] = []
    for blank, group in groupby(tokens(text), key=str.isspace):
        run = [*group]
        if not blank:
            units += (_Unit(token, "") for token in run)
            continue
        if not units:
            units.append(_Unit(run.pop(0), ""))
        units[-1] = units[-1]._replace(space="".join(run))
    return units


def _runs(old: Sequence[_Unit], new: Sequence[_Unit]) -> Iterator[_Run]:
    before, after = [unit.word for unit in old], [unit.word for unit in new]
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    ends = len(old) - tail, len(new) - tail
    yield from _matched(old[:head], new[:head])
    if (ends[0] - head) * (ends[1] - head) > MAX_CELLS:
        yield _Run(False, _text(old[head : ends[0]]), _text(new[head : ends[1]]))
    else:
        for step in rapidfuzz.distance.Indel.opcodes(before[head : ends[0]], after[head : ends[1]]):
            ours, theirs = old[head + step.src_start : head + step.src_end], new[head + step.dest_start : head + step.dest_end]
            if step.tag == EQUAL:
                yield from _matched(ours, theirs)
            else:
                yield _Run(False, _text(ours), _text(theirs))
    yield from _matched(old[ends[0] :], new[ends[1] :])


def _matched(old: Sequence[_Unit], new: Sequence[_Unit]) -> Iterator[_Run]:
    """The same words; the white space after them may still differ."""
    for ours, theirs in zip(old, new, strict=True):
        yield _Run(True, ours.word, theirs.word)
        yield _Run(ours.space == theirs.space, ours.space, theirs.space)


def _text(units: Sequence[_Unit]) -> str:
    return "".join(unit.word + unit.space for unit in units)


def _shared(old: Sequence[str], new: Sequence[str]) -> int:
    """How many words the two begin with in common."""
    return next((n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))


def _settled(runs: Iterable[_Run]) -> list[_Run]:
    """Join neighbouring changes, and swallow equal islands too small to be read between two of them."""
    settled: list[_Run] = []
    for run in _grouped(runs):
        settled.append(run)
        while len(settled) >= 3 and not settled[-1].same and _is_tiny(*settled[-3:]):
            settled[-3:] = [_Run(False, "".join(run.old for run in settled[-3:]), "".join(run.new for run in settled[-3:]))]
    return settled


def _readable(runs: list[_Run]) -> list[_Run]:
    """A text of which hardly anything is left is shown as replaced whole, not as confetti."""
    kept = sum(len(run.old) for run in runs if run.same)
    old, new = "".join(run.old for run in runs), "".join(run.new for run in runs)
    return [_Run(False, old, new)] if kept < _LEFT * min(len(old), len(new)) else runs


def _grouped(runs: Iterable[_Run]) -> Iterator[_Run]:
    filled = (run for run in runs if run.old or run.new)
    for same, group in groupby(filled, key=lambda run: run.same):
        members = list(group)
        yield _Run(same, "".join(run.old for run in members), "".join(run.new for run in members))


def _is_tiny(before: _Run, island: _Run, after: _Run) -> bool:
    """Marks within one line, without a word, between changes that replace something or are longer themselves."""
    if not island.same or "\n" in island.old or has_word(island.old):
        return False
    return all(bool(run.old and run.new) or len(run.old + run.new) > len(island.old) for run in (before, after))
