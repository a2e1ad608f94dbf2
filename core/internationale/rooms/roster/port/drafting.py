"""The changes of the roster that are made by name alone: for pages, API and commands alike."""

from datetime import datetime

from sqlmodel import Session as Database

from internationale.errors import Conflict
from internationale.events.keys import PublicKey
from internationale.events.roster import Roster, Status
from internationale.kit import Message, marker
from internationale.rooms.roster import queries
from internationale.rooms.roster.port.proposals import latest
from internationale.rooms.roster.rules import changes

_ = marker("core")

NAMED: dict[str, Message] = {
    "renew": _("Renew the list for a year"),
    "suspend": _("Suspend a section"),
    "readmit": _("Readmit a suspended section"),
    "expel": _("Expel a section"),
    "resign": _("Record that a section has left"),
    "rotate": _("Take over the key that a section has announced"),
    "reopen": _("Begin a new epoch of a section whose log is stopped"),
}
"""What each is called on a page; first what has to be done every year and harms nobody."""
_ENDINGS = {"suspend": Status.SUSPENDED, "expel": Status.EXPELLED, "resign": Status.RESIGNED}


def draft(session: Database, change: str, code: str, now: datetime) -> Roster:
    """The next version with one of ``NAMED``. ``code``: of the section concerned. Raises ``Conflict`` like ``rules.changes``."""
    known = latest(session)
    if change == "renew":
        return changes.renewed(known, now)
    if change == "readmit":
        return changes.readmitted(known, code, now)
    entry = changes.entry_of(known, code)
    if change == "rotate":
        announced = queries.announcement(session, entry)
        if announced is None:
            raise Conflict(_("This section has announced no other key: its host says “key rotate-log” first."))
        return changes.rotated(known, code, PublicKey.parse(announced.key), announced.first, now)
    good = queries.last_good(session, entry)
    if change == "reopen":
        return changes.reopened(known, code, changes.signing(entry), good, now)
    return changes.ended(known, code, _ENDINGS[change], good, now)
