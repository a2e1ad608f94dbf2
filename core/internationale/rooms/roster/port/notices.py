"""What stands above every page, for those whom it concerns."""

from sqlmodel import Session as Database

from internationale.kit import Message, Reader, Role, Section, marker
from internationale.ledger import remaining
from internationale.rooms.roster import queries, rules

_ = marker("core")

_REMAINING = _(
    "These pages may still show what does not count any more: a section has signed two histories, or has taken a text back. By"
    " themselves they are soon made anew without it."
)


def notices(section: Section, session: Database, reader: Reader) -> list[Message]:
    """Members read why their section is silent, and that pages still show what does not count any more; hosts, and the
    committee's delegates, that the list has to be renewed, or that there are two.
    """
    latest = queries.latest(session) if reader.signed_in else None
    if latest is None:
        return []
    entry = latest.roster.entry(section.code)
    committee = entry is not None and rules.changes.COMMITTEE in entry.mandates
    renews = Role.HOST in reader.roles or (committee and Role.DELEGATE in reader.roles)
    division = queries.division(session) if renews else None
    found = [
        rules.divided(division.version) if division is not None else None,
        rules.standing(latest.roster, section.code),
        _REMAINING if remaining.remain(session.connection()) else None,
        rules.expiry(latest.roster, section.now()) if renews else None,
    ]
    return [each for each in found if each is not None]
