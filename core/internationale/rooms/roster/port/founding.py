"""Founding an International together: what the holders of the first root keys sign, and the beginning with it."""

from collections.abc import Sequence

from sqlmodel import Session as Database

from internationale.errors import Conflict, Invalid
from internationale.events import fingerprints, keys
from internationale.events.fingerprints import Listed
from internationale.events.joining import RootCard
from internationale.events.roster import BEGINNING, Root, Roster, Version
from internationale.events.signed import SignedDocument
from internationale.kit import Reader, marker
from internationale.rooms.roster import queries, rules
from internationale.rooms.roster.port.card import card_of
from internationale.rooms.roster.port.chain import Offer, keep_versions, offered
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


def listed(body: bytes) -> Listed:
    """What people compare of a list that begins with these bytes, before and after it is founded."""
    hash = keys.digest(keys.ROSTER, body).hex()
    return Listed.of(hash, hash)


def offered_founding(section: Instance, session: Database, copies: Sequence[SignedDocument]) -> Offer:
    """What one or several signed copies of version 1 would put into force; nothing is kept. Raises ``Conflict`` while signatures
    are missing.
    """
    found = combine(copies, None)
    if (found.draft.version, found.draft.prevhash) != (1, BEGINNING):
        raise Invalid(_("This is not the proposal of a founding."), place="file")
    if found.missing:
        raise Conflict(rules.lacking(found.missing))
    return offered(session, [found.document], code=section.code, key=section.key.public, now=section.now())


def adopt_founding(section: Instance, session: Database, copies: Sequence[SignedDocument], *, typed: str, by: Reader) -> Version:
    """Begin with what ``offered_founding`` has shown, after it was compared with somebody who holds a root key.

    ``typed``: the fingerprint of the list as they said it, in words or digits: anybody can make a list, with root keys of their
    own. Raises ``Invalid`` when it is another, ``Refused`` for a token.
    """
    rules.require_person(by)
    offer = offered_founding(section, session, copies)
    if not fingerprints.matches(offer.fingerprint, typed):
        raise Invalid(
            _("This is not the fingerprint of the list in the files. Compare again; should it stay so, the files were changed."),
            place="fingerprint",
        )
    keep_versions(session, offer.rows)
    return offer.version
