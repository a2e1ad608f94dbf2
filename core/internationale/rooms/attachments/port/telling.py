"""Telling those who were let in later, or were no members then, that a file was taken back: that is said for its first readers
only, and reaches those of them for whom something can be sealed at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlmodel import Session

from internationale.kit.audiences import readers
from internationale.kit.vocabulary import Need, Reader
from internationale.ledger import withdrawing
from internationale.messages import marker, plural_marker
from internationale.rooms.attachments.queries.files import Known
from internationale.rooms.attachments.queries.shown import Shown, Unheard
from internationale.rooms.sealing.port.sharing import thread, utterances
from internationale.rooms.sealing.rules import RESHARE

_ = marker("core")
ngettext = plural_marker("core")

WEIGHT = 75
"""How much it needs somebody."""
_MAY_RETURN = frozenset(["member", "suspended"])


@dataclass(frozen=True)
class Due:
    """A file that was taken back, and which sections have it from ours and were not told, by code.

    ``readers`` can be told now, others ``later`` (they are suspended, or the roster has no sealing key of theirs), and those that
    are ``gone`` not at all: they are members no more.
    """

    id: str
    name: str
    subject: str
    removal: str
    audience: str
    """For whom it is said: all of its readers who can be told."""
    readers: tuple[str, ...]
    later: tuple[str, ...]
    gone: tuple[str, ...]


def unheard(section: Any, session: Session, by: Reader) -> list[Due]:
    """The files that were taken back and that others have from this section without having heard of it; of those that this person
    may show.
    """
    found = _shown(section, session).unheard()
    return [_due(section, session, each) for each in found if section.may(by, RESHARE, each.subject)]


def tell(section: Any, session: Session, by: Reader, subject: str = "") -> int:
    """Show the withdrawals, of one ``subject`` or of all, to those who can be told: they delete the content as soon as they hear.
    Returns of how many files.
    """
    due = [each for each in unheard(section, session, by) if each.readers and subject in ("", each.subject)]
    for (about, audience), some in groupby(sorted(due, key=_place), _place):
        removals = {each.removal for each in some}
        said = [(ref, plain) for ref, plain in thread(section, session, about) if ref.event_id in removals]
        section.publish(session, *utterances(about, said, audience, by), by=by)
    return len({each.id for each in due})


def out_of_reach(section: Any, session: Session, known: Known) -> tuple[str, ...]:
    """Which sections have a file of a sealed text from ours, by code, and would not hear now that it is taken back."""
    if not readers(known.file.audience):
        return ()
    return tuple(sorted(_shown(section, session).having(known.file) - _reachable(section, session)))


def needs(section: Any, session: Session, reader: Reader) -> Sequence[Need]:
    """Whoever can tell them hears that nobody has."""
    if not section.may(reader, RESHARE) and not reader.capabilities.get(RESHARE):
        return []
    count = len({each.id for each in unheard(section, session, reader) if each.readers})
    if not count:
        return []
    title = ngettext(
        "%(n)s file was taken back, and not all who have it were told",
        "%(n)s files were taken back, and not all who have them were told",
        count,
    )
    detail = _("Some have it from your section and have not heard of it: they keep the file. Tell them.")
    return [Need(title % {"n": count}, detail, "/attachments/taken-back", _("Look at it"), WEIGHT)]


def _shown(section: Any, session: Session) -> Shown:
    return Shown(session, section.code, withdrawing.gone(session.connection()))


def _reachable(section: Any, session: Session) -> frozenset[str]:
    return frozenset(card.code for card in section.sections(session) if card.sealable)


def _due(section: Any, session: Session, each: Unheard) -> Due:
    can = _reachable(section, session)
    returning = {card.code for card in section.sections(session) if card.status in _MAY_RETURN}
    return Due(
        each.id,
        each.name,
        each.subject,
        each.removal,
        audience=" ".join(sorted({section.code} | (can & {*readers(each.audience), *each.readers}))),
        readers=tuple(sorted(each.readers & can)),
        later=tuple(sorted((each.readers & returning) - can)),
        gone=tuple(sorted(each.readers - returning - can)),
    )


def _place(due: Due) -> tuple[str, str]:
    return due.subject, due.audience
