"""What was written days ago and is released now: whether the deed would still do it."""

from sqlmodel import Session as Database

from internationale.errors import Conflict
from internationale.events import signed
from internationale.events.roster import Roster
from internationale.kit import Section, Utterance, marker
from internationale.rooms.roster.events import KeyAnnounced, Proposed
from internationale.rooms.roster.port.announcing import check_announceable
from internationale.rooms.roster.port.proposals import latest, require_new

_ = marker("core")


def check(section: Section, session: Database, utterance: Utterance) -> None:
    """Raises ``Conflict`` for another key for the log that would not be announced any more, and for a change of the list that
    does not follow the version in force any more, or is proposed already.
    """
    said = utterance.payload
    if isinstance(said, KeyAnnounced):
        check_announceable(session, section.code, said.first)
    elif isinstance(said, Proposed):
        now = latest(session)
        if said.previous != now.hash:
            told = _("Since this was written, version %(version)s of the list of sections came into force: propose it anew.")
            raise Conflict(told % {"version": now.roster.version})
        require_new(session, signed.parse(Roster, utterance.parts[0], "malformed_roster"))
