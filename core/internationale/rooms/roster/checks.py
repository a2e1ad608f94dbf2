"""What ``internationale status`` says about the roster."""

from datetime import timedelta

from internationale.kit import Message, Section, marker
from internationale.rooms.roster import queries

_ = marker("core")

WARNING = timedelta(days=30)
"""How long before its end a roster is mentioned."""


def expiry(section: Section) -> list[Message]:
    """A roster that is near its end, or past it, needs the committee."""
    with section.reading() as session:
        now = queries.latest(session)
    if now is None:
        return []
    day = {"day": now.roster.expires.date().isoformat()}
    if now.roster.expired(section.now()):
        return [_("The roster expired on %(day)s. Nothing is lost, but the committee must issue a new version.") % day]
    if now.roster.expired(section.now() + WARNING):
        return [_("The roster expires on %(day)s. The committee should issue a new version.") % day]
    return []


def contradiction(section: Section) -> list[Message]:
    """Two sections that hold different things under one number: somebody forked, or was forged."""
    with section.reading() as session:
        found = queries.contradictions(session)
    return [
        _("Section %(witness)s holds another history of %(origins)s than we do.")
        % {"witness": witness, "origins": ", ".join(origins)}
        for witness, origins in found.items()
    ]


def memory(section: Section) -> list[Message]:
    """A section that has forgotten what it said must take it back before it speaks again."""
    with section.reading() as session:
        own = queries.own_log(session, section.code)
    if not own.behind:
        return []
    told = _(
        "This section is behind its own log: %(ours)s of its events are here, and others hold %(theirs)s."
        " It says nothing until it has them back from a hub."
    )
    return [told % {"ours": own.here, "theirs": own.elsewhere}]
