"""Whether this section has forgotten something that it has said: what comes of its own log from elsewhere, and is not here."""

from collections.abc import Sequence

from sqlmodel import Session

from internationale.events.envelope import Address
from internationale.events.heads import Beside
from internationale.events.logs import LogRules
from internationale.ledger import deliveries, forks, parking
from internationale.ledger.deliveries import Delivery
from internationale.ledger.heads import Head
from internationale.ledger.parking import Parking
from internationale.section import Section


def holds(section: Section, session: Session, beside: Beside, hash: str | None) -> bool:
    """Whether this event of our own log is here: in the log, parked, or one of two in a proof. Without its ``hash``, as an older
    build signs it, it is enough that our log comes as far here, or what is parked of it: nothing better can be had of that build.
    """
    connection, keyring = session.connection(), section.keyring(session)
    where = Address(section.code, *beside)
    if hash is not None:
        parked = Parking(connection, section.now(), keyring).hashes([where])
        return hash in {section.ledger.known(session, [where]).get(where), parked.get(where), *forks.proved(connection, where)}
    furthest, head = parking.furthest(connection, keyring.get(section.code)), section.ledger.head(session, section.code)
    end = None if furthest is None else deliveries.address(furthest)
    return max((head.epoch, head.sequence), (0, 0) if end is None else (end.epoch, end.sequence)) >= beside


def beyond(section: Section, batch: Sequence[Delivery]) -> bool:
    """Whether authentic events of our own log are among these that are not here, further on than it goes here, in one of its
    epochs: what stands against one that is here, or beyond the end that the list of sections has set, is another matter.
    """
    if not (unknown := _unknown(section, batch)):
        return False
    with section.reading() as session:
        rules = section.keyring(session).get(section.code)
        ends = {log.epoch: log for log in section.ledger.own_logs(session)}
    epochs = () if rules is None else (rules, *rules.closed.values())
    return any(_further(each, ends.get(each.epoch), unknown) for each in epochs)


def _further(rules: LogRules, end: Head | None, unknown: Sequence[Beside]) -> bool:
    """The same of one epoch. ``end``: how far it goes here."""
    numbers = [
        one.sequence for one in unknown if one.epoch == rules.epoch and (rules.ended is None or one.sequence < rules.ended)
    ]
    if end is None:  # nothing of it is here: all that was said in it is forgotten
        return bool(numbers)
    stopped = end.frozen and rules.ended is None  # by a fork: what the list has ended is stopped there anyway
    return not stopped and min(numbers, default=0) > end.sequence


def _unknown(section: Section, batch: Sequence[Delivery]) -> list[Beside]:
    own = f"intl.v1.log.{section.code}."
    ours = [event for event in batch if event.subject.startswith(own)]
    if not ours:
        return []
    with section.reading() as session:
        keyring = section.keyring(session)
        known = section.ledger.known(session, (where for event in ours if (where := deliveries.address(event)) is not None))
    checked = (arrival.envelope for event in ours for arrival in deliveries.check([event], keyring, known))
    return [Beside(envelope.epoch, envelope.sequence) for envelope in checked if envelope is not None]
