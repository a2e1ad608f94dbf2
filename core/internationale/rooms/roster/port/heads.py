"""Taking in what the sections sign that they hold."""

from datetime import datetime

from sqlalchemy import delete, tuple_
from sqlmodel import Session, col, select

from internationale.events import heads
from internationale.events.heads import Head
from internationale.events.logs import Keyring
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import queries
from internationale.rooms.roster.rows import HeadsRow, PeerHeadRow
from internationale.rooms.roster.rules import KEPT


def store_heads(session: Session, document: SignedDocument, now: datetime, keyring: Keyring | None = None) -> bool:
    """Take in a section's heads, our own too. True when they are newer than what it said before.

    ``keyring``: that of the roster in force (None: to be read). Raises ``Untrusted`` (``heads.verify``). Only its own word counts
    for what is newer: the time that it signed.
    """
    said = heads.verify(document, queries.keyring(session) if keyring is None else keyring)
    row = session.get(HeadsRow, said.section)
    if row is not None and said.time <= row.said_at:
        return False
    before = {} if row is None else queries.read_heads(row.body).heads
    session.merge(
        HeadsRow(
            witness=said.section,
            said_at=said.time,
            received_at=now,
            roster=said.roster,
            body=document.body,
            signatures=document.header,
        )
    )
    for origin, head in said.heads.items():
        if before.get(origin) != head:  # with many sections nearly all are as they were
            _remember(session, said.section, origin, head, now)
    return True


def _remember(session: Session, witness: str, origin: str, head: Head, now: datetime) -> None:
    """Add what is new; forget what the section no longer holds (a restored backup) and what is long past."""
    place = tuple_(col(PeerHeadRow.epoch), col(PeerHeadRow.sequence))
    mine = [col(PeerHeadRow.witness) == witness, col(PeerHeadRow.origin) == origin]
    session.execute(delete(PeerHeadRow).where(*mine, place > (head.epoch, head.sequence)))
    known = session.get(PeerHeadRow, (witness, origin, head.epoch, head.sequence), populate_existing=True)
    if known is not None and known.hash == head.hash:
        return
    row = PeerHeadRow(witness=witness, origin=origin, epoch=head.epoch, sequence=head.sequence, hash=head.hash, received_at=now)
    session.merge(row)
    session.flush()
    newest = (
        select(PeerHeadRow.epoch, PeerHeadRow.sequence)
        .where(*mine)
        .order_by(col(PeerHeadRow.epoch).desc(), col(PeerHeadRow.sequence).desc())
    )
    if last := session.exec(newest.offset(KEPT).limit(1)).first():
        session.execute(delete(PeerHeadRow).where(*mine, place <= tuple(last)))
