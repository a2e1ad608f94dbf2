"""What ``internationale status`` says about the roster."""

from internationale.kit import Message, Section, marker
from internationale.rooms.roster import queries, rules

_ = marker("core")


def expiry(section: Section) -> list[Message]:
    """A roster that is near its end, or past it, needs the committee."""
    with section.reading() as session:
        now = queries.latest(session)
    found = None if now is None else rules.expiry(now.roster, section.now())
    return [] if found is None else [found]


def division(section: Section) -> list[Message]:
    """Two versions with one number stop everything that would be signed, until people have decided."""
    with section.reading() as session:
        found = queries.division(session)
    return [] if found is None else [rules.divided(found.version)]


def standing(section: Section) -> list[Message]:
    """A section that is no member any more is told so, and why it is silent."""
    with section.reading() as session:
        now = queries.latest(session)
    found = None if now is None else rules.standing(now.roster, section.code)
    return [] if found is None else [found]


def announced_key(section: Section) -> list[Message]:
    """A new key that nobody has confirmed, near the number where it begins, is the committee's to confirm."""
    with section.reading() as session:
        found = queries.unconfirmed(session, section.code)
    return [] if found is None else [found]


def proposals(section: Section) -> list[Message]:
    """Proposals that wait for signatures."""
    with section.reading() as session:
        waiting = queries.awaiting(session)
    return [
        _("Proposal %(hash)s for version %(version)s of the list of sections waits for signatures.")
        % {"hash": each.hash[:16], "version": each.version}
        for each in waiting
    ]
