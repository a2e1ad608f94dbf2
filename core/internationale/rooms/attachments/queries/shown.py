"""Files that belong to a sealed text and were taken back, and who has them and was not told.

That a file is taken back is said to its first readers only, and only those hear of it who are members then: for nobody else can
anything be sealed. To tell the others is for whoever has given it to them: the section that took it back tells its first readers,
and whoever has let somebody in later tells these.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.kit.audiences import OPEN, readers
from internationale.rooms.attachments.rows.shared import File, Removal
from internationale.rooms.roster.queries import Reach
from internationale.rooms.sealing.rows import ResharedRow


@dataclass(frozen=True)
class Unheard:
    """A file that was taken back by the event ``removal`` (an id), and the ``readers`` (codes) who have it from this section and
    were not told.
    """

    id: str
    name: str
    subject: str
    audience: str
    readers: frozenset[str]
    removal: str


class Shown:
    """What section ``own`` has given to whom. Asked in one transaction. ``gone``: messages that were taken back themselves."""

    def __init__(self, session: Session, own: str, gone: Collection[Ref]) -> None:
        self._session, self._own = session, own
        self._gone = {Address(ref.section, ref.epoch, ref.sequence) for ref in gone}
        self._reach = Reach(session)
        self._rows = dict[str, list[ResharedRow]]()

    def unheard(self) -> list[Unheard]:
        """Of which files it has to see to it that somebody hears that they were taken back, the oldest first."""
        shown = select(ResharedRow.original).where(ResharedRow.section == self._own)
        query = (
            select(File, Removal)
            .join(Removal, col(Removal.target) == col(File.event))
            .where(col(File.audience).not_in(OPEN), or_(File.section == self._own, col(File.ref).in_(shown)))
            .order_by(col(File.time), col(File.id), col(Removal.event))
        )
        found = list[Unheard]()
        for file, removal in self._session.exec(query).all():
            if missed := self.having(file) - self._told(file, removal.event):
                found.append(Unheard(file.id, file.name, file.subject, file.audience, missed, removal.event))
        return found

    def having(self, file: File) -> frozenset[str]:
        """Who may have a file (of a sealed text) from this section, but for itself."""
        first, rows = frozenset(readers(file.audience)), self._of(file.subject)
        have = set[str]()
        if file.section == self._own:
            again = {code for row in rows if row.original == file.ref for code in row.readers.split()}
            have |= self._reach.perhaps(file.epoch, file.sequence, first) | (first & again)
        for row in rows:
            if row.original == file.ref and self._stands(row):
                have |= self._reach.perhaps(row.epoch, row.sequence, set(row.readers.split()) - first)
        return frozenset(have - {self._own})

    def _told(self, file: File, removal: str) -> frozenset[str]:
        """Who has heard from this section that it was taken back."""
        told = set[str]()
        if file.section == self._own:
            _section, epoch, sequence = removal.split(":")
            told |= self._reach.surely(int(epoch), int(sequence), readers(file.audience))
        for row in self._of(file.subject):
            if self._stands(row) and Ref.parse(row.original).event_id == removal:
                told |= self._reach.surely(row.epoch, row.sequence, row.readers.split())
        return frozenset(told)

    def _of(self, subject: str) -> list[ResharedRow]:
        """What anybody has shown of a subject."""
        if subject not in self._rows:
            self._rows[subject] = list(self._session.exec(select(ResharedRow).where(ResharedRow.subject == subject)))
        return self._rows[subject]

    def _stands(self, row: ResharedRow) -> bool:
        return row.section == self._own and Address(row.section, row.epoch, row.sequence) not in self._gone
