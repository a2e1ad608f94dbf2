"""With whom something sealed was shared again, and what of that was taken back since."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.ledger.records import chunks
from internationale.rooms.roster.queries import Reach
from internationale.rooms.sealing.rows import ResharedRow


@dataclass(frozen=True)
class SharedAgain:
    """A section that was not among the first readers: ``by`` whom and when it was last shown something of it.

    By the word of ``by`` alone: of another section than the document's own nobody knows whether that is true.
    """

    section: str
    by: str
    since: datetime


@dataclass(frozen=True)
class Outlived:
    """A message that has shown something of ``subject`` to ``readers`` (codes) and still carries what was taken back since.

    ``gone``, ``rest``: the originals, by ref.
    """

    address: Address
    subject: str
    readers: str
    said: datetime
    gone: tuple[str, ...]
    rest: tuple[str, ...]


def outlived(session: Session, section: str, taken_back: Collection[Ref]) -> tuple[Outlived, ...]:
    """The messages of a section that carry what was taken back, in order, but for those that were taken back themselves."""
    done = {Address(ref.section, ref.epoch, ref.sequence) for ref in taken_back}
    own = select(ResharedRow).where(ResharedRow.section == section)
    carrying = set[Address]()
    for some in chunks(sorted(map(str, taken_back))):
        carrying.update(map(_address, session.exec(own.where(col(ResharedRow.original).in_(some)))))
    return tuple(_outlived(session, each, set(map(str, taken_back))) for each in sorted(carrying - done, key=_number))


def _outlived(session: Session, where: Address, taken_back: Collection[str]) -> Outlived:
    place = {"section": where.section, "epoch": where.epoch, "sequence": where.sequence}
    rows = session.exec(select(ResharedRow).filter_by(**place).order_by(ResharedRow.original)).all()
    gone = tuple(row.original for row in rows if row.original in taken_back)
    rest = tuple(row.original for row in rows if row.original not in taken_back)
    return Outlived(where, rows[0].subject, rows[0].readers, rows[0].said, gone, rest)


def shared_again(session: Session, subject: str, readers: tuple[str, ...]) -> tuple[SharedAgain, ...]:
    """The sections that were let in later, by code and by whose word; nobody's word takes the place of another's."""
    when = select(ResharedRow.section, ResharedRow.readers, func.max(ResharedRow.said))
    when = when.where(ResharedRow.subject == subject).group_by(col(ResharedRow.section), col(ResharedRow.readers))
    last: dict[tuple[str, str], datetime] = {}
    for by, shown, said in session.exec(when):
        for code in set(shown.split()).difference(readers):
            last[code, by] = max(said, last.get((code, by), said))
    return tuple(SharedAgain(code, by, said) for (code, by), said in sorted(last.items()))


def already_shown(session: Session, subject: str, section: str, *, by: str) -> frozenset[str]:
    """The originals, by ref, that a section was shown ``by`` ours, which knows that of itself alone: what a third says that it
    has shown may be anything. What named a section while it was no member has shown it nothing.
    """
    rows, reach = select(ResharedRow).where(ResharedRow.subject == subject, ResharedRow.section == by), Reach(session)
    named = (row for row in session.exec(rows) if section in row.readers.split())
    return frozenset(row.original for row in named if reach.surely(row.epoch, row.sequence, (section,)))


def _address(row: ResharedRow) -> Address:
    return Address(row.section, row.epoch, row.sequence)


def _number(address: Address) -> tuple[int, int]:
    return address.epoch, address.sequence
