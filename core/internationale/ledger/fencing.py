"""Whether this section may speak, or must stay silent because its own log may be behind what others have of it.

Some reasons outlive the process: a restored backup begins with one, and says nothing before others have shown how far its log had
come. They are kept in the database, which is what is restored.

Whoever has signed to hold more of our log than is here keeps us silent, and nothing proves such a word but the events. When
the host gives the word that the section may speak all the same, those who said so are not believed in this any more: or one
that lies would silence another at each of its starts.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from internationale.kit.prepared import Prepared
from internationale.kit.vocabulary import Restored
from internationale.ledger import database, tables
from internationale.ledger.database import Database
from internationale.messages import Message, marker

_ = marker("core")


class Lasting(StrEnum):
    """Reasons that a restart does not take away."""

    RESTORED = "restored"
    BEHIND = "behind"
    ANOTHER = "another"


WORDS: dict[str, Message] = {
    Lasting.RESTORED: _(
        "This section was restored from a backup. It says nothing until another section has shown how far its own log had come."
    ),
    Lasting.BEHIND: _("Others hold more of this section's own log than is here. The rest is being fetched."),
    Lasting.ANOTHER: _("Another instance of this section writes its log. Find it and stop it, then start this one again."),
}
_claimant = tables.claimant
_KEPT = Prepared(select(tables.fence.c.reason))
_WORD = "word"
"""The host's word that the section may speak although nobody has answered."""


class Fence:
    """The fence of one section. ``reason``: why nothing may be said; None: it may. ``lasting``: the part that a restart keeps."""

    def __init__(self, where: Database, now: Callable[[], datetime]) -> None:
        self.reason: Message | None = None
        self.lasting: Lasting | None = None
        self._database = where
        self._now = now

    def load(self) -> None:
        """Take up what was kept, at a start, or by another process since."""
        with database.reading(self._database) as session:
            self.heed(session.connection())

    def heed(self, connection: Connection) -> None:
        """The same with a connection. Within the transaction in which something is to be said, nobody can close it meanwhile."""
        kept = _read(connection)
        if kept in WORDS and kept != self.lasting:
            self.lasting = Lasting(kept)
            self.reason = WORDS[self.lasting]

    def close(self, reason: Message, lasting: Lasting | None = None, claimants: Collection[str] = ()) -> None:
        """Say nothing from now on. ``claimants``: the sections that have signed to hold more of our log than is here."""
        self.reason = reason
        if lasting is not None and (lasting is not self.lasting or claimants):
            with database.writing(self._database) as session:
                keep(session.connection(), lasting, self._now())
                _claimed(session.connection(), claimants, self._now())
            self.lasting = lasting

    def put_back(self) -> None:
        """The database was put back: say nothing from now on. It is to be heard also if that was so before."""
        with database.writing(self._database) as session:
            put_back(session.connection(), self._now())
        self.lasting = Lasting.RESTORED
        self.reason = WORDS[self.lasting]

    def open(self) -> None:
        """Speaking is safe again."""
        self.reason = None
        if self.lasting is not None:
            with database.writing(self._database) as session:
                session.connection().execute(delete(tables.fence))
                session.connection().execute(delete(_claimant).where(~_claimant.c.disbelieved))
            self.lasting = None

    def give_word(self, disbelieving: Collection[str] = ()) -> None:
        """The host's word, for the running instance or the next start: go on without an answer. ``disbelieving``: of those who
        have signed to hold more of our log than is here, whom the host does not believe in this from now on.
        """
        with database.writing(self._database) as session:
            keep(session.connection(), _WORD, self._now())
            known = _claimant.c.section.in_(disbelieving)
            session.connection().execute(update(_claimant).where(known).values(disbelieved=True))

    def believe(self) -> None:
        """Believe everybody again in what they sign to hold of our log."""
        with database.writing(self._database) as session:
            session.connection().execute(delete(_claimant))

    def take_word(self) -> bool:
        """Whether the host has given this word since the last time. It counts once."""
        with database.reading(self._database) as session:
            if _read(session.connection()) != _WORD:
                return False
        with database.writing(self._database) as session:
            session.connection().execute(delete(tables.fence))
        self.reason = self.lasting = None
        return True


def keep(connection: Connection, reason: str, now: datetime) -> None:
    """Note a reason in a database, this section's or a copy of it."""
    connection.execute(delete(tables.fence))
    connection.execute(insert(tables.fence), {"reason": reason, "since": now})
    if reason == Lasting.RESTORED:  # who has forgotten something has to listen to everybody
        connection.execute(delete(_claimant))


def put_back(connection: Connection, now: datetime, *, copied: datetime | None = None) -> None:
    """Note in a database that it is one that was put back: it is silent, and whoever keeps what ends with that has to hear of it.
    ``copied``: when the copy was made, where that is known.
    """
    keep(connection, Lasting.RESTORED, now)
    connection.execute(delete(tables.restored))
    connection.execute(insert(tables.restored), {"since": now, "copied_at": copied})


def restored(connection: Connection) -> Restored | None:
    """That the database was put back, until it was ``heard``."""
    row = connection.execute(select(tables.restored.c.copied_at)).first()
    return None if row is None else Restored(row.copied_at)


def heard(connection: Connection) -> None:
    """Everybody has been told that the database was put back."""
    connection.execute(delete(tables.restored))


def claimants(connection: Connection, *, disbelieved: bool) -> tuple[str, ...]:
    """Who has signed to hold more of our log than is here: those who keep us silent, or those who are not believed any more."""
    query = select(_claimant.c.section).where(_claimant.c.disbelieved == disbelieved)
    return tuple(connection.execute(query.order_by(_claimant.c.section)).scalars())


def _claimed(connection: Connection, sections: Collection[str], now: datetime) -> None:
    known = set(connection.execute(select(_claimant.c.section)).scalars())
    if rows := [{"section": code, "since": now, "disbelieved": False} for code in sections if code not in known]:
        connection.execute(insert(_claimant), rows)


def _read(connection: Connection) -> str:
    row = _KEPT.first(connection)
    return "" if row is None else str(row[0])
