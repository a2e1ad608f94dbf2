"""Who has what was said, by the sections' own signed words."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, case, func, select, tuple_
from sqlmodel import Session, col

from internationale.events.refs import Ref
from internationale.events.roster import Status
from internationale.kit import Receipt
from internationale.kit.prepared import Prepared
from internationale.ledger import tables
from internationale.rooms.roster.queries.chain import sections
from internationale.rooms.roster.rows import HeldRow, PeerHeadRow
from internationale.rooms.roster.rules import kept

_ORIGIN: BindParameter[str] = bindparam("origin")
_PLACE = tuple_(bindparam("epoch"), bindparam("sequence"))
_COVERS = tuple_(col(PeerHeadRow.epoch), col(PeerHeadRow.sequence)) >= _PLACE
_WITNESSES = select(col(HeldRow.witness)).where(col(HeldRow.origin) == _ORIGIN)  # the words are found by whose they are
_FIRST = func.min(case((_COVERS, col(PeerHeadRow.received_at))))
_FORGOTTEN = (func.count() >= bindparam("kept")) & (func.min(PeerHeadRow.sequence) >= bindparam("sequence"))
_SAID: Select[*tuple[Any, ...]] = select(col(PeerHeadRow.witness), _FIRST, _FORGOTTEN)
_WORDS = Prepared(
    _SAID.where(col(PeerHeadRow.witness).in_(_WITNESSES), col(PeerHeadRow.origin) == _ORIGIN).group_by(col(PeerHeadRow.witness))
)
"""When we first heard that a section has an event; and whether older words that had it as well were let go since."""
_HEAD = tables.head.c
_HOLDS = (tuple_(_HEAD.epoch, _HEAD.sequence) >= _PLACE) & (_HEAD.sequence > 0)
_OURS = Prepared(select(_HEAD.sequence).where(_HEAD.section == _ORIGIN, _HOLDS).limit(1))


def receipts(session: Session, ref: Ref, own: str) -> Sequence[Receipt]:
    """Which member sections are known to hold an event, ordered by code. ``own`` is ourselves: what we hold we know.

    A section holds what it said itself; of others it is believed by its own signed heads.
    """
    everybody, connection = sections(session), session.connection()
    place = {"origin": ref.section, "epoch": ref.epoch, "sequence": ref.sequence, "kept": kept(len(everybody))}
    words = {witness: (first, forgotten) for witness, first, forgotten in _WORDS.all(connection, place)}
    found = []
    for section in everybody:
        if section.status != Status.MEMBER:
            continue
        first, forgotten = words.get(section.code, (None, False))
        holds = first is not None or section.code == ref.section
        if section.code == own:
            holds, first = _OURS.first(connection, place) is not None, None
        found.append(Receipt(section.code, section.name, holds, None if forgotten else first))
    return tuple(found)
