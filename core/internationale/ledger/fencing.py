"""Whether this section may speak, or must stay silent because its own log may be behind what others have of it.

Some reasons outlive the process: a restored backup begins with one, and says nothing before others have shown how far its log had
come. They are kept in the database, which is what is restored.

Who has forgotten something believes no old word: a hub may have been put back from the same night, or hold newer words back. So
others are asked a question that nobody could have answered before the silence began (``Inquiry``), and sign it.

Whoever has signed to hold more of our log than is here keeps us silent, and nothing proves such a word but the events. When
the host gives the word that the section may speak all the same, those who said so are not believed in this any more: or one
that lies would silence another at each of its starts.
"""

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock, RLock
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from internationale.kit.prepared import Prepared
from internationale.kit.vocabulary import Restored
from internationale.ledger import database, tables
from internationale.ledger.database import Database
from internationale.ledger.inquiry import Inquiry
from internationale.ledger.patience import JUMP, apart
from internationale.messages import Message, marker

_ = marker("core")
_log = logging.getLogger(__name__)


class Lasting(StrEnum):
    """Reasons that a restart does not take away."""

    RESTORED = "restored"
    BEHIND = "behind"
    ANOTHER = "another"


WORDS: dict[str, Message] = {
    Lasting.RESTORED: _(
        "This section's database was put back, or made anew: it may have forgotten what it said last. It says nothing until more"
        " than half of the other sections have shown anew how far its own log had come."
    ),
    Lasting.BEHIND: _("Others hold more of this section's own log than is here. The rest is being fetched."),
    Lasting.ANOTHER: _("Another instance of this section writes its log. Find it and stop it, then start this one again."),
}
_GRAVER: dict[Lasting, tuple[str, ...]] = {
    Lasting.BEHIND: (Lasting.BEHIND, Lasting.RESTORED, Lasting.ANOTHER),
    Lasting.RESTORED: (Lasting.RESTORED, Lasting.ANOTHER),
    Lasting.ANOTHER: (Lasting.ANOTHER,),
}
"""What another reason does not put out: another instance is about, whatever else is so; who has forgotten something needs a
better answer than who only was behind.
"""
_claimant = tables.claimant
_KEPT = Prepared(select(tables.fence.c.reason, tables.fence.c.since))
_WORD = "word"
"""The host's word that the section may speak although nobody has answered."""
_GOOD = timedelta(hours=1)
"""For so long it is good. Copies of the database have it too, and are put back at any time."""


class Fence:
    """The fence of one section. ``reason``: why nothing may be said; None: it may. ``lasting``: the part that a restart keeps.
    ``inquiry``: what the others are asked meanwhile. ``moment``: when the errands looked at the clock last; None: none run.
    """

    def __init__(self, where: Database, now: Callable[[], datetime], inquiry: Inquiry | None = None) -> None:
        self.reason: Message | None = None
        self.lasting: Lasting | None = None
        self._database = where
        self._now = now
        self.final = False
        """Whether another instance was noticed while this one ran: only a start or the host's word ends that."""
        self.inquiry = Inquiry() if inquiry is None else inquiry
        self.closings = 0
        """How often this process has closed it: who has asked others and is about to open sees whether it was meanwhile."""
        self.moment: datetime | None = None
        self._memory, self._noting = RLock(), Lock()
        self._started = False
        self._known = (0, 0)
        self._owed: list[tuple[Lasting, Collection[str]]] = []
        """What could not be noted yet."""
        self._noted: tuple[Any, ...] | None = None
        """What stands in the database, as far as this process knows: who is about to open may have to look again."""

    def load(self) -> bool:
        """Take up what was kept, at a start, or by another process since. Whether there was something new."""
        with self._noting:
            self._pay()
            with database.reading(self._database) as session:
                new = self._heed(session.connection())
        self._started = True
        return new

    def _heed(self, connection: Connection) -> bool:
        """The same with a connection."""
        row = _KEPT.first(connection)
        if row is None or row == self._noted or row[0] not in WORDS:
            return False
        self._noted, self.lasting = row, Lasting(row[0])
        self._ask()
        self.reason = WORDS[self.lasting]
        self.final = self._started and self.lasting is Lasting.ANOTHER
        return True

    def close(self, reason: Message, lasting: Lasting | None = None, claimants: Collection[str] = ()) -> None:
        """Say nothing from now on. ``claimants``: the sections that have signed to hold more of our log than is here.

        What is noted already and is graver stays (``_GRAVER``).
        """
        with self._memory:  # at once: nothing is said while the database is waited for
            self.closings, self.reason = self.closings + 1, reason
            self.final = self.final or lasting is Lasting.ANOTHER
        if lasting is not None:
            with self._noting:
                self._owed.append((lasting, claimants))
                self._pay()
                self.reason = self.reason or reason  # the host's word may have been taken before this was noted

    def _pay(self) -> None:
        while self._owed:
            self._keep(*self._owed[0])
            self._owed.pop(0)

    def _keep(self, lasting: Lasting, claimants: Collection[str]) -> None:
        with database.writing(self._database) as session:
            connection = session.connection()
            _note(connection, lasting, self._now())
            _claimed(connection, claimants, self._now())
            self._noted = _KEPT.first(connection)
        before, self.lasting = self.lasting, Lasting(self._noted[0]) if self._noted else lasting
        if before is not self.lasting:
            self._ask()

    def _ask(self) -> None:
        if self.lasting is Lasting.ANOTHER:  # it has forgotten nothing, as far as is known
            return
        if not (self.inquiry.question and self.lasting is Lasting.BEHIND):  # it goes on, and what was answered stays
            self.inquiry.begin()

    def put_back(self) -> None:
        """The database was put back: say nothing from now on. It is to be heard also if that was so before."""
        with self._noting:
            with database.writing(self._database) as session:
                put_back(session.connection(), self._now())
            with self._memory:
                self.closings, self._known = self.closings + 1, (0, 0)
                self._silenced()

    def _silenced(self) -> None:
        self.lasting, self.reason = Lasting.RESTORED, WORDS[Lasting.RESTORED]
        self.inquiry.begin()

    def know(self, epoch: int, number: int) -> None:
        """So far the database has our log, as was read there: not in a transaction, which may come to nothing."""
        with self._memory:
            self._known = max(self._known, (epoch, number))

    def reverted(self, epoch: int, number: int) -> bool:
        """Whether the database ends our log here, and has ended it further on: it was put back while this process goes on."""
        return (epoch, number) < self._known

    def jumped(self, now: datetime) -> bool:
        """Whether the clock has jumped since the errands looked at it."""
        return self.moment is not None and apart(self.moment, now, JUMP)

    def open(self, closings: int | None = None) -> None:
        """Speaking is safe again, unless something was noted meanwhile that this process does not know of, or it has closed the
        fence more often than so many times: then it is not. The host's word is not needed any more.
        """
        with self._noting:
            self._pay()
            self._open(self.closings if closings is None else closings)

    def _open(self, closings: int) -> None:
        with database.reading(self._database) as session:
            noted = self.lasting is not None or _read(session.connection())
        if noted:
            with database.writing(self._database) as session:
                connection = session.connection()
                if self._heed(connection) or closings != self.closings:
                    return
                connection.execute(delete(tables.fence))
                connection.execute(delete(_claimant).where(~_claimant.c.disbelieved))
        with self._memory:
            if closings == self.closings:
                self._forget()

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
        """Whether the host has given this word lately. It counts once. An old one stands in a database that was put back, most
        likely, and in the place of what it was given for: then others are asked.
        """
        with database.reading(self._database) as session:
            if _read(session.connection()) != _WORD:
                return False
        with self._noting:
            return self._take_word(self.closings)

    def _take_word(self, closings: int) -> bool:
        with database.writing(self._database) as session:
            row, now = _KEPT.first(session.connection()), self._now()
            if row is None or row[0] != _WORD:
                return False
            good: bool = abs(now - row[1]) <= _GOOD
            if good:
                session.connection().execute(delete(tables.fence))
            else:
                keep(session.connection(), Lasting.RESTORED, now)
                self._noted = _KEPT.first(session.connection())
        with self._memory:
            if not good:
                _log.warning("the host's word to go on without an answer is old: others are asked")
                self._silenced()
                return False
            if closings != self.closings:  # it was given before what has closed the fence in this moment was known
                return False
            self._forget()
            return True

    def _forget(self) -> None:
        self.reason = self.lasting = self._noted = None
        self.final = False
        self._owed.clear()
        self.inquiry.end()


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


def _note(connection: Connection, reason: Lasting, now: datetime) -> None:
    """Note a reason anew, unless a graver one is there: then that, anew."""
    kept = _read(connection)
    if kept in _GRAVER[reason]:
        connection.execute(update(tables.fence).values(since=now))
    else:
        keep(connection, reason, now)


def restored(connection: Connection) -> Restored | None:
    """That the database was put back, until it was ``heard``."""
    row = connection.execute(select(tables.restored.c.copied_at)).first()
    return None if row is None else Restored(row.copied_at)


def heard(connection: Connection) -> None:
    """Everybody who is there has been told that the database was put back (see ``untold``)."""
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
