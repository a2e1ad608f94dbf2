"""Files that belong to a sealed text and were shown to sections that were let in later, and of which those do not hear."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.kit.audiences import readers as readers_of
from internationale.rooms.attachments.rows.shared import File, Removal
from internationale.rooms.sealing.rows import ResharedRow


@dataclass(frozen=True)
class Unheard:
    """A file that was shown to ``readers`` (codes) and taken back by the event ``removal`` (an id) for its first readers only."""

    id: str
    name: str
    subject: str
    section: str
    readers: str
    removal: str


def unheard(session: Session, own: str, gone: Collection[Ref]) -> list[Unheard]:
    """What section ``own`` has shown, in messages that were not taken back themselves (``gone``), and not told since."""
    done = {Address(ref.section, ref.epoch, ref.sequence) for ref in gone}
    query = (
        select(ResharedRow, File, Removal)
        .join(File, col(File.ref) == col(ResharedRow.original))
        .join(Removal, col(Removal.target) == col(File.event))
        .where(ResharedRow.section == own)
        .order_by(col(File.time), col(File.id), col(ResharedRow.readers))
    )
    found = dict[Unheard, None]()
    for row, file, removal in session.exec(query):
        standing = Address(row.section, row.epoch, row.sequence) not in done
        if standing and not set(row.readers.split()) <= set(readers_of(file.audience)):
            found[Unheard(file.id, file.name, file.subject, file.section, row.readers, removal.event)] = None
    return [each for each in found if not _told(session, own, each)]


def _told(session: Session, own: str, due: Unheard) -> bool:
    rows = select(ResharedRow.original).filter_by(section=own, subject=due.subject, readers=due.readers)
    return any(Ref.parse(original).event_id == due.removal for original in session.exec(rows))
