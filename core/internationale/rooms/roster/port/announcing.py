"""Announcing another key for this section's log."""

from sqlmodel import Session as Database

from internationale.errors import Conflict
from internationale.events import keys
from internationale.events.keys import SigningKey
from internationale.kit import Reader, Section, Utterance, marker
from internationale.rooms.roster import queries
from internationale.rooms.roster.events import KeyAnnounced
from internationale.rooms.roster.port.proposals import latest
from internationale.rooms.roster.rules import announcing, authority, changes

_ = marker("core")


def announce_key(section: Section, session: Database, key: SigningKey, *, first: int, epoch: int, by: Reader) -> None:
    """Say, signed with the present key, that from number ``first`` on another one signs. Raises like ``check_announceable``."""
    check_announceable(session, section.code, first)
    proof = key.sign(keys.SUCCESSION, authority.succession(section.code, epoch, first))
    section.publish(session, Utterance(KeyAnnounced(key=str(key.public), first=first, proof=proof)), by=by)


def check_announceable(session: Database, code: str, first: int) -> None:
    """Raises ``Conflict`` where a key that begins with number ``first`` is not to be announced now: another one waits for the
    International, or the list of sections could never take it, or not in time.
    """
    entry = changes.entry_of(latest(session), code)
    if queries.announcement(session, entry) is not None:
        raise Conflict(_("Another key is announced already. The committee has to take it into the list first."))
    announcing.require_announceable(entry, first, queries.last_good(session, entry).sequence)
