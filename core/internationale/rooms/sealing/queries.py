"""With whom something sealed was shared again, and what of that was taken back since."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.ledger.records import chunks
from internationale.rooms.sealing.rows import ResharedRow


@dataclass(frozen=True)
class SharedAgain:
    """A section that was not among the first readers: ``by`` whom and when it was last shown something of it."""

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
    """The sections that were let in later, by code."""
    last: dict[str, ResharedRow] = {}
    for row in session.exec(select(ResharedRow).where(ResharedRow.subject == subject)):
        for code in set(row.readers.split()).difference(readers):
            if code not in last or _order(row) > _order(last[code]):
                last[code] = row
    return tuple(SharedAgain(code, last[code].section, last[code].said) for code in sorted(last))


def already_shown(session: Session, subject: str, section: str) -> frozenset[str]:
    """The originals, by ref, that this section was shown."""
    rows = session.exec(select(ResharedRow).where(ResharedRow.subject == subject))
    return frozenset(row.original for row in rows if section in row.readers.split())


def _order(row: ResharedRow) -> tuple[datetime, str, int, int]:
    return row.said, row.section, row.epoch, row.sequence


def _address(row: ResharedRow) -> Address:
    return Address(row.section, row.epoch, row.sequence)


def _number(address: Address) -> tuple[int, int]:
    return address.epoch, address.sequence
