"""Block operations: the one algebra of revisions, amendments and merges.

A list of operations is relative to a base state. Its order is fixed, so that every range means the base's own text:

1. ``Replace``: ranges in code points of the base block's ``raw``; in one block from the last to the first, never overlapping;
2. ``Split`` and ``Join``, in the text as it is then;
3. ``Delete``;
4. ``Insert`` and ``Move``, each placed after a block that stands where it stands in the result.

Every operation quotes what it takes away, and ``apply`` refuses what does not fit: it never guesses. Recounting old decisions
never tokenises: operations and ``digest`` know ids, code points and bytes only.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import accumulate, pairwise
from typing import Any, ClassVar, TypeVar

from internationale.errors import Conflict, Invalid
from internationale.messages import marker
from internationale.text.blocks import Block, Piece, described
from internationale.text.order import Succession

_ = marker("core")

MAX_OPERATIONS = 20_000
"""The most operations in one list."""
MAX_TEXT = 2_000_000
"""The most characters of one piece of text, and of a whole document."""
_MAX_ID = 64

T = TypeVar("T")


@dataclass(frozen=True)
class Replace:
    """In ``block``, the code points from ``start`` to ``end`` of its ``raw``, which are ``quote``, become ``text``."""

    op: ClassVar[str] = "replace"
    block: str
    start: int
    end: int
    quote: str
    text: str


@dataclass(frozen=True)
class Split:
    """``block`` ends at code point ``at``; the rest becomes the new block ``new``, right after it."""

    op: ClassVar[str] = "split"
    block: str
    at: int
    new: str


@dataclass(frozen=True)
class Join:
    """``following``, the very next block, becomes the end of ``block``, and its id is gone."""

    op: ClassVar[str] = "join"
    block: str
    following: str


@dataclass(frozen=True)
class Delete:
    """``block``, whose whole ``raw`` is ``quote``, is gone."""

    op: ClassVar[str] = "delete"
    block: str
    quote: str


@dataclass(frozen=True)
class Insert:
    """A new block ``id`` with the text ``raw`` stands after ``after`` (empty: at the beginning)."""

    op: ClassVar[str] = "insert"
    after: str
    id: str
    raw: str


@dataclass(frozen=True)
class Move:
    """``block`` now stands after ``after`` (empty: at the beginning)."""

    op: ClassVar[str] = "move"
    block: str
    after: str


Operation = Replace | Split | Join | Delete | Insert | Move

_TYPES: dict[str, type[Operation]] = {kind.op: kind for kind in (Replace, Split, Join, Delete, Insert, Move)}
_PHASE: dict[type[Operation], int] = {Replace: 0, Split: 1, Join: 1, Delete: 2, Insert: 3, Move: 3}
_NUMBERS = ("start", "end", "at")
_TEXTS = ("quote", "text", "raw")


def to_json(operations: Iterable[Operation]) -> list[dict[str, Any]]:
    """Plain JSON values, as they travel in events: ``[{"op": "replace", "block": …, …}, …]``."""
    return [{"op": operation.op, **asdict(operation)} for operation in operations]


def from_json(value: object) -> tuple[Operation, ...]:
    """Read what ``to_json`` wrote, strictly. Raises ``Invalid`` with the place (``operations.3.start``)."""
    if not isinstance(value, list) or len(value) > MAX_OPERATIONS:
        raise _malformed("operations")
    return tuple(_operation(item, f"operations.{number}") for number, item in enumerate(value))


def apply(blocks: Sequence[Block | Piece], operations: Sequence[Operation]) -> tuple[Block, ...]:
    """The blocks after the operations, with their kinds. Raises as ``applied``."""
    return described(applied(blocks, operations))


def applied(blocks: Sequence[Block | Piece], operations: Sequence[Operation]) -> tuple[Piece, ...]:
    """The state after the operations. Raises ``Conflict`` (place: the block's id) for whatever does not fit the base.

    Without the kinds, for which the whole text has to be read: a small change of a large text costs little.
    """
    phases = [_PHASE[type(operation)] for operation in operations]
    if phases != sorted(phases):
        raise _malformed("operations")
    state = {block.id: block.raw for block in blocks}
    if len(state) != len(blocks):
        raise _malformed("blocks")
    _replace_all(state, [operation for operation in operations if isinstance(operation, Replace)])
    chain = Succession(state)
    _recut(state, chain, [operation for operation in operations if isinstance(operation, Split | Join)])
    for operation in operations:
        if isinstance(operation, Delete):
            _delete(state, chain, operation)
    _place(state, chain, [operation for operation in operations if isinstance(operation, Insert | Move)])
    if sum(map(len, state.values())) > MAX_TEXT:
        raise Invalid(_("The text is too long."), place="operations")
    return tuple(Piece(id, state[id]) for id in chain)


def in_order(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The operations in the order that ``apply`` asks for; what comes after one another within a phase stays so."""

    def rank(operation: Operation) -> tuple[int, str, int, int]:
        if isinstance(operation, Replace):
            return 0, operation.block, -operation.start, -operation.end
        return _PHASE[type(operation)], "", 0, 0

    return tuple(sorted(operations, key=rank))


def digest(blocks: Iterable[Block | Piece]) -> str:
    """The hash of a state, 64 hex digits: SHA-256 over ``intl-blocks-v1`` and, for each block, a NUL, its id, a NUL, the
    number of its bytes in decimal, a NUL, and its bytes (``raw`` in UTF-8).
    """
    whole = hashlib.sha256(b"intl-blocks-v1")
    for block in blocks:
        raw = block.raw.encode()
        whole.update(b"\0%s\0%d\0%s" % (block.id.encode(), len(raw), raw))
    return whole.hexdigest()


def _replace_all(state: dict[str, str], operations: Sequence[Replace]) -> None:
    """The ranges of one block come from the last to the first, so none moves another."""
    reached: dict[str, int] = {}
    behind: dict[str, list[str]] = {}
    for operation in operations:
        block = operation.block
        raw = _raw(state, block)
        limit = reached.get(block, len(raw))
        if not 0 <= operation.start <= operation.end <= limit or raw[operation.start : operation.end] != operation.quote:
            raise _misfit(block)
        behind.setdefault(block, []).extend((raw[operation.end : limit], operation.text))
        reached[block] = operation.start
    for block, pieces in behind.items():
        state[block] = state[block][: reached[block]] + "".join(reversed(pieces))


def _recut(state: dict[str, str], chain: Succession, operations: Sequence[Split | Join]) -> None:
    """Moves borders between blocks. What they hold all together stays the same, so each is a range of it until the end."""
    if not operations:
        return
    whole = "".join(state.values())
    ends = [*accumulate(map(len, state.values()))]
    ranges = dict(zip(state, pairwise([0, *ends]), strict=True))
    for operation in operations:
        if isinstance(operation, Split):
            _split(ranges, chain, operation)
        else:
            _join(ranges, chain, operation)
    state.clear()
    state.update({id: whole[start:end] for id, (start, end) in ranges.items()})


def _split(ranges: dict[str, tuple[int, int]], chain: Succession, operation: Split) -> None:
    start, end = _raw(ranges, operation.block)
    if not 0 < operation.at < end - start or operation.new in ranges:
        raise _misfit(operation.block)
    ranges[operation.block], ranges[operation.new] = (start, start + operation.at), (start + operation.at, end)
    chain.put_in(operation.new, operation.block)


def _join(ranges: dict[str, tuple[int, int]], chain: Succession, operation: Join) -> None:
    (start, _), (_, end) = _raw(ranges, operation.block), _raw(ranges, operation.following)
    if chain.following(operation.block) != operation.following:
        raise _misfit(operation.following)
    chain.take_out(operation.following)
    del ranges[operation.following]
    ranges[operation.block] = start, end


def _delete(state: dict[str, str], chain: Succession, operation: Delete) -> None:
    if _raw(state, operation.block) != operation.quote:
        raise _misfit(operation.block)
    chain.take_out(operation.block)
    del state[operation.block]


def _place(state: dict[str, str], chain: Succession, operations: Sequence[Insert | Move]) -> None:
    for operation in operations:
        if isinstance(operation, Insert):
            id = operation.id
            if id in state or not operation.raw:
                raise _misfit(id)
            state[id] = operation.raw
        else:
            id = operation.block
            _raw(state, id)
            chain.take_out(id)
        if operation.after not in chain and operation.after != "":
            raise _misfit(operation.after)
        chain.put_in(id, operation.after)


def _raw(state: Mapping[str, T], id: str) -> T:
    try:
        return state[id]
    except KeyError as error:
        raise _misfit(id) from error


def _operation(item: object, place: str) -> Operation:
    kind = _TYPES.get(item.get("op", "")) if isinstance(item, dict) and isinstance(item.get("op"), str) else None
    if not isinstance(item, dict) or kind is None:
        raise _malformed(place)
    names = [field.name for field in fields(kind)]
    for name in names:
        if name not in item or not _fits(name, item[name]):
            raise _malformed(f"{place}.{name}")
    return kind(**{name: item[name] for name in names})


def _fits(name: str, value: object) -> bool:
    if name in _NUMBERS:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_TEXT
    if not isinstance(value, str):
        return False
    if name in _TEXTS:
        return len(value) <= MAX_TEXT
    return len(value) <= _MAX_ID and (name == "after" or value != "")


def _malformed(place: str) -> Invalid:
    return Invalid(_("This is not a well-formed change of a text."), place=place)


def _misfit(block: str) -> Conflict:
    return Conflict(_("The change does not fit the text it was made for."), place=block)
