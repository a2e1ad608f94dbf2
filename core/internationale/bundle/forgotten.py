"""Whether this section has forgotten something that it has said: what comes of its own log from elsewhere, and is not here."""

from collections.abc import Sequence

from internationale.events.heads import Beside
from internationale.ledger import deliveries
from internationale.ledger.deliveries import Delivery
from internationale.section import Section


def places(section: Section, batch: Sequence[Delivery]) -> frozenset[Beside]:
    """Which numbers of our own log these have, whatever is in them."""
    found = (where for event in batch if (where := deliveries.address(event)) is not None and where.section == section.code)
    return frozenset(Beside(where.epoch, where.sequence) for where in found)


def any_of(section: Section, batch: Sequence[Delivery]) -> bool:
    """Whether authentic events of our own log are among these that are not here."""
    return bool(_unknown(section, batch))


def beyond(section: Section, batch: Sequence[Delivery]) -> bool:
    """The same of events further on than our log goes here, in the epoch in which it is written and where nothing has stopped it:
    what stands against one that is here is another matter.
    """
    if not (unknown := _unknown(section, batch)):
        return False
    with section.reading() as session:
        rules = section.keyring(session).get(section.code)
        ends = {log.epoch: log for log in section.ledger.own_logs(session)}
    if rules is None:
        return False
    end, numbers = ends.get(rules.epoch), [one.sequence for one in unknown if one.epoch == rules.epoch]
    if end is None:  # nothing of it is here: it was begun anew, and all that was said in it is forgotten
        return bool(numbers)
    return not end.frozen and min(numbers, default=0) > end.sequence


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
