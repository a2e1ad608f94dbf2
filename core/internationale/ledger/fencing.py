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
from threading import Lock, RLock
from typing import Any

from sqlalchemy import Connection, delete, update

from internationale.ledger import awake, database, reasons, tables
from internationale.ledger.database import Database
from internationale.ledger.inquiry import Inquiry
from internationale.ledger.patience import JUMP, apart
from internationale.ledger.reasons import WORDS, Lasting
from internationale.messages import Message

_log = logging.getLogger(__name__)


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
        self.signing = awake.Signing()
        """The last time that something was signed with the database, as far as this process knows."""
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
        row = reasons.KEPT.first(connection)
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

    def stop(self, reason: Message) -> None:
        """Say nothing until the next start."""
        with self._memory:
            self.closings, self.reason, self.final = self.closings + 1, reason, True

    def _pay(self) -> None:
        while self._owed:
            self._keep(*self._owed[0])
            self._owed.pop(0)

    def _keep(self, lasting: Lasting, claimants: Collection[str]) -> None:
        with database.writing(self._database) as session:
            connection = session.connection()
            reasons.note(connection, lasting, self._now())
            reasons.claimed(connection, claimants, self._now())
            self._noted = reasons.KEPT.first(connection)
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
        self._put_back(lambda _connection: True)

    def look_back(self) -> bool:
        """The same where the database was put back under this process, seen from a transaction that writes: another may be shown
        an old moment of it. Whether it was.
        """
        return self._put_back(self.reverted)

    def _put_back(self, was: Callable[[Connection], bool]) -> bool:
        with self._noting:
            with database.writing(self._database) as session:
                if not was(session.connection()):
                    return False
                reasons.put_back(session.connection(), self._now())
            with self._memory:
                self.closings, self.signing = self.closings + 1, awake.Signing()
                self._silenced()
            return True

    def _silenced(self) -> None:
        self.lasting, self.reason = Lasting.RESTORED, WORDS[Lasting.RESTORED]
        self.inquiry.begin()

    def know(self, signing: awake.Signing) -> None:
        """Something was signed with the database: what is committed, for a transaction may come to nothing."""
        with self._memory:
            if signing.number > self.signing.number:
                self.signing = signing

    def reverted(self, connection: Connection) -> bool:
        """Whether the database is not the one with which was signed what has been: it was put back while this process goes on."""
        known = self.signing  # first: what is committed meanwhile may be known before it is read
        return not awake.recent(connection).follow(known)

    def doubt(self) -> None:
        """Who has asked others and is about to open it has to ask anew."""
        with self._memory:
            self.closings += 1

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
            noted = self.lasting is not None or reasons.read(session.connection())
        if noted:
            with database.writing(self._database) as session:
                connection = session.connection()
                if self._heed(connection) or closings != self.closings:
                    return
                connection.execute(delete(tables.fence))
                connection.execute(delete(tables.claimant).where(~tables.claimant.c.disbelieved))
        with self._memory:
            if closings == self.closings:
                self._forget()

    def give_word(self, disbelieving: Collection[str] = ()) -> None:
        """The host's word, for the running instance or the next start: go on without an answer. ``disbelieving``: of those who
        have signed to hold more of our log than is here, whom the host does not believe in this from now on.
        """
        with database.writing(self._database) as session:
            reasons.keep(session.connection(), reasons.WORD, self._now())
            known = tables.claimant.c.section.in_(disbelieving)
            session.connection().execute(update(tables.claimant).where(known).values(disbelieved=True))

    def believe(self) -> None:
        """Believe everybody again in what they sign to hold of our log."""
        with database.writing(self._database) as session:
            session.connection().execute(delete(tables.claimant))

    def take_word(self) -> bool:
        """Whether the host has given this word lately. It counts once. An old one stands in a database that was put back, most
        likely, and in the place of what it was given for: then others are asked.
        """
        with database.reading(self._database) as session:
            if reasons.read(session.connection()) != reasons.WORD:
                return False
        with self._noting:
            return self._take_word(self.closings)

    def _take_word(self, closings: int) -> bool:
        with database.writing(self._database) as session:
            row, now = reasons.KEPT.first(session.connection()), self._now()
            if row is None or row[0] != reasons.WORD:
                return False
            good: bool = abs(now - row[1]) <= _GOOD
            if good:
                session.connection().execute(delete(tables.fence))
            else:
                reasons.keep(session.connection(), Lasting.RESTORED, now)
                self._noted = reasons.KEPT.first(session.connection())
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
