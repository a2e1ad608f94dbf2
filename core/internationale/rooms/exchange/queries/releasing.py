"""What waits for a second person, and what became of it."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, func, select

from internationale.events.envelope import INTERNATIONAL, PUBLIC
from internationale.events.types import Payload, Vocabulary, kind_name
from internationale.kit import NotFound, marker
from internationale.rooms.exchange.rows import HeldPartRow, HeldRow, model_name

_ = marker("core")

Row = tuple[str, dict[str, str]]
"""A row of a private table: which table, and its key as JSON by column."""
SHOWN = 100
"""How many are listed, the oldest first: whoever waits longest."""


@dataclass(frozen=True)
class Message:
    """One message as it will be signed. ``texts``: its long texts, whole. Of one that was released only ``ref`` tells what it
    says: the reference under which it was signed; empty before.
    """

    type: str
    kind: str
    data: dict[str, Any]
    refs: tuple[str, ...]
    audience: str
    readers: tuple[str, ...]
    author: str | None
    texts: tuple[str, ...]
    ref: str


@dataclass(frozen=True)
class Waiting:
    """Something that one person wrote and a second decides on. ``account``: whose it is, for home only."""

    id: str
    account: str
    handle: str
    written: datetime
    state: str
    reason: str
    decider: str
    messages: tuple[Message, ...]


def held(session: Session, state: str = "waiting", *, but: str | None = None) -> tuple[Waiting, ...]:
    """What waits, the oldest first, at most ``SHOWN``. ``but``: not what this account wrote."""
    query = select(HeldRow).where(HeldRow.state == state).order_by(col(HeldRow.written_at), col(HeldRow.id)).limit(SHOWN)
    others = query if but is None else query.where(HeldRow.account != but)
    return tuple(_waiting(session, row) for row in session.exec(others))


def held_one(session: Session, id: str) -> Waiting:
    """One of them. Raises ``NotFound``."""
    return _waiting(session, held_row(session, id))


def held_of(session: Session, account: str) -> tuple[Waiting, ...]:
    """What a person wrote and was not released, the latest first."""
    mine = select(HeldRow).where(HeldRow.account == account, HeldRow.state != "released")
    return tuple(_waiting(session, row) for row in session.exec(mine.order_by(col(HeldRow.written_at).desc()).limit(SHOWN)))


def held_by_others(session: Session, account: str) -> int:
    """How many wait for somebody else than this person to have written them."""
    return session.exec(select(func.count()).where(HeldRow.state == "waiting", HeldRow.account != account)).one()


def awaited(session: Session, table: type[SQLModel]) -> dict[str, str]:
    """Of a private table whose key is one text: the keys of the rows that go with what waits, and the id of what waits."""
    model = model_name(table)
    return {json.loads(*key.values()): id for (name, key), id in _going(session) if name == model}


def waits(session: Session, payload: type[Payload], vocabulary: Vocabulary) -> bool:
    """Whether a message of this kind waits."""
    wire = vocabulary.by_payload[payload].wire
    query = select(HeldRow.said).where(HeldRow.state == "waiting")
    return any(given["type"] == wire for said in session.exec(query) for given in json.loads(said))


def awaiting(session: Session, rows: Collection[Row]) -> bool:
    """Whether something that waits takes one of these rows along already."""
    return any(row in rows for row, _id in _going(session))


def _going(session: Session) -> Iterator[tuple[Row, str]]:
    query = select(HeldRow.changes, HeldRow.id).where(HeldRow.state == "waiting").order_by(col(HeldRow.id))
    for changes, id in session.exec(query):
        for change in json.loads(changes):
            if change["deed"] == "delete":
                yield (change["model"], change["key"]), id


def held_row(session: Session, id: str) -> HeldRow:
    """The row. Raises ``NotFound``."""
    row = session.get(HeldRow, id)
    if row is None:
        raise NotFound(_("This does not wait here, or no longer."))
    return row


def held_parts(session: Session, id: str, place: int) -> tuple[bytes, ...]:
    """The long texts of one message, in order."""
    return tuple(row.content for row in held_part_rows(session, id) if row.place == place)


def held_part_rows(session: Session, id: str) -> Sequence[HeldPartRow]:
    """All long texts of one thing that waits."""
    query = select(HeldPartRow).where(HeldPartRow.held == id)
    return session.exec(query.order_by(col(HeldPartRow.place), col(HeldPartRow.number))).all()


def _waiting(session: Session, row: HeldRow) -> Waiting:
    released = row.state == "released"
    messages = tuple(
        _message(session, row.id, place, given, given["ref"] if released else "")
        for place, given in enumerate(json.loads(row.said))
    )
    return Waiting(row.id, row.account, row.handle, row.written_at, row.state, row.reason, row.decider_handle, messages)


def _message(session: Session, id: str, place: int, given: dict[str, Any], ref: str) -> Message:
    named = given["audience"] not in (PUBLIC, INTERNATIONAL)
    return Message(
        type=given["type"],
        kind=kind_name(given["type"]),
        data=given["data"],
        refs=tuple(given["refs"]),
        audience="sections" if named else given["audience"],
        readers=tuple(given["audience"].split()) if named else (),
        author=given["author"],
        texts=tuple(content.decode("utf-8", "replace") for content in held_parts(session, id, place)),
        ref=ref,
    )
