"""Founding an International together: what the holders of the first root keys sign, and the beginning with it."""

from collections.abc import Sequence

from sqlmodel import Session as Database

from internationale.errors import Conflict, Invalid
from internationale.events.joining import RootCard
from internationale.events.roster import BEGINNING, Root, Roster, Version
from internationale.events.signed import SignedDocument
from internationale.kit import marker
from internationale.rooms.roster import queries, rules
from internationale.rooms.roster.port.card import card_of
from internationale.rooms.roster.port.chain import adopt
from internationale.rooms.roster.port.instance import Instance
from internationale.rooms.roster.port.proposals import combine
from internationale.rooms.roster.rules import changes

_ = marker("core")


def draft_founding(
    section: Instance, session: Database, shown: Sequence[RootCard], threshold: int, hubs: Sequence[str]
) -> Roster:
    """Version 1, with this section as the committee, for the holders of these root keys to sign. Raises ``Conflict``."""
    if queries.latest(session) is not None:
        raise Conflict(_("This section already belongs to an International."))
    roots = [Root(key=each.key, holder=each.holder) for each in shown]
    return changes.founded([card_of(section)], roots, threshold, hubs, section.now())


def adopt_founding(section: Instance, session: Database, copies: Sequence[SignedDocument]) -> Version:
    """Begin with version 1, from one or several signed copies of it. Raises ``Conflict`` while signatures are missing."""
    found = combine(copies, None)
    if (found.draft.version, found.draft.prevhash) != (1, BEGINNING):
        raise Invalid(_("This is not the proposal of a founding."), place="file")
    if found.missing:
        raise Conflict(rules.lacking(found.missing))
    return adopt(session, [found.document], code=section.code, key=section.key.public, now=section.now())
