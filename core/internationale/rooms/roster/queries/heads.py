"""What the sections say they hold, and what we hold ourselves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from internationale.events import signed
from internationale.events.heads import Head, Heads
from internationale.events.signed import SignedDocument
from internationale.ledger import tables
from internationale.rooms.roster.rows import HeadsRow


@lru_cache(maxsize=256)
def read_heads(body: bytes) -> Heads:
    """Heads that were verified before they were stored."""
    return signed.parse(Heads, body, "malformed_heads")


def own_heads(session: Session) -> Mapping[str, Head]:
    """How far we hold each log ourselves, in its latest epoch."""
    rows = session.execute(select(tables.head.c.section, tables.head.c.epoch, tables.head.c.sequence, tables.head.c.hash))
    held = (row for row in rows if row.sequence > 0)
    ordered = sorted(held, key=lambda row: (row.section, row.epoch))
    return {row.section: Head(row.epoch, row.sequence, row.hash) for row in ordered}


@dataclass(frozen=True)
class LatestWord:
    """The last thing that a section has signed to hold."""

    witness: str
    said_at: datetime
    document: SignedDocument


def latest_words(session: Session, witnesses: Collection[str]) -> Sequence[LatestWord]:
    """Of these sections, as far as there is any."""
    query = select(HeadsRow.witness, HeadsRow.said_at, HeadsRow.body, HeadsRow.signatures)
    rows = session.exec(query.where(col(HeadsRow.witness).in_(witnesses)))
    return [LatestWord(witness, said_at, SignedDocument.from_header(body, header)) for witness, said_at, body, header in rows]


def peers(session: Session) -> Mapping[str, tuple[datetime, Heads]]:
    """The latest heads of each section and when they reached us."""
    rows = session.exec(select(HeadsRow.witness, HeadsRow.received_at, HeadsRow.body))
    return {witness: (received_at, read_heads(body)) for witness, received_at, body in rows}


def heads_documents(session: Session) -> Sequence[SignedDocument]:
    """The latest signed heads of each section, as they travelled."""
    rows = session.exec(select(HeadsRow.body, HeadsRow.signatures).order_by(col(HeadsRow.witness)))
    return tuple(SignedDocument.from_header(body, signatures) for body, signatures in rows)


def heads_document(session: Session, witness: str) -> SignedDocument | None:
    """One section's latest signed heads, as they travelled."""
    return next((word.document for word in latest_words(session, [witness])), None)
