"""Writing down what the sections say that they hold: only what has changed, with one statement of a kind for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, exists, insert, select, tuple_, update
from sqlmodel import Session, col

from internationale.events.heads import Head, Heads
from internationale.events.signed import SignedDocument
from internationale.kit.prepared import Prepared
from internationale.rooms.roster.rows import HeadsRow, HeldRow, PeerHeadRow


@dataclass(frozen=True)
class Change:
    """A section's newer word. ``changed``, ``gone``: what it says otherwise of a log than before, or no longer."""

    said: Heads
    document: SignedDocument
    changed: Mapping[str, Head]
    gone: Sequence[str]
    first: bool
    """Whether nothing was known of it before."""


_WITNESS: BindParameter[str] = bindparam("witness_")
_PLACE = tuple_(bindparam("epoch_"), bindparam("sequence_"))
_UPDATE = update(HeadsRow).where(col(HeadsRow.witness) == _WITNESS)
_OF_HELD = (col(HeldRow.witness) == _WITNESS, col(HeldRow.origin) == bindparam("origin_"))
_OF_WORDS = (col(PeerHeadRow.witness) == _WITNESS, col(PeerHeadRow.origin) == bindparam("origin_"))
_PLACED = tuple_(col(PeerHeadRow.epoch), col(PeerHeadRow.sequence))
_FORGET_HELD = Prepared(delete(HeldRow).where(*_OF_HELD))
_HOLD = Prepared(insert(HeldRow))
_FORGET_WORDS = delete(PeerHeadRow).where(*_OF_WORDS)
_OTHERWISE = (_PLACED > _PLACE) | ((_PLACED == _PLACE) & (col(PeerHeadRow.hash) != bindparam("hash_")))
_TAKE_BACK = Prepared(_FORGET_WORDS.where(_OTHERWISE))
_COLUMNS = ("witness", "origin", "epoch", "sequence", "hash", "received_at")
_VALUES = select(*(bindparam(f"{name}_", type_=getattr(PeerHeadRow, name).type) for name in _COLUMNS))
_ADD = Prepared(insert(PeerHeadRow).from_select(_COLUMNS, _VALUES.where(~exists().where(*_OF_WORDS, _PLACED == _PLACE))))
_NEWEST = select(col(PeerHeadRow.epoch), col(PeerHeadRow.sequence)).where(*_OF_WORDS)
_NEWEST = _NEWEST.order_by(col(PeerHeadRow.epoch).desc(), col(PeerHeadRow.sequence).desc())
_LAST = _NEWEST.offset(bindparam("kept_")).limit(1).scalar_subquery()
_LET_GO = Prepared(_FORGET_WORDS.where(_PLACED <= _LAST))  # PostgreSQL knows this order only


def write(session: Session, changes: Sequence[Change], now: datetime, kept: int) -> None:
    """Write words down, at most one of each section. ``kept``: how many of a section's on one log are remembered."""
    session.flush()
    latest = [_latest(change, now) for change in changes]
    changed = [_head(change, origin, head, now) for change in changes for origin, head in change.changed.items()]
    gone = [{"witness_": change.said.section, "origin_": origin} for change in changes for origin in change.gone]
    _execute(session, insert(HeadsRow), [row for row, change in zip(latest, changes, strict=True) if change.first])
    again = [row for row, change in zip(latest, changes, strict=True) if not change.first]
    _execute(session, _UPDATE, [{"witness_": row.pop("witness"), **row} for row in again])
    _execute(session, _FORGET_WORDS, gone)
    connection = session.connection()
    _FORGET_HELD.run_all(connection, [*gone, *changed])
    _HOLD.run_all(connection, [{name: row[f"{name}_"] for name in _COLUMNS[:-1]} for row in changed])
    _TAKE_BACK.run_all(connection, changed)
    _ADD.run_all(connection, changed)
    _LET_GO.run_all(connection, [{**row, "kept_": kept} for row in changed])


def _execute(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.connection().execute(statement, rows)


def _latest(change: Change, now: datetime) -> dict[str, Any]:
    said, document = change.said, change.document
    signed = {"body": document.body, "signatures": document.header}
    return {"witness": said.section, "said_at": said.time, "received_at": now, "roster": said.roster, **signed}


def _head(change: Change, origin: str, head: Head, now: datetime) -> dict[str, Any]:
    place = {"epoch_": head.epoch, "sequence_": head.sequence, "hash_": head.hash}
    return {"witness_": change.said.section, "origin_": origin, **place, "received_at_": now}
