"""Several changes of one text: which collide, what they are together, what becomes of one when the text moves on.

Wrong must be impossible, so doubt is a collision for people to decide: two changes go together only when neither touches what
the other changes, and a merge is proved by making the changes one after the other, in both directions. Identical changes count
once. Nothing here looks at words: the operations say it all.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from heapq import merge as merge_sorted
from itertools import islice
from operator import itemgetter

from internationale.errors import Conflict
from internationale.messages import marker
from internationale.text import compare
from internationale.text.blocks import Block, join
from internationale.text.operations import Delete, Insert, Join, Move, Operation, Replace, Split, apply, in_order
from internationale.text.order import longest_run

_ = marker("core")


@dataclass(frozen=True)
class Collision:
    """Two operations that cannot both be done, and the block at which they meet (empty: the beginning of the text)."""

    block: str
    first: Operation
    second: Operation


def collisions(first: Sequence[Operation], second: Sequence[Operation]) -> tuple[Collision, ...]:
    """Where two changes of the same base collide; empty when they go together."""
    return tuple(_collisions(first, _Overlap(first, second).rest))


def collide(first: Sequence[Operation], second: Sequence[Operation]) -> bool:
    """Whether two changes of the same base collide anywhere: they may do so in more places than memory holds."""
    return any(True for _ in _collisions(first, _Overlap(first, second).rest))


def merge(base: Sequence[Block], changes: Sequence[Sequence[Operation]]) -> tuple[Operation, ...]:
    """All changes of one base as one change. Raises ``Conflict`` (place: the block) when any two collide."""
    merged: tuple[Operation, ...] = reduce(_together, changes, ())
    result = join(apply(base, merged))
    for order in (changes, changes[::-1]):
        if _one_after_the_other(base, order) != result:
            raise Conflict(_("These changes do not go together."))
    return merged


def rebase(operations: Sequence[Operation], done: Sequence[Operation]) -> tuple[Operation, ...]:
    """The same change for the text after ``done``, a change of the same base; what is already done is left out.

    Raises ``Conflict`` (place: the block) when it touches what was changed.
    """
    rest = _Overlap(done, operations).rest
    for collision in _collisions(done, rest):
        if not (isinstance(collision.first, Insert) and isinstance(collision.second, Insert)):
            raise _conflict(collision)
    return tuple(_shifted(operation, done) for operation in rest)


def carry(operations: Sequence[Operation], base: Sequence[Block], later: Sequence[Block]) -> tuple[Operation, ...]:
    """A change of ``base`` carried to a later revision with the same block ids. Raises ``Conflict`` like ``rebase``."""
    return rebase(operations, between(base, later))


def between(old: Sequence[Block], new: Sequence[Block]) -> tuple[Operation, ...]:
    """The operations between two states of one document, by the blocks' ids alone."""
    was = {block.id: block for block in old}
    remains = {block.id for block in new}
    found: list[Operation] = []
    for block in new:
        before = was.get(block.id)
        for start, end, text in reversed(compare.edits(before.raw, block.raw)) if before else ():
            found.append(Replace(block.id, start, end, before.raw[start:end] if before else "", text))
    found += [Delete(block.id, block.raw) for block in old if block.id not in remains]
    steady = set(longest_run([block.id for block in old], [block.id for block in new]))
    for previous, block in zip(["", *(block.id for block in new)], new, strict=False):
        if block.id not in was:
            found.append(Insert(previous, block.id, block.raw))
        elif block.id not in steady:
            found.append(Move(block.id, previous))
    return tuple(found)


class _Overlap:
    """What a second change says beyond a first: ``rest`` leaves out the identical, and calls new blocks by the first's ids."""

    def __init__(self, first: Sequence[Operation], second: Sequence[Operation]) -> None:
        self.names: dict[str, str] = {}
        said = {_essence(operation): operation for operation in first}
        rest = []
        for original in second:
            operation = self._renamed(original)
            twin = said.get(_essence(operation))
            if twin is None:
                rest.append(operation)
            elif isinstance(operation, Insert) and isinstance(twin, Insert):
                self.names[operation.id] = twin.id
            elif isinstance(operation, Split) and isinstance(twin, Split):
                self.names[operation.new] = twin.new
        self.rest = tuple(rest)

    def _renamed(self, operation: Operation) -> Operation:
        if isinstance(operation, Insert | Move):
            return replace(operation, after=self.names.get(operation.after, operation.after))
        return operation


def _essence(operation: Operation) -> Operation:
    """The operation without the id of the new block, which two authors mint differently for the same thing."""
    if isinstance(operation, Insert):
        return replace(operation, id="")
    if isinstance(operation, Split):
        return replace(operation, new="")
    return operation


def _collisions(first: Sequence[Operation], second: Sequence[Operation]) -> Iterator[Collision]:
    by_block: dict[str, _Meetings] = {}
    for place, operation in enumerate(first):
        for block in _named(operation):
            by_block.setdefault(block, _Meetings()).add(place, operation)
    for operation in second:
        for block in _named(operation):
            if block in by_block:
                for other in by_block[block].of(operation):
                    yield Collision(block, other, operation)


class _Meetings:
    """The operations of one change that name a block, for those of another change that do: found by their kind, and wordings by
    their place, so that two long changes which do not meet are not compared with each other one by one.
    """

    def __init__(self) -> None:
        self._wordings: list[tuple[int, Replace]] = []
        self._placings: list[tuple[int, Operation]] = []
        self._others: list[tuple[int, Operation]] = []

    def add(self, place: int, operation: Operation) -> None:
        """``place``: where it stands in its change."""
        if isinstance(operation, Replace):
            self._wordings.append((place, operation))
        elif isinstance(operation, Insert | Move):
            self._placings.append((place, operation))
        else:
            self._others.append((place, operation))

    def of(self, operation: Operation) -> Iterator[Operation]:
        """Those that an operation of the other change meets, in the order of theirs."""
        found: Iterator[tuple[int, Operation]] = iter(self._others)
        if not isinstance(operation, Insert | Move):
            found = merge_sorted(self._near(operation), found, key=itemgetter(0))
        if not isinstance(operation, Replace):
            found = merge_sorted(self._placings, found, key=itemgetter(0))
        return (other for _place, other in found)

    def _near(self, operation: Operation) -> Iterator[tuple[int, Replace]]:
        """Ranges stand in a change from the last to the first, none over another."""
        if not isinstance(operation, Replace):
            yield from self._wordings
            return
        reach = bisect_left(self._wordings, -operation.end, key=lambda pair: -pair[1].start)
        for place, other in islice(self._wordings, reach, None):
            if other.end < operation.start:
                return
            if _overlap(other, operation):
                yield place, other


def _named(operation: Operation) -> tuple[str, ...]:
    """The blocks of the base that an operation changes, or stands at."""
    if isinstance(operation, Insert):
        return (operation.after,)
    if isinstance(operation, Move):
        return (operation.block, operation.after)
    if isinstance(operation, Join):
        return (operation.block, operation.following)
    return (operation.block,)


def _overlap(one: Replace, other: Replace) -> bool:
    """Whether two different wordings are in each other's way."""
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def _together(merged: Sequence[Operation], change: Sequence[Operation]) -> tuple[Operation, ...]:
    rest = _Overlap(merged, change).rest
    for collision in _collisions(merged, rest):
        raise _conflict(collision)
    return in_order([*merged, *rest])


def _one_after_the_other(base: Sequence[Block], changes: Sequence[Sequence[Operation]]) -> str:
    state, done = tuple(base), tuple[Operation, ...]()
    for change in changes:
        state = apply(state, rebase(change, done))
        done = _together(done, change)
    return join(state)


def _shifted(operation: Operation, done: Sequence[Operation]) -> Operation:
    """The ranges move with what was done before them in the same block."""
    if not isinstance(operation, Replace):
        return operation
    earlier = (
        each for each in done if isinstance(each, Replace) and each.block == operation.block and each.end <= operation.start
    )
    shift = sum(len(each.text) - len(each.quote) for each in earlier)
    return replace(operation, start=operation.start + shift, end=operation.end + shift)


def _conflict(collision: Collision) -> Conflict:
    return Conflict(_("These changes do not go together."), place=collision.block)
