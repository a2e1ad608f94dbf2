"""From two texts to the operations between them: how a revision or an amendment is made from what somebody typed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from internationale.errors import Invalid
from internationale.messages import marker
from internationale.text import compare
from internationale.text.blocks import Block, Mint, Span, join, split
from internationale.text.matching import match
from internationale.text.operations import MAX_OPERATIONS, Delete, Insert, Join, Move, Operation, Replace, Split
from internationale.text.order import longest_run

_ = marker("core")


@dataclass(frozen=True)
class _Group:
    """Old blocks that became new spans: one to one, one to several (split), or several to one (join)."""

    old: tuple[Block, ...]
    new: tuple[int, ...]
    raws: tuple[str, ...]


def derive(old: Sequence[Block], markdown: str, mint: Mint) -> tuple[Operation, ...]:
    """The least operations that turn ``old`` into ``markdown``: applied to ``old`` they give exactly that text.

    Blocks keep their ids over edits and moves; of a split block the first piece keeps it, of joined ones the first.
    Equal texts give no operations. Raises ``Invalid`` when the text has too many blocks.
    """
    spans = split(markdown)
    groups = [
        _Group(tuple(old[i] for i in found.old), found.new, tuple(spans[j].raw for j in found.new))
        for found in match([block.source for block in old], [span.source for span in spans])
    ]
    ids = {j: id for group in groups for j, id in _ids(group, mint)}
    survives = {block.id for group in groups for block in group.old}
    operations: list[Operation] = [replacement for group in groups for replacement in _replacements(group)]
    operations += [piece for group in groups for piece in _splits(group, ids)]
    operations += [Join(group.old[0].id, block.id) for group in groups for block in group.old[1:]]
    operations += [Delete(block.id, block.raw) for block in old if block.id not in survives]
    operations += _placements(_standing(old, groups, ids), spans, ids, mint)
    if len(operations) > MAX_OPERATIONS:
        raise Invalid(_("The text has too many paragraphs."), place="text")
    return tuple(operations)


def _ids(group: _Group, mint: Mint) -> Iterator[tuple[int, str]]:
    yield group.new[0], group.old[0].id
    for j in group.new[1:]:
        yield j, mint()


def _replacements(group: _Group) -> Iterator[Replace]:
    """The edits of the joined old text, each given to the block in which it lies; one over a border is cut there."""
    edits = list(compare.edits(join(group.old), "".join(group.raws)))
    position = len(join(group.old))
    for block in reversed(group.old):
        position -= len(block.raw)
        while edits and (edits[-1].start > position or (edits[-1].start == position and block is group.old[0])):
            start, end, text = edits.pop()
            yield _replacement(block, start - position, end - position, text)
        if edits and edits[-1].end > position:
            start, end, text = edits.pop()
            yield _replacement(block, 0, end - position, "" if start < position else text)
            if start < position:
                edits.append(compare.Edit(start, position, text))


def _replacement(block: Block, start: int, end: int, text: str) -> Replace:
    return Replace(block.id, start, end, block.raw[start:end], text)


def _splits(group: _Group, ids: dict[int, str]) -> Iterator[Split]:
    at = sum(map(len, group.raws))
    for j, raw in reversed(list(zip(group.new, group.raws, strict=True))[1:]):
        at -= len(raw)
        yield Split(group.old[0].id, at, ids[j])


def _standing(old: Sequence[Block], groups: Sequence[_Group], ids: dict[int, str]) -> list[str]:
    """The ids as they stand once everything is replaced, split, joined and deleted, before anything moves."""
    pieces = {group.old[0].id: [ids[j] for j in group.new] for group in groups}
    return [id for block in old for id in pieces.get(block.id, [])]


def _placements(standing: Sequence[str], spans: Sequence[Span], ids: dict[int, str], mint: Mint) -> Iterator[Insert | Move]:
    steady = set(longest_run(standing, [ids[j] for j in sorted(ids)]))
    previous = ""
    for j, span in enumerate(spans):
        id = ids.get(j)
        if id is None:
            id = mint()
            yield Insert(previous, id, span.raw)
        elif id not in steady:
            yield Move(id, previous)
        previous = id
