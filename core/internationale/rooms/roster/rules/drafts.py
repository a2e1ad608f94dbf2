"""The quick way, where one root key is enough: the next version, signed at once. Pure."""

from collections.abc import Sequence
from datetime import datetime

from internationale.errors import Conflict
from internationale.events import keys
from internationale.events.card import Card
from internationale.events.keys import SigningKey
from internationale.events.roster import Root, Roster, Version
from internationale.events.signed import SignedDocument
from internationale.kit import marker

from . import changes
from .hubs import hub_list

_ = marker("core")


def founding(card: Card, root: SigningKey, hubs: Sequence[str], now: datetime) -> SignedDocument:
    """Version 1: one section, which is the committee, and one root key, which it holds. A threshold of one."""
    roots = [Root(key=root.public, holder=card.name)]
    return SignedDocument.seal(keys.ROSTER, changes.founded([card], roots, 1, hubs, now), root)


def admitting(card: Card, latest: Version, root: SigningKey, now: datetime) -> SignedDocument | None:
    """The next version, with one more section, or with what a member's card says now; None when nothing would change.

    Raises ``Conflict`` when the name or the key is taken, and like ``sealed``.
    """
    draft = changes.admitted(latest, card, now)
    return None if draft is None else sealed(latest, draft, root)


def renewing(latest: Version, root: SigningKey, hubs: Sequence[str], now: datetime) -> SignedDocument:
    """The next version, valid for another year; with other hubs when any are given. Raises ``Conflict`` like ``sealed``."""
    named = hub_list(hubs) if hubs else latest.roster.hubs
    return sealed(latest, changes.moved(latest, named, now), root)


def sealed(latest: Version, draft: Roster, root: SigningKey) -> SignedDocument:
    """Sign a version with the one root key. Raises ``Conflict`` when it does not sign for the International, or not alone."""
    if all(known.key != root.public for known in latest.roster.roots):
        raise Conflict(_("The root key of this instance does not sign for this International."))
    if max(latest.roster.threshold, draft.threshold) > 1:
        raise Conflict(_("One root key is not enough for this International: propose the change, so that others can sign it."))
    return SignedDocument.seal(keys.ROSTER, draft, root)
