"""What the storeys above do with the roster: begin, follow, take in heads, show one's card."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from sqlalchemy import delete, tuple_
from sqlmodel import Session, col, select

from internationale.errors import Conflict, Invalid, Untrusted
from internationale.events import card, heads, roster
from internationale.events.card import Card
from internationale.events.heads import Head
from internationale.events.keys import PublicKey, SigningKey
from internationale.events.roster import Version
from internationale.events.signed import SignedDocument
from internationale.kit import marker
from internationale.rooms.roster import queries
from internationale.rooms.roster.rows import HeadsRow, PeerHeadRow, VersionRow
from internationale.rooms.roster.rules import KEPT

_ = marker("core")


@runtime_checkable  # Litestar checks what it injects with isinstance
class Keeper(Protocol):
    """The running section as far as its public card needs it."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def languages(self) -> tuple[str, ...]: ...
    @property
    def base_url(self) -> str: ...
    @property
    def key(self) -> SigningKey: ...


def own_card(section: Keeper) -> SignedDocument:
    """The section's public card, signed with its log key; always the same bytes for the same settings."""
    public = section.key.public
    written = Card(code=section.code, name=section.name, languages=section.languages, key=public, address=section.base_url)
    return card.seal(written, section.key)


def adopt(session: Session, documents: Sequence[SignedDocument], *, code: str, key: PublicKey, now: datetime) -> Version:
    """Found or join: begin with a chain of rosters in which this section stands with this key. Joining again is harmless.

    Raises ``Untrusted`` when the chain does not hold, ``Conflict`` when the section already belongs to another
    International, ``Invalid`` when the chain does not name it with this key.
    """
    versions = roster.verify_chain(documents)
    first = session.get(VersionRow, 1)
    if first is not None and first.hash != versions[0].hash:
        raise Conflict(_("This section already belongs to another International."))
    entry = versions[-1].roster.entry(code)
    if entry is None or not any(log_key.key == key and log_key.last is None for log_key in entry.keys):
        raise Invalid(_("The roster does not name section “%(code)s” with this instance's key.") % {"code": code}, place="roster")
    known = queries.latest(session)
    for version in versions:
        if known is None or version.roster.version > known.roster.version:
            _keep(session, version, now)
    return versions[-1]


def store_version(session: Session, document: SignedDocument, now: datetime) -> bool:
    """Follow the roster by one version. True when it is new, False when it was known.

    Raises ``Untrusted``: the reasons of ``roster.verify``, and ``roster_unknown`` before founding or joining: the first
    version is never taken from the bus.
    """
    known = queries.latest(session)
    if known is None:
        raise Untrusted("roster_unknown")
    if any(document.body == other.body for other in queries.chain(session)):
        return False
    _keep(session, roster.verify(known, document), now)
    return True


def _keep(session: Session, version: Version, now: datetime) -> None:
    session.add(
        VersionRow(
            version=version.roster.version,
            hash=version.hash,
            body=version.document.body,
            signatures=version.document.header,
            stored_at=now,
        )
    )
    session.flush()


def store_heads(session: Session, document: SignedDocument, now: datetime) -> bool:
    """Take in a section's heads, our own too. True when they are newer than what it said before.

    Raises ``Untrusted`` (``heads.verify``). Only its own word counts for what is newer: the time that it signed.
    """
    said = heads.verify(document, queries.keyring(session))
    row = session.get(HeadsRow, said.section)
    if row is not None and said.time <= row.said_at:
        return False
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
