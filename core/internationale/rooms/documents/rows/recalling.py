"""What the rows keep of a revision that was applied: the very state that its rule derived, found without deriving it again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam
from sqlalchemy import select as core_select
from sqlmodel import col

from internationale.events.envelope import Envelope
from internationale.kit.prepared import Prepared
from internationale.rooms.documents.rows import contents
from internationale.rooms.documents.rows.shared import Revision
from internationale.rooms.documents.rules.state import State
from internationale.text.blocks import Piece

_HEAD = ("ref", "document", "kind", "language", "audience", "number", "title")
_FIND = Prepared(core_select(*(col(getattr(Revision, name)) for name in _HEAD)).where(col(Revision.event) == bindparam("event_")))


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
        items = contents.read(self._connection, self._event)
        if items is None:
            return None
        blocks = tuple(Piece(id, raw) for id, _kind, _level, raw, _number in items)
        return State(home=self._home, blocks=blocks, numbers=tuple(item[4] for item in items), **self._head)


def recall(connection: Connection, envelope: Envelope) -> Kept | None:
    """What is kept of an opening or a revision; None when it was not applied."""
    found = _FIND.first(connection, {"event_": envelope.id})
    if found is None or found[0] != str(envelope.ref):
        return None
    head = dict(zip(_HEAD[1:], found[1:], strict=True))
    return Kept(head["kind"], envelope.id, envelope.section, head, connection)
