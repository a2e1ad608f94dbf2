"""Telling those who were let in later that a file was taken back: that is said for the first readers only."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlmodel import Session

from internationale.kit.vocabulary import Need, Reader
from internationale.ledger import withdrawing
from internationale.messages import marker, plural_marker
from internationale.rooms.attachments.queries import shown
from internationale.rooms.attachments.queries.shown import Unheard
from internationale.rooms.sealing.port.sharing import thread, utterances
from internationale.rooms.sealing.rules import RESHARE

_ = marker("core")
ngettext = plural_marker("core")

WEIGHT = 75
"""How much it needs somebody."""


def unheard(section: Any, session: Session, by: Reader) -> list[Unheard]:
    """The files that this section has shown to others and that were taken back since, without their having heard of it; of those
    that this person may show.
    """
    due = shown.unheard(session, section.code, withdrawing.gone(session.connection()))
    return [each for each in due if section.may(by, RESHARE, each.subject)]


def tell(section: Any, session: Session, by: Reader, subject: str = "") -> int:
    """Show them the withdrawals, of one ``subject`` or of all: they delete the content as soon as they hear of it. Returns of how
    many files.
    """
    due = [each for each in unheard(section, session, by) if subject in ("", each.subject)]
    for (about, readers), some in groupby(sorted(due, key=_place), _place):
        removals = {each.removal for each in some}
        said = [(ref, plain) for ref, plain in thread(section, session, about) if ref.event_id in removals]
        section.publish(session, *utterances(about, said, readers, by), by=by)
    return len({each.id for each in due})


def needs(section: Any, session: Session, reader: Reader) -> Sequence[Need]:
    """Whoever can tell them hears that nobody has."""
    count = len({each.id for each in unheard(section, session, reader)})
    if not count:
        return []
    title = ngettext(
        "%(n)s file that your section has shown to others was taken back",
        "%(n)s files that your section has shown to others were taken back",
        count,
    )
    detail = _("Those whom you have let in later have not heard of it, and keep the file. Tell them.")
    return [Need(title % {"n": count}, detail, "/attachments/taken-back", _("Look at it"), WEIGHT)]


def _place(due: Unheard) -> tuple[str, str]:
    return due.subject, due.readers
