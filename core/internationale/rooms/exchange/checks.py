"""What ``internationale status`` says about the exchange."""

from typing import Any

from internationale.kit import Message, Section, marker
from internationale.kit.calling import Names
from internationale.rooms.exchange import queries as exchange
from internationale.rooms.exchange.queries import findings
from internationale.rooms.roster import queries

_ = marker("core")


def contradiction(section: Section) -> list[Message]:
    """Two sections that hold different things under one number: somebody forked, or was forged."""
    with section.reading() as session:
        found, names = queries.contradictions(session), Names.of(section.sections(session))
    return [
        _("Section “%(witness)s” holds another history of %(origins)s than we do.")
        % {"witness": names[witness], "origins": names.all(origins)}
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


def sealing(section: Any) -> list[Message]:
    """What the others encrypt for this section must be for a key that is here, and better for the newest."""
    with section.reading() as session:
        version = queries.latest(session)
        locked = exchange.locked(session)
    entry = version.roster.entry(section.code) if version is not None else None
    held = {identity.recipient for identity in section.sealing.all()}
    found = []
    if locked:
        told = _("Sealed for this section, but the key is not in %(folder)s: %(n)s. Put it back from a backup, and start again.")
        found.append(told % {"n": locked, "folder": section.sealing.folder})
    if entry is not None and not held.issuperset(entry.recipients or ()):
        found.append(_("The other sections encrypt for a sealing key that is not here. Send your card to the committee again."))
    elif entry is not None and entry.recipients != section.recipients:
        found.append(_("The others do not know this section's newest sealing key yet. Send your card to the committee."))
    return found


def missing(section: Section) -> list[Message]:
    """Messages that others hold and nobody gives us, and sections that hold different histories of one log."""
    with section.reading() as session:
        found = findings(session, section.code, section.now())
    return [alarm.sentence for alarm in found if alarm.urgent and alarm.kind in ("missing", "split")]
