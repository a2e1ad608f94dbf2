"""What a new version changes, in words: pure. Whoever signs reads this and nothing else, so it leaves nothing out."""

from collections.abc import Iterator

from internationale.events import fingerprints
from internationale.events.roster import Entry, Roster, Status
from internationale.kit import LanguageName, Message, marker, plural_marker

_ = marker("core")
ngettext = plural_marker("core")

_ENDED = {
    Status.SUSPENDED: _(
        "Section “%(name)s” is suspended. Its log counts up to number %(number)s; what it says after that waits until it is"
        " readmitted."
    ),
    Status.EXPELLED: _(
        "Section “%(name)s” is expelled. Its log counts up to number %(number)s and stays readable; what it says after that does"
        " not count."
    ),
    Status.RESIGNED: _("Section “%(name)s” has left. Its log counts up to number %(number)s and stays readable."),
}


_MANDATES = {"committee": _("international committee")}
"""What is known of mandates in words; others as they are."""


def told(before: Roster | None, after: Roster) -> tuple[Message, ...]:
    """One sentence for each change, the weighty ones first. ``before`` None: the first version."""
    found = (*_governing(before, after), *_sections(before, after), *_hubs(before, after))
    day = {"day": after.expires.date()}
    return found or (_("Nothing changes but the date: the list is valid until %(day)s.") % day,)


def lacking(count: int) -> Message:
    """That a proposal has not enough signatures yet."""
    return ngettext(
        "At least %(n)s more root key must sign this proposal.", "At least %(n)s more root keys must sign this proposal.", count
    ) % {"n": count}


def _governing(before: Roster | None, after: Roster) -> Iterator[Message]:
    known = {root.key: root.holder for root in before.roots} if before else {}
    for root in after.roots:
        words = {"holder": root.holder, "fingerprint": fingerprints.groups(root.key)}
        if root.key not in known:
            yield _("“%(holder)s” gets a root key: %(fingerprint)s") % words
        elif known[root.key] != root.holder:
            yield _("The root key %(fingerprint)s is now held by “%(holder)s”.") % words
    for key in known.keys() - {root.key for root in after.roots}:
        yield _("The root key of “%(holder)s” signs no longer: %(fingerprint)s") % {
            "holder": known[key],
            "fingerprint": fingerprints.groups(key),
        }
    if before is None or (before.threshold, len(before.roots)) != (after.threshold, len(after.roots)):
        yield ngettext(
            "From now on %(threshold)s of %(roots)s root keys must sign each change.",
            "From now on %(threshold)s of %(roots)s root keys must sign each change.",
            after.threshold,
        ) % {"threshold": after.threshold, "roots": len(after.roots)}


def _sections(before: Roster | None, after: Roster) -> Iterator[Message]:
    for entry in after.sections:
        known = before.entry(entry.code) if before else None
        if known is None:
            yield _("Section “%(name)s” (%(code)s) is admitted. The fingerprint of its key: %(fingerprint)s") % _key(entry)
            if entry.mandates:
                yield _mandates(entry)
        elif known != entry:
            yield from _standing(known, entry)
            yield from _particulars(known, entry)


def _standing(known: Entry, entry: Entry) -> Iterator[Message]:
    words = {"name": entry.name, "number": entry.last_good.sequence if entry.last_good else 0, "epoch": entry.epoch}
    if entry.status is not known.status:
        yield _ENDED[entry.status] % words if entry.status in _ENDED else _("Section “%(name)s” is a member again.") % words
    elif entry.last_good != known.last_good and entry.epoch == known.epoch:
        yield _("The log of section “%(name)s” counts up to number %(number)s.") % words
    if entry.epoch != known.epoch:
        yield (
            _(
                "The log of section “%(name)s” goes on in a new epoch, number %(epoch)s. Of the one before, everything up to"
                " number %(number)s counts, and nothing after it."
            )
            % words
        )
        yield _("The fingerprint of the key of section “%(name)s” is now: %(fingerprint)s") % _key(entry)
    elif entry.keys != known.keys:
        yield _(
            "From number %(first)s on, the log of section “%(name)s” is signed with another key; up to there with the one before."
            " The fingerprint of the new one: %(fingerprint)s"
        ) % (_key(entry) | {"first": entry.keys[-1].first})
    if entry.mandates != known.mandates:
        yield _mandates(entry)


def _particulars(known: Entry, entry: Entry) -> Iterator[Message]:
    languages = tuple(map(LanguageName, entry.languages))
    words = {"code": entry.code, "name": entry.name, "address": entry.address or "—", "languages": languages}
    if entry.name != known.name:
        yield _("Section “%(code)s” is now called “%(name)s”.") % words
    if entry.languages != known.languages:
        yield _("Section “%(name)s” now works in these languages: %(languages)s") % words
    if entry.address != known.address:
        yield _("Section “%(name)s” is now at this address: %(address)s") % words
    if entry.nkey != known.nkey:
        yield _("Section “%(name)s” signs in at the hubs with another key.") % words
    if entry.recipients != known.recipients:
        yield _("Confidential things for section “%(name)s” are encrypted to other keys.") % words


def _hubs(before: Roster | None, after: Roster) -> Iterator[Message]:
    if (before.hubs if before else ()) != after.hubs:
        urls = tuple(url for hub in after.hubs for url in hub.urls)
        yield _("The hubs are now: %(hubs)s") % {"hubs": urls} if urls else _("The list names no hub any more.")


def _mandates(entry: Entry) -> Message:
    words = {"name": entry.name, "mandates": tuple(_MANDATES.get(each, each) for each in entry.mandates)}
    if entry.mandates == ("committee",):
        return _("Section “%(name)s” is the international committee.") % words
    if not entry.mandates:
        return _("Section “%(name)s” is charged with nothing any more.") % words
    return _("Section “%(name)s” is charged with: %(mandates)s") % words


def _key(entry: Entry) -> dict[str, object]:
    return {"name": entry.name, "code": entry.code, "fingerprint": fingerprints.groups(entry.keys[-1].key)}
