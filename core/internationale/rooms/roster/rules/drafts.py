"""New versions of the roster, ready to be signed: pure. Whether they are accepted is for ``events.roster`` to say."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import ValidationError

from internationale.errors import Conflict
from internationale.events import keys
from internationale.events.card import Card
from internationale.events.keys import SigningKey
from internationale.events.roster import BEGINNING, Entry, Hub, LogKey, Root, Roster, Status, Version
from internationale.events.signed import SignedDocument
from internationale.kit import marker

_ = marker("core")

VALID = timedelta(days=365)
"""How long a new version is valid."""
COMMITTEE = "committee"
"""The mandate of the section that founds the International."""


def founding(card: Card, root: SigningKey, hubs: Sequence[str], now: datetime) -> SignedDocument:
    """Version 1: one section, which is the committee, and one root key, which it holds. A threshold of one."""
    roster = Roster(
        version=1,
        prevhash=BEGINNING,
        issued=now,
        expires=now + VALID,
        threshold=1,
        roots=(Root(key=root.public, holder=card.name),),
        sections=(_entry(card, 1, (COMMITTEE,)),),
        hubs=_hubs(hubs),
    )
    return SignedDocument.seal(keys.ROSTER, roster, root)


def admitting(card: Card, latest: Version, root: SigningKey, now: datetime) -> SignedDocument | None:
    """The next version, with one more section, or with what a member's card says now; None when nothing would change.

    Raises ``Conflict`` when the name or the key is taken, and like ``renewing``.
    """
    known = latest.roster.entry(card.code)
    others = [entry for entry in latest.roster.sections if entry.code != card.code]
    if any(log_key.key == card.key for entry in others for log_key in entry.keys):
        raise Conflict(_("This key already belongs to another section."))
    if known is None:
        entry = _entry(card, latest.roster.version + 1, ())
    elif known.status is Status.MEMBER and any(log_key.key == card.key and log_key.last is None for log_key in known.keys):
        entry = known.model_copy(update={"name": card.name, "languages": card.languages, "address": card.address})
    else:
        raise Conflict(_("There already is a section “%(code)s”, with another key or another status.") % {"code": card.code})
    if entry == known:
        return None
    return _next(latest, root, now, sections=tuple(sorted([*others, entry], key=lambda each: each.code)))


def renewing(latest: Version, root: SigningKey, hubs: Sequence[str], now: datetime) -> SignedDocument:
    """The next version, valid for another year; with other hubs when any are given.

    Raises ``Conflict`` when this root key does not sign for the International, or when the roster was made by a newer version
    of the software (whatever of it we do not understand would be lost).
    """
    return _next(latest, root, now, hubs=_hubs(hubs) if hubs else latest.roster.hubs)


def _next(latest: Version, root: SigningKey, now: datetime, **changed: object) -> SignedDocument:
    current = latest.roster
    if current.serialize() != latest.document.body:
        raise Conflict(_("The roster was made by a newer version of this software. Upgrade first."))
    if all(known.key != root.public for known in current.roots):
        raise Conflict(_("The root key of this instance does not sign for this International."))
    values = {name: getattr(current, name) for name in Roster.model_fields} | changed
    values |= {"version": current.version + 1, "prevhash": latest.hash, "issued": now, "expires": now + VALID}
    try:
        return SignedDocument.seal(keys.ROSTER, Roster(**values), root)
    except ValidationError as error:
        raise Conflict(_("The list of sections would make no sense: %(why)s") % {"why": error.errors()[0]["msg"]}) from error


def _hubs(urls: Sequence[str]) -> tuple[Hub, ...]:
    return tuple(Hub(id=f"hub-{number}", urls=(url,)) for number, url in enumerate(urls, 1))


def _entry(card: Card, opened: int, mandates: tuple[str, ...]) -> Entry:
    return Entry(
        code=card.code,
        name=card.name,
        languages=card.languages,
        status=Status.MEMBER,
        mandates=mandates,
        epoch=1,
        opened=opened,
        keys=(LogKey(key=card.key, first=1),),
        address=card.address,
    )
