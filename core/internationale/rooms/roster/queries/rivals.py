"""Versions of the roster that contradict ours although enough root keys have signed them: the proof that it is divided."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from internationale.events import signed
from internationale.events.roster import Roster, Version
from internationale.events.signed import SignedDocument
from internationale.rooms.roster.queries.chain import hashes, versions
from internationale.rooms.roster.queries.history import VersionState, state_of
from internationale.rooms.roster.rows import RivalRow


@dataclass(frozen=True)
class Division:
    """The first number of which there are two versions: the hash of the one in force here, and that of the other."""

    version: int
    ours: str
    theirs: str


def division(session: Session) -> Division | None:
    """What the holders of root keys have to decide; None: nothing, or it was decided here."""
    query = select(RivalRow.version, RivalRow.hash).where(col(RivalRow.settled).is_(False))
    row = session.exec(query.order_by(col(RivalRow.version), col(RivalRow.hash)).limit(1)).first()
    if row is None:
        return None
    number, theirs = row
    return Division(number, hashes(session, number - 1).get(number, ""), theirs)


def rivals(session: Session, number: int | None = None) -> tuple[Version, ...]:
    """All versions that contradict ours (or those of one number), decided or not, in order."""
    query = select(RivalRow.body, RivalRow.signatures).order_by(col(RivalRow.version), col(RivalRow.hash))
    if number is not None:
        query = query.where(col(RivalRow.version) == number)
    documents = (SignedDocument.from_header(*row) for row in session.exec(query))
    return tuple(Version(document, signed.parse(Roster, document.body, "malformed_roster")) for document in documents)


def contradicting(session: Session) -> tuple[VersionState, ...]:
    """The same for people: what each changes, and who has signed it."""
    others = rivals(session)
    before = {version.hash: version for version in (*versions(session), *others)} if others else {}
    return tuple(state_of(before.get(version.roster.prevhash), version) for version in others)
