"""What can be done about what is held back: try it again, and keep no more of somebody's noise."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sqlmodel import Session, select

from internationale.errors import Invalid, Untrusted
from internationale.events.envelope import Address
from internationale.events.logs import Keyring
from internationale.kit import marker
from internationale.ledger import deliveries, quarantine
from internationale.ledger.deliveries import Delivery
from internationale.ledger.log import Ledger
from internationale.ledger.records import chunks
from internationale.rooms.exchange import queries
from internationale.rooms.exchange.queries import Kind
from internationale.rooms.exchange.rows import MutedRow
from internationale.rooms.roster import queries as roster

_ = marker("core")

AT_ONCE = 500
"""How many are tried again at a time."""


class Taking(Protocol):
    """The running section as far as it takes in again what was held back."""

    @property
    def ledger(self) -> Ledger: ...
    @property
    def now(self) -> Callable[[], datetime]: ...

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...
    def keyring(self, session: Session) -> Keyring: ...
    def accept(self, batch: Iterable[Delivery]) -> list[str]: ...


def retry(section: Taking, kind: Kind, ids: Sequence[str]) -> int:
    """Try again; returns how many are held back no longer. Nothing is lost when it does not succeed.

    Raises ``Invalid`` for kinds of which nothing can change by trying: void is void for everybody.
    """
    if kind is Kind.QUARANTINED:
        return _retry_refused(section, ids)
    if kind not in (Kind.WAITING, Kind.FAILED):
        raise Invalid(
            _("Trying again changes nothing here: what is void is void for all sections, and gaps are asked for anyway.")
        )
    addresses = [_address(id) for id in ids]
    with section.writing() as session:
        states = section.ledger.retry(session, addresses, section.now())
    return sum(state.value != kind.value for state in states.values())


def retry_all(section: Taking, kind: Kind) -> int:
    """Try everything of a kind again that may succeed by now; returns how many are held back no longer."""
    _changeable(kind)
    with section.reading() as session:
        every = queries.ids(session, kind)
    return sum(retry(section, kind, some) for some in chunks(every, AT_ONCE))


def _retry_refused(section: Taking, ids: Sequence[str]) -> int:
    """What is authentic by now is accepted, and only then taken out of quarantine."""
    with section.reading() as session:
        held = quarantine.kept(session.connection(), ids)
        keyring = section.keyring(session)
        claimed = (where for delivery in held.values() if (where := deliveries.address(delivery)) is not None)
        known = section.ledger.known(session, claimed)
    checked = zip(held, deliveries.check(held.values(), keyring, known), strict=True)
    good = [id for id, arrival in checked if arrival.envelope is not None or arrival.reason == "duplicate"]
    outcomes = section.accept([held[id] for id in good])
    taken = [id for id, outcome in zip(good, outcomes, strict=True) if outcome not in ("quarantined", "full")]
    with section.writing() as session:
        quarantine.release(session.connection(), taken)
    return len(taken)


def _changeable(kind: Kind) -> None:
    if kind in (Kind.VOID, Kind.PARKED):
        told = _("Trying again changes nothing here: void is void for all sections, and what is missing is asked for anyway.")
        raise Invalid(told)


def _address(id: str) -> Address:
    try:
        return Address.of_subject("intl.v1.log." + id.replace(":", "."))
    except Untrusted as error:
        raise Invalid(_("“%(id)s” is not the number of a message, such as fr:1:12.") % {"id": id}, place="id") from error


def mute(session: Session, source: str, now: datetime) -> None:
    """From now on only count what comes in this section's name and is not authentic. Raises ``Invalid`` for an unknown one."""
    if source != quarantine.STRANGER and source not in {card.code for card in roster.sections(session)}:
        raise Invalid(_("There is no section of this name in the list of sections."), place="source")
    if session.get(MutedRow, source) is None:
        session.add(MutedRow(source=source, since=now))


def unmute(session: Session, source: str) -> None:
    """Keep again what comes in this section's name."""
    row = session.get(MutedRow, source)
    if row is not None:
        session.delete(row)


def muted(session: Session) -> frozenset[str]:
    """The sources that are muted."""
    return frozenset(session.exec(select(MutedRow.source)))
