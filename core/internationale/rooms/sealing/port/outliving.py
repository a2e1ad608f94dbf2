"""What this section still shows to others although its sections have taken it back: told, and taken back too."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session as Database

from internationale.events.refs import Ref
from internationale.events.withdrawn import PartWithdrawn
from internationale.kit import Conflict, Need, Reader, Utterance, marker, plural_marker
from internationale.ledger import withdrawing
from internationale.rooms.exchange import queries as exchange
from internationale.rooms.exchange.rules import WITHDRAW
from internationale.rooms.sealing import queries
from internationale.rooms.sealing.port.sharing import thread, utterances
from internationale.rooms.sealing.queries import Outlived
from internationale.rooms.sealing.rules import RESHARE

_ = marker("core")
ngettext = plural_marker("core")

WEIGHT = 75
"""How much it needs somebody."""


def outlived(section: Any, session: Database) -> tuple[Outlived, ...]:
    """The messages of ours that still carry, for those to whom they have shown it, what its section has taken back."""
    return queries.outlived(session, section.code, withdrawing.gone(session.connection()))


def take_back(section: Any, session: Database, by: Reader) -> int:
    """Take back what we have shown of texts that were taken back by their sections, for the same reason; what else those messages
    of ours have shown is shown again. Returns how many messages. Raises ``Refused``, ``Conflict``.
    """
    section.require(by, WITHDRAW)
    found = outlived(section, session)
    if not found:
        raise Conflict(_("Nothing that this section has shown to others was taken back."))
    for each in found:
        section.require(by, RESHARE, each.subject)
        rest = [(ref, plain) for ref, plain in thread(section, session, each.subject) if str(ref) in each.rest]
        section.publish(session, _withdrawal(section, session, each), *utterances(each.subject, rest, each.readers, by), by=by)
    return len(found)


def needs(section: Any, session: Database, reader: Reader) -> Sequence[Need]:
    """Whoever can take it back is told what this section still shows although it was taken back."""
    if not section.may(reader, WITHDRAW) or not (found := outlived(section, session)):
        return []
    count = sum(len(each.gone) for each in found)
    title = ngettext(
        "%(n)s text that your section has shown to others was taken back",
        "%(n)s texts that your section has shown to others were taken back",
        count,
    )
    detail = _("Those to whom you have shown it still keep it in your message. Take that back, too.")
    return [Need(title % {"n": count}, detail, "/sealing/taken-back", _("Look at it"), WEIGHT)]


def _withdrawal(section: Any, session: Database, each: Outlived) -> Utterance:
    """Who showed it is not told in the open, nor who takes it back."""
    reason = next(told.reason for ref in each.gone for told in exchange.taken_back(session, Ref.parse(ref).event_id))
    return Utterance(PartWithdrawn(event=str(section.ledger.event(session, each.address).envelope.ref), reason=reason))
