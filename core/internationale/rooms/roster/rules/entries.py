"""What a new version changes about the sections, in words: pure. See ``telling``."""

from collections.abc import Iterator

from internationale.events import fingerprints
from internationale.events.roster import Entry, LogKey, Roster, Status
from internationale.kit import LanguageName, Message, marker
from internationale.kit.calling import called

_ = marker("core")

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


def entered(before: Roster | None, after: Roster) -> Iterator[Message]:
    """Each section whose entry differs, and all of it where the section is new."""
    for entry in after.sections:
        known = before.entry(entry.code) if before else None
        if known != entry:
            yield from _standing(known, entry)
            yield from _log(known, entry)
            yield from _particulars(known, entry)
    for known in before.sections if before else ():
        if after.entry(known.code) is None:
            yield _("Section “%(name)s” (%(code)s) stands in the list no more.") % {"name": known.name, "code": known.code}


def _standing(known: Entry | None, entry: Entry) -> Iterator[Message]:
    words = {"name": called(entry), "number": entry.last_good.sequence if entry.last_good else 0}
    if known is None:
        admitted = _("Section “%(name)s” (%(code)s) is admitted. The fingerprint of its key: %(fingerprint)s")
        yield admitted % (_key(entry) | {"name": entry.name, "code": entry.code})
    status = known.status if known is not None else Status.MEMBER
    if entry.status is not status:
        yield _ENDED[entry.status] % words if entry.status in _ENDED else _("Section “%(name)s” is a member again.") % words
    if entry.mandates != (known.mandates if known is not None else ()):
        yield _mandates(entry)


def _log(known: Entry | None, entry: Entry) -> Iterator[Message]:
    """Where its epochs end, and which keys sign it."""
    epoch, last_good = (known.epoch, known.last_good) if known is not None else (1, None)
    words = {"name": called(entry), "epoch": entry.epoch, "number": entry.last_good.sequence if entry.last_good else 0}
    if entry.epoch != epoch:
        begun = _(
            "The log of section “%(name)s” goes on in a new epoch, number %(epoch)s. Of the one before, everything up to number"
            " %(number)s counts, and nothing after it."
        )
        empty = _("The log of section “%(name)s” goes on in a new epoch, number %(epoch)s. Of the one before, nothing counts.")
        yield (begun if words["number"] else empty) % words
    if entry.last_good is None and last_good is not None:
        yield _("The list does not say any more where the log of section “%(name)s” ends.") % words
    elif entry.last_good is not None and entry.last_good != last_good:
        good = entry.last_good
        ends = _("Epoch %(epoch)s of the log of section “%(name)s” ends with number %(number)s, which is the event %(hash)s")
        nothing = _("Epoch %(epoch)s of the log of section “%(name)s” ends before its first event.")
        yield (ends if good.sequence else nothing) % {
            "name": called(entry),
            "epoch": good.epoch,
            "number": good.sequence,
            "hash": good.hash,
        }
    former = known.keys if known is not None and entry.epoch == epoch else ()
    if known is not None and entry.epoch == epoch and entry.keys == former:
        return
    yield from _keys(known, former, entry)


def _keys(known: Entry | None, former: tuple[LogKey, ...], entry: Entry) -> Iterator[Message]:
    if _begins(entry):
        if known is not None:
            yield _("The fingerprint of the key of section “%(name)s” is now: %(fingerprint)s") % _key(entry)
    elif _rotated(former, entry.keys):
        yield _(
            "From number %(first)s on, the log of section “%(name)s” is signed with another key; up to there with the one before."
            " The fingerprint of the new one: %(fingerprint)s"
        ) % (_key(entry) | {"first": entry.keys[-1].first})
    else:
        ranges = tuple(map(_range, entry.keys))
        yield _("The log of section “%(name)s” is signed with these keys: %(ranges)s") % {"name": called(entry), "ranges": ranges}


def _begins(entry: Entry) -> bool:
    """One key from number 1 on, as every epoch begins."""
    return [(log_key.first, log_key.last) for log_key in entry.keys] == [(1, None)]


def _rotated(former: tuple[LogKey, ...], keys: tuple[LogKey, ...]) -> bool:
    """The last key up to some number, another from the next one on, and all else as it was."""
    if not former or former[-1].last is not None or keys[-1].last is not None:
        return False
    *earlier, current = former
    return keys[:-1] == (*earlier, current.model_copy(update={"last": keys[-1].first - 1}))


def _range(log_key: LogKey) -> Message:
    words = {"fingerprint": fingerprints.groups(log_key.key), "first": log_key.first, "last": log_key.last}
    if log_key.last is None:
        return _("%(fingerprint)s (from number %(first)s on)") % words
    return _("%(fingerprint)s (from number %(first)s to %(last)s)") % words


def _particulars(known: Entry | None, entry: Entry) -> Iterator[Message]:
    languages = tuple(map(LanguageName, entry.languages))
    words = {"name": called(entry), "address": entry.address or "—", "languages": languages, "nkey": entry.nkey}
    if known is not None and entry.name != known.name:
        yield _("Section “%(code)s” is now called “%(name)s”.") % {"code": entry.code, "name": entry.name}
    if known is None or entry.languages != known.languages:
        yield _("Section “%(name)s” works in these languages: %(languages)s") % words
    if known is None or entry.address != known.address:
        yield _("Section “%(name)s” is at this address: %(address)s") % words
    if known is None or entry.nkey != known.nkey:
        yield (
            _("Section “%(name)s” signs in at the hubs with this key: %(nkey)s") % words
            if entry.nkey is not None
            else _("The list has no key with which section “%(name)s” could sign in at the hubs.") % words
        )
    if known is None or entry.recipients != known.recipients:
        yield (
            _("Confidential things for section “%(name)s” are encrypted to these keys: %(keys)s")
            % (words | {"keys": entry.recipients})
            if entry.recipients is not None
            else _("The list has no key to which confidential things for section “%(name)s” could be encrypted.") % words
        )


def _mandates(entry: Entry) -> Message:
    words = {"name": called(entry), "mandates": tuple(_MANDATES.get(each, each) for each in entry.mandates)}
    if entry.mandates == ("committee",):
        return _("Section “%(name)s” is the international committee.") % words
    if not entry.mandates:
        return _("Section “%(name)s” is charged with nothing any more.") % words
    return _("Section “%(name)s” is charged with: %(mandates)s") % words


def _key(entry: Entry) -> dict[str, object]:
    return {"name": called(entry), "fingerprint": fingerprints.groups(entry.keys[-1].key)}
