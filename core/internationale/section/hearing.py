"""The door for what a section hears: what a carrier brought, and a new list of sections."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlmodel import Session

from internationale.errors import without_content
from internationale.events.envelope import Address
from internationale.events.logs import Keyring
from internationale.events.portions import portions
from internationale.ledger import deliveries, parking, reasons, untold
from internationale.ledger.deliveries import Arrival, Delivery
from internationale.ledger.log import MORE
from internationale.ledger.outages import outage
from internationale.ledger.records import State
from internationale.rooms.exchange import port as exchange_port
from internationale.section.answering import Answering

_log = logging.getLogger(__name__)

FEW = 8
"""So many signatures are checked within the transaction."""


class Hearing(Answering, ABC):
    """What of a section takes something in."""

    now: Callable[[], datetime]

    @abstractmethod
    def begin(self) -> None:
        """Tell rooms and plugins whether the database was put back."""

    @abstractmethod
    def writing(self, *, anybody: bool = False) -> AbstractContextManager[Session]:
        """See ``kit.ports.Section``."""

    def accept(self, batch: Iterable[Delivery]) -> list[str]:
        """Take in what a carrier brought, in one transaction unless it is very large; an outcome each (see ``Ledger.accept``).

        Never raises for what is in a delivery. Signatures are checked before the transaction begins, so that nobody waits for
        them; those of a few are checked within it, which is quicker than reading twice.
        """
        return [outcome for portion in portions(batch, deliveries.AT_ONCE) for outcome in self._accept_whatever(portion)]

    def _accept_whatever(self, batch: Sequence[Delivery]) -> list[str]:
        """Should a mistake of ours make one event fail, that one stays out; it never keeps out those that came with it."""
        try:
            return self._accept(batch)
        except Exception as error:
            if outage(error):
                raise
            _log.error("a batch of %d events is taken in one by one: %s", len(batch), without_content(error))
        if len(batch) == 1:
            return [State.FAILED.value]
        return [outcome for each in batch for outcome in self._accept_whatever([each])]

    def _accept(self, batch: Sequence[Delivery]) -> list[str]:
        claimed = {address for delivery in batch if (address := deliveries.address(delivery)) is not None}
        if len(batch) <= FEW and all(address.section != self.code for address in claimed):  # our own come back from every hub
            with self.writing(anybody=True) as session:
                keyring, known = self.keyring(session), self.ledger.known(session, claimed)
                outcomes = self._take_in(session, deliveries.check(batch, keyring, known), keyring, known)
            self._go_on(session)
            return outcomes
        own = any(address.section == self.code for address in claimed)
        with self.reading() as session:
            keyring, known = self.keyring(session), self.ledger.known(session, claimed)
        arrivals = deliveries.check(batch, keyring, known)
        if all(arrival.reason == "duplicate" for arrival in arrivals):
            return ["duplicate"] * len(arrivals)
        with self.writing(anybody=True) as session:
            if (by_now := self.keyring(session)) is not keyring:  # a list came meanwhile
                arrivals = deliveries.check(batch, by_now, self.ledger.known(session, claimed))
            before = self._said(session)
            outcomes = self._take_in(session, arrivals, by_now)
            back = own and self._said(session) != before and self._note_back(session)
        self._go_on(session)
        if back:
            self.begin()
        return outcomes

    def _said(self, session: Session) -> Address:
        head = self.ledger.head(session, self.code)
        return Address(self.code, head.epoch, head.sequence)

    def _note_back(self, session: Session) -> bool:
        """Something of our own log has come back: this database is an old one, put back without a word, as copies of whole
        machines are, and what was released or ended since stands in it as before. Whether that is to be told, as it was not yet.
        """
        connection = session.connection()
        if not untold.is_news(connection):
            return False
        reasons.note_copy(connection, self.now())
        return True

    def _take_in(
        self, session: Session, arrivals: Sequence[Arrival], keyring: Keyring, known: dict[Address, str] | None = None
    ) -> list[str]:
        muted = exchange_port.muted(session) if any(arrival.envelope is None for arrival in arrivals) else ()
        return self.ledger.accept(session, arrivals, keyring, self.now(), muted, known=known)

    def add_parts(self, bodies: Iterable[bytes]) -> list[str]:
        """Take in parts that events wait for; returns the hashes of those that were kept."""
        with self.writing(anybody=True) as session:
            return self.ledger.add_parts(session, bodies, self.now())

    def roster_changed(self) -> list[str]:
        """Follow a new roster version: look again at what was refused because of the old one. Returns the outcomes."""
        with self.writing(anybody=True) as session:
            outcomes = self._follow(session)
        return outcomes + self._go_on(session)

    def _follow(self, session: Session) -> list[str]:
        keyring, now = self.keyring(session), self.now()
        outcomes = self.ledger.follow(session, keyring, now)
        again = self.ledger.retry_quarantine(session, keyring)
        return outcomes + self.ledger.accept(session, again, keyring, now) if again else outcomes

    def resume(self, tried: Collection[tuple[str, int, int]] = ()) -> set[tuple[str, int, int]]:
        """Go on with the logs that another process has left off between two portions, but for those that were ``tried`` where
        they stand now. Returns which there were: section, epoch, and the number that comes next.
        """
        with self.reading() as session:
            found = parking.ready(session.connection())
        if logs := {(section, epoch) for section, epoch, _number in found.difference(tried)}:
            with self.writing(anybody=True) as session:
                self.ledger.go_on(session, self.keyring(session), self.now(), logs)
            self._go_on(session)
        return found

    def _go_on(self, done: Session) -> list[str]:
        """After a transaction that did not append all that may be: the rest, a portion in each of as many others as it takes, so
        that nobody who writes waits for a whole log. Broken off, it is taken up with the log's next event or the next start.
        Returns what became of each event.
        """
        outcomes, more = list[str](), done.info.get(MORE)
        while more:
            with self.writing(anybody=True) as session:
                outcomes += self.ledger.go_on(session, self.keyring(session), self.now(), more)
                more = session.info.get(MORE)
        return outcomes
