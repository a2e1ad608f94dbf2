"""What the sections say they hold, and what we hold ourselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import func, tuple_
from sqlmodel import Session, col, select

from internationale.events import heads, signed
from internationale.events.heads import Head, Heads
from internationale.events.refs import Ref
from internationale.events.roster import Status
from internationale.events.signed import SignedDocument
from internationale.kit import Receipt
from internationale.ledger import tables
from internationale.rooms.roster.queries.chain import sections
from internationale.rooms.roster.rows import HeadsRow, PeerHeadRow
from internationale.rooms.roster.rules import KEPT


@lru_cache(maxsize=256)
def read_heads(body: bytes) -> Heads:
    """Heads that were verified before they were stored."""
    return signed.parse(Heads, body, "malformed_heads")


def receipts(session: Session, ref: Ref, own: str) -> Sequence[Receipt]:
    """Which member sections are known to hold an event, ordered by code. ``own`` is ourselves: what we hold we know.

    A section holds what it said itself; of others it is believed by its own signed heads.
    """
    covers = tuple_(col(PeerHeadRow.epoch), col(PeerHeadRow.sequence)) >= (ref.epoch, ref.sequence)
    query = select(PeerHeadRow.witness, func.min(PeerHeadRow.received_at)).where(PeerHeadRow.origin == ref.section, covers)
    words: dict[str, datetime] = dict(session.exec(query.group_by(PeerHeadRow.witness)).all())
    forgotten = _forgotten(session, ref)
    mine = own_heads(session).get(ref.section)
    found = []
    for section in sections(session):
        if section.status != Status.MEMBER:
            continue
        holds = section.code in words or section.code == ref.section
        if section.code == own:
            holds = mine is not None and mine.covers(ref.epoch, ref.sequence)
        since = None if section.code in forgotten or section.code == own else words.get(section.code)
        found.append(Receipt(section.code, section.name, holds, since))
    return tuple(found)


def _forgotten(session: Session, ref: Ref) -> frozenset[str]:
    """Of whom the oldest word that we remember already covers the event, when older ones were let go: since when is unknown."""
    query = (
        select(PeerHeadRow.witness)
        .where(PeerHeadRow.origin == ref.section)
        .group_by(PeerHeadRow.witness)
        .having(func.count() >= KEPT, func.min(PeerHeadRow.sequence) >= ref.sequence)
    )
    return frozenset(session.exec(query).all())


def own_heads(session: Session) -> Mapping[str, Head]:
    """How far we hold each log ourselves, in its latest epoch."""
    rows = session.execute(select(tables.head.c.section, tables.head.c.epoch, tables.head.c.sequence, tables.head.c.hash))
    held = (row for row in rows if row.sequence > 0)
    ordered = sorted(held, key=lambda row: (row.section, row.epoch))
    return {row.section: Head(epoch=row.epoch, sequence=row.sequence, hash=row.hash) for row in ordered}


@dataclass(frozen=True)
class OwnLog:
    """How many events of our own log are here, and how many the other sections have signed to hold."""

    here: int
    elsewhere: int

    @property
    def behind(self) -> bool:
        """Others hold more of it than we do: usually a restored backup. The fence keeps such a section silent."""
        return self.elsewhere > self.here


def own_log(session: Session, own: str) -> OwnLog:
    """Our own log in its latest epoch that anybody knows of."""
    mine = own_heads(session).get(own)
    theirs = [said.heads[own] for witness, (_at, said) in peers(session).items() if witness != own and own in said.heads]
    epoch = max((head.epoch for head in (*theirs, *((mine,) if mine else ()))), default=1)
    return OwnLog(
        here=mine.sequence if mine is not None and mine.epoch == epoch else 0,
        elsewhere=max((head.sequence for head in theirs if head.epoch == epoch), default=0),
    )


def peers(session: Session) -> Mapping[str, tuple[datetime, Heads]]:
    """The latest heads of each section and when they reached us."""
    return {row.witness: (row.received_at, read_heads(row.body)) for row in session.exec(select(HeadsRow))}


def heads_documents(session: Session) -> Sequence[SignedDocument]:
    """The latest signed heads of each section, as they travelled."""
    rows = session.exec(select(HeadsRow).order_by(col(HeadsRow.witness)))
    return tuple(SignedDocument.from_header(row.body, row.signatures) for row in rows)


def heads_document(session: Session, witness: str) -> SignedDocument | None:
    """One section's latest signed heads, as they travelled."""
    row = session.get(HeadsRow, witness)
    return None if row is None else SignedDocument.from_header(row.body, row.signatures)


def contradictions(session: Session) -> Mapping[str, tuple[str, ...]]:
    """By section: the logs of which it holds something else than we do under the same number."""
    mine = own_heads(session)
    found = {witness: heads.contradictions(mine, said.heads) for witness, (_at, said) in sorted(peers(session).items())}
    return {witness: origins for witness, origins in found.items() if origins}
