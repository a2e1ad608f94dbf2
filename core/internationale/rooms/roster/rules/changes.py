"""The next version of the roster, unsigned: pure. One function for each change; whether it counts, signatures decide.

Each returns the whole next version: number and hash of the one before are set, and it is valid for a year from ``now``. All raise
``Conflict`` when the change makes no sense, or when the roster was made by a newer version of the software (whatever of it we do
not understand would be lost).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import ValidationError

from internationale.errors import Conflict
from internationale.events import names
from internationale.events.card import Card
from internationale.events.keys import PublicKey
from internationale.events.roster import BEGINNING, Entry, Hub, LastGood, LogKey, Root, Roster, Status, Version
from internationale.kit import marker
from internationale.kit.calling import called
from internationale.rooms.roster.rules import announcing, holding
from internationale.rooms.roster.rules.dates import dated_ahead
from internationale.rooms.roster.rules.hubs import hub_list

_ = marker("core")

VALID = timedelta(days=365)
"""How long a new version is valid."""
COMMITTEE = "committee"
"""The mandate of the section that founds the International."""
MANDATES = (COMMITTEE,)
"""What a section can be charged with. In a list that others have made there may be more."""
SHOWN = ("name", "languages", "address", "nkey", "recipients")
"""What the roster has of a section from its card."""


def founded(cards: Sequence[Card], roots: Sequence[Root], threshold: int, hubs: Sequence[str], now: datetime) -> Roster:
    """Version 1: the first section is the committee. ``hubs``: addresses; several of one hub are separated by spaces.

    Raises ``Conflict`` for root keys that could not govern.
    """
    _require_governing(roots, threshold)
    entries = [_entry(card, 1, (COMMITTEE,) if number == 0 else ()) for number, card in enumerate(cards)]
    return _roster(
        version=1,
        prevhash=BEGINNING,
        issued=now,
        expires=now + VALID,
        threshold=threshold,
        roots=tuple(roots),
        sections=tuple(sorted(entries, key=lambda entry: entry.code)),
        hubs=hub_list(hubs),
    )


def renewed(latest: Version, now: datetime) -> Roster:
    """Nothing but the dates."""
    return succeeding(latest, now)


def moved(latest: Version, hubs: Sequence[Hub], now: datetime) -> Roster:
    """Other hubs."""
    return succeeding(latest, now, hubs=tuple(hubs))


def governed(latest: Version, roots: Sequence[Root], threshold: int, now: datetime) -> Roster:
    """Other root keys, or another number of them that must sign. The old ones must sign it too, as many as it took so far.

    Raises ``Conflict`` for root keys that could not govern.
    """
    _require_governing(roots, threshold)
    return _governable(latest, succeeding(latest, now, roots=tuple(roots), threshold=threshold))


def admitted(latest: Version, card: Card, now: datetime) -> Roster | None:
    """One more section; or what a member's card says of it now; None when that changes nothing.

    A section that had left or was expelled comes back with a new epoch: what it said until then goes on counting. The root keys
    of one that has another name now are held under that name.
    """
    known = latest.roster.entry(card.code)
    if any(log_key.key == card.key for entry in latest.roster.sections if entry != known for log_key in entry.keys):
        raise Conflict(_("This key already belongs to another section."))
    if card.nkey is not None and any(card.nkey == entry.nkey for entry in latest.roster.sections if entry != known):
        raise Conflict(_("The key with which it signs in at the hubs already belongs to another section."))
    if any(names.alike(card.name) == names.alike(entry.name) for entry in latest.roster.sections if entry != known):
        raise Conflict(_("Another section is already called “%(name)s”: choose another name.") % {"name": card.name})
    opened = latest.roster.version + 1
    if known is None:
        return _with(latest, _entry(card, opened, ()), now)
    if known.status in (Status.EXPELLED, Status.RESIGNED):
        return _with(latest, _reopened(known, card.key, known.last_good, opened).model_copy(update=_shown(card)), now)
    if known.status is Status.SUSPENDED or card.key != signing(known):
        raise Conflict(_("There already is a section “%(code)s”, with another key or another status.") % {"code": called(known)})
    entry = known.model_copy(update=_shown(card))
    return None if entry == known else _with(latest, entry, now)


def ended(latest: Version, code: str, status: Status, last_good: LastGood, now: datetime) -> Roster:
    """Suspended, expelled or resigned: its log counts up to ``last_good``."""
    known = entry_of(latest, code)
    if known.status is status:
        raise Conflict(_("This is already so."))
    _require_committee(latest, known)
    if status is Status.SUSPENDED and known.status is not Status.MEMBER:
        raise Conflict(_("Only a member can be suspended."))
    if known.status is not Status.MEMBER and known.last_good is not None:
        last_good = known.last_good
    draft = _with(latest, known.model_copy(update={"status": status, "mandates": (), "last_good": last_good}), now)
    return _governable(latest, draft)


def readmitted(latest: Version, code: str, now: datetime) -> Roster:
    """A suspended section is a member again, and its log goes on where it was."""
    known = entry_of(latest, code)
    if known.status is not Status.SUSPENDED:
        raise Conflict(
            _("Only a suspended section is readmitted. One that has left or was expelled is admitted by a new request.")
        )
    return _with(latest, known.model_copy(update={"status": Status.MEMBER, "last_good": None}), now)


def rotated(latest: Version, code: str, key: PublicKey, first: int, now: datetime) -> Roster:
    """From number ``first`` on the section's log is signed with another key; up to there with the one before."""
    known = _member(latest, code)
    *former, current = known.keys
    if announcing.overtaken(known.keys, first):
        raise Conflict(_("The present key already signs from a later number on."))
    keys = (*former, current.model_copy(update={"last": first - 1}), LogKey(key=key, first=first))
    return _with(latest, known.model_copy(update={"keys": keys}), now)


def reopened(latest: Version, code: str, key: PublicKey, last_good: LastGood, now: datetime) -> Roster:
    """The log was stopped, or its key is lost or stolen: it counts up to ``last_good``, and goes on in a new epoch with this key.

    What a thief signs after that number counts nowhere, and what came before is pinned by its hash.
    """
    known = _member(latest, code)
    return _with(latest, _reopened(known, key, last_good, latest.roster.version + 1), now)


def mandated(latest: Version, code: str, mandates: Sequence[str], now: datetime) -> Roster:
    """What a section is charged with: of ``MANDATES``. Somebody has to be the committee."""
    known = _member(latest, code)
    unknown = set(mandates) - set(MANDATES)
    if unknown:
        raise Conflict(
            _("There is no such mandate: %(names)s. There is: %(known)s") % {"names": tuple(sorted(unknown)), "known": MANDATES}
        )
    if COMMITTEE not in mandates:
        _require_committee(latest, known)
    return _with(latest, known.model_copy(update={"mandates": tuple(mandates)}), now)


def succeeding(latest: Version, now: datetime, **changed: object) -> Roster:
    """The next version, with these fields changed."""
    current = latest.roster
    if current.serialize() != latest.document.body:
        raise Conflict(_("The roster was made by a newer version of this software. Upgrade first."))
    values = {name: getattr(current, name) for name in Roster.model_fields} | changed
    issued = now if dated_ahead(current, now) else max(now, current.issued)  # a wrong date is not handed on
    return _roster(
        **values | {"version": current.version + 1, "prevhash": latest.hash, "issued": issued, "expires": issued + VALID}
    )


def entry_of(latest: Version, code: str) -> Entry:
    """A section's entry. Raises ``Conflict`` when there is no such section."""
    known = latest.roster.entry(code)
    if known is None:
        raise Conflict(_("There is no section “%(code)s”.") % {"code": code})
    return known


def signing(entry: Entry) -> PublicKey:
    """The key that signs what a section says now, or will when its numbers are reached."""
    return entry.keys[-1].key


def _member(latest: Version, code: str) -> Entry:
    known = entry_of(latest, code)
    if known.status is not Status.MEMBER:
        raise Conflict(_("Section “%(code)s” is not a member.") % {"code": called(known)})
    return known


def _reopened(known: Entry, key: PublicKey, last_good: LastGood | None, opened: int) -> Entry:
    return known.model_copy(
        update={
            "status": Status.MEMBER,
            "epoch": known.epoch + 1,
            "opened": opened,
            "keys": (LogKey(key=key, first=1),),
            "last_good": last_good,
        }
    )


def _with(latest: Version, entry: Entry, now: datetime) -> Roster:
    others = [other for other in latest.roster.sections if other.code != entry.code]
    roots, known = latest.roster.roots, latest.roster.entry(entry.code)
    if known is not None and known.name != entry.name:
        roots = holding.renamed(roots, known, entry.name)
    sections = tuple(sorted([*others, entry], key=lambda each: each.code))
    return succeeding(latest, now, sections=sections, roots=roots)


def _shown(card: Card) -> dict[str, object]:
    return {name: getattr(card, name) for name in SHOWN}


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
        nkey=card.nkey,
        recipients=card.recipients,
    )


def _governable(latest: Version, draft: Roster) -> Roster:
    """The draft, with which the list can still be changed: as many root keys as must sign are in the hands of no section that is
    out. Whoever can sign this change can sign other root keys before it.
    """
    if holding.lost(latest.roster, draft):
        raise Conflict(
            _(
                "Nobody could change the list of sections any more without %(names)s: of the root keys, %(left)s would be in"
                " other hands, and %(threshold)s must sign. Give others root keys first, or let fewer sign: %(command)s"
            )
            % {
                "names": tuple(map(called, holding.outside(draft))),
                "left": holding.others(draft),
                "threshold": draft.threshold,
                "command": "internationale roster propose roots --root-card CARD --threshold NUMBER",
            }
        )
    return draft


def _require_committee(latest: Version, leaving: Entry) -> None:
    others = (entry for entry in latest.roster.sections if entry.code != leaving.code and entry.status is Status.MEMBER)
    if COMMITTEE in leaving.mandates and all(COMMITTEE not in entry.mandates for entry in others):
        raise Conflict(
            _(
                "Section “%(name)s” is the only international committee: without it nobody could admit a section any more, or"
                " take one back. Charge another first: %(command)s"
            )
            % {"name": leaving.name, "command": f"internationale roster propose charge CODE {COMMITTEE}"}
        )


def _require_governing(roots: Sequence[Root], threshold: int) -> None:
    """What the shape of a roster would refuse as well, in words for those who choose the keys and the number."""
    if len({root.key for root in roots}) != len(roots):
        raise Conflict(_("One root key is named twice. Each holder has one of their own."))
    if threshold > len(roots):
        words = {"threshold": threshold, "keys": len(roots)}
        raise Conflict(_("More root keys would have to sign (%(threshold)s) than there are (%(keys)s).") % words)


def _roster(**values: object) -> Roster:
    """Checked as a whole: entries that were copied are read again by the letter."""
    try:
        draft = Roster.model_validate(values)
        return Roster.model_validate_json(draft.serialize())
    except ValidationError as error:
        raise Conflict(_("The list of sections would make no sense: %(why)s") % {"why": error.errors()[0]["msg"]}) from error
