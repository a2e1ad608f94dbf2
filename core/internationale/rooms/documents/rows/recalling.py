"""What the rows keep of a revision that was applied: the very state that its rule derived, found without deriving it again."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam
from sqlalchemy import select as core_select
from sqlmodel import col

from internationale.events.envelope import Envelope
from internationale.kit.prepared import Prepared
from internationale.rooms.documents.rows.shared import Content, Revision
from internationale.rooms.documents.rules.state import State
from internationale.text.blocks import Piece

_HEAD = ("ref", "document", "kind", "language", "audience", "number", "title")
_FIND = Prepared(core_select(*(col(getattr(Revision, name)) for name in _HEAD)).where(col(Revision.event) == bindparam("event_")))
_CONTENT = Prepared(core_select(col(Content.blocks)).where(col(Content.event) == bindparam("event_")))
_BLOCKS = msgspec.json.Decoder(list[tuple[str, str, int, str, str]])


@dataclass(frozen=True)
class Kept:
    """What ``Event.recall`` answers for a revision: what kind it is at once, its text when that is asked for."""

    kind: str
    _event: str
    _home: str
    _head: dict[str, Any]
    _connection: Connection

    def state(self) -> State | None:
        """The state of the text after it."""
        found = _CONTENT.first(self._connection, {"event_": self._event})
        if found is None:
            return None
        items = _BLOCKS.decode(found[0])
        blocks = tuple(Piece(id, raw) for id, _kind, _level, raw, _number in items)
        return State(home=self._home, blocks=blocks, numbers=tuple(item[4] for item in items), **self._head)


def recall(connection: Connection, envelope: Envelope) -> Kept | None:
    """What is kept of an opening or a revision; None when it was not applied."""
    found = _FIND.first(connection, {"event_": envelope.id})
    if found is None or found[0] != str(envelope.ref):
        return None
    head = dict(zip(_HEAD[1:], found[1:], strict=True))
    return Kept(head["kind"], envelope.id, envelope.section, head, connection)
