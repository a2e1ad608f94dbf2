"""What people compare of the list of sections, on the command line: by voice or on paper, before one of them joins."""

import click
from sqlmodel import Session

from internationale.cli.keys import show
from internationale.cli.speech import say
from internationale.events import fingerprints
from internationale.events.roster import Roster
from internationale.kit.printing import visible
from internationale.messages import marker, plural_marker
from internationale.rooms.roster import port, queries

_ = marker("core")
ngettext = plural_marker("core")


def tell_roots(roster: Roster) -> None:
    """Who signs changes of the list, and how many of them must."""
    one = _("Version %(version)s of the list; this root key must sign each change:")
    several = ngettext(
        "Version %(version)s of the list; %(needed)s of these %(roots)s root keys must sign each change:",
        "Version %(version)s of the list; %(needed)s of these %(roots)s root keys must sign each change:",
        roster.threshold,
    )
    say(
        (one if roster.threshold == len(roster.roots) == 1 else several)
        % {"version": roster.version, "needed": roster.threshold, "roots": len(roster.roots)}
    )
    for root in roster.roots:
        click.echo(f"  {visible(root.holder)}\n    {fingerprints.groups(root.key)}\n    {fingerprints.words(root.key)}")


def tell_beginning(body: bytes) -> None:
    """The fingerprint of the list that begins with these bytes, for whoever founds with it."""
    say(_("Of the whole list, for whoever founds with it:"))
    show(port.listed(body))


def tell_list(session: Session, version: int) -> None:
    """The fingerprint by which a section that joins knows that it has the same list."""
    listed = queries.fingerprint(session)
    if listed is not None:
        say(_("Of the whole list up to version %(version)s, for a section that joins:") % {"version": version})
        show(listed)
