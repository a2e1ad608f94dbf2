"""The text of each revision: whole, or as what it changes in its base. Otherwise one word changed in a text of two megabytes
would cost every section two megabytes.

Whole are short texts, and of long ones the first, and each for which reading the changes would take long. Which they are follows
from the revisions alone, so the rows are the same however they came.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from internationale.events.types import Event
from internationale.kit.prepared import Prepared
from internationale.kit.projecting import new_row
from internationale.rooms.documents.rows.shared import Content
from internationale.rooms.documents.rules.state import State, carried
from internationale.text.blocks import Block, Piece, described
from internationale.text.operations import applied, from_json

SHORT = 16_384
"""Characters of a text that is always kept whole."""
DEEPEST = 64
"""So many changes at most are applied to a whole text."""
BESIDE = 40
"""Characters of what is kept of a block beside its text."""

Item = tuple[str, str, int, str, str]
"""A block: id, kind, level, raw, number."""
Text = tuple[tuple[Block, ...], tuple[str, ...]]
"""Blocks, and the number of each."""


class _Row(NamedTuple):
    base: str
    blocks: str
    operations: str


_HERE = col(Content.event) == bindparam("event_")
_COLUMNS = [col(getattr(Content, name)) for name in _Row._fields]
_FIND = Prepared(core_select(*_COLUMNS).where(_HERE))
_PLACE = Prepared(core_select(*[col(getattr(Content, name)) for name in ("depth", "weight")]).where(_HERE))
_ITEMS = msgspec.json.Decoder(list[Item])
_SHAPE = msgspec.json.Decoder(tuple[list[tuple[str, int, int]], list[str]])


def keep(session: Session, event: Event[Any], base: str, now: State) -> None:
    """Write down the text after an event. ``base``: the event of the revision that it changes, ``""`` for an opening."""
    after = described(now.blocks), now.numbers
    size = sum(len(block.raw) + BESIDE for block in after[0])
    if not (base and size > SHORT and _keep_changes(session, event, base, after, size // 2)):
        items = [(block.id, block.kind, block.level, block.raw, number) for block, number in zip(*after, strict=True)]
        new_row(session, Content, event=event.envelope.id, blocks=_json(items))


def read(connection: Connection, event: str) -> list[Item] | None:
    """The blocks of a revision, by the id of its event; None when it is not here."""
    rows: dict[str, _Row] = {}
    wanted = event
    while wanted:
        found = _FIND.first(connection, {"event_": wanted})
        if found is None:
            return None
        rows[wanted] = _Row(*found)
        wanted = rows[wanted].base
    return _items(rows, event)


def text(connection: Connection, event: str) -> Text | None:
    """The same as blocks and their numbers."""
    items = read(connection, event)
    return None if items is None else _text(items)


def texts(session: Session, events: Iterable[str]) -> dict[str, Text]:
    """The same of several revisions, of those that are here, in as few looks as the longest way to a whole text has steps."""
    rows: dict[str, _Row] = {}
    asked = wanted = set(events)
    while wanted:
        found = session.exec(
            select(Content.event, Content.base, Content.blocks, Content.operations).where(col(Content.event).in_(wanted))
        )
        rows |= {event: _Row(*row) for event, *row in found}
        wanted = {row.base for row in rows.values() if row.base} - rows.keys()
    return {event: _text(_items(rows, event)) for event in asked if event in rows}


def _items(rows: Mapping[str, "_Row"], event: str) -> list[Item]:
    """The blocks, from the rows of a revision and of all on which it stands back to a whole text."""
    latest = row = rows[event]
    changes: list[str] = []
    while row.base:
        changes.append(row.operations)
        row = rows[row.base]
    items = _ITEMS.decode(row.blocks)
    if not changes:
        return items
    pieces = tuple(Piece(id, raw) for id, _kind, _level, raw, _number in items)
    for operations in reversed(changes):
        pieces = applied(pieces, from_json(msgspec.json.decode(operations)))
    runs, numbers = _SHAPE.decode(latest.blocks)
    shape = [(kind, level) for kind, level, count in runs for _ in range(count)]
    return [(id, *of, raw, number) for (id, raw), of, number in zip(pieces, shape, numbers, strict=True)]


def _text(items: Sequence[Item]) -> Text:
    return tuple(Block(*item[:4]) for item in items), tuple(item[4] for item in items)


def _keep_changes(session: Session, event: Event[Any], base: str, after: Text, most: int) -> bool:
    """Write down what it changes in its base; not if there were more than ``most`` characters of changes to read then."""
    before = _PLACE.first(session.connection(), {"event_": base})
    if before is None or before[0] >= DEEPEST:
        return False
    blocks, numbers = after
    runs = [(*of, len(list(run))) for of, run in groupby((block.kind, block.level) for block in blocks)]
    operations, shape = _json(carried(event).operations), _json((runs, numbers))
    weight = before[1] + len(operations) + len(shape)
    if weight > most:
        return False
    place = {"base": base, "depth": before[0] + 1, "weight": weight}
    new_row(session, Content, event=event.envelope.id, **place, blocks=shape, operations=operations)
    return True


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
