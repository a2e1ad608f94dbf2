"""What a new version changes, in words: pure. Whoever signs reads this and nothing else, so it leaves nothing out: a test changes
every field of a version, one by one, and the words must change with it.
"""

from collections.abc import Iterator

from internationale.events import fingerprints
from internationale.events.roster import Hub, Roster
from internationale.kit import Message, marker, plural_marker
from internationale.kit.calling import called

from . import holding
from .entries import entered
from .hubs import certificates
from .places import insides

_ = marker("core")
ngettext = plural_marker("core")


def told(before: Roster | None, after: Roster) -> tuple[Message, ...]:
    """One sentence for each change, the weighty ones first, and always from when until when it is valid. ``before`` None: the
    first version.
    """
    found = (
        *_governing(before, after),
        *_lost(before, after),
        *entered(before, after),
        *_hubs(before.hubs if before else (), after.hubs),
    )
    dates = {"issued": after.issued.date(), "expires": after.expires.date()}
    return (
        *(found or (_("Nothing changes but the dates."),)),
        _("The list is of %(issued)s and valid until %(expires)s.") % dates,
    )


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
    for key, holder in known.items():
        if all(root.key != key for root in after.roots):
            yield _("The root key of “%(holder)s” signs no longer: %(fingerprint)s") % {
                "holder": holder,
                "fingerprint": fingerprints.groups(key),
            }
    if before is None or (before.threshold, len(before.roots)) != (after.threshold, len(after.roots)):
        several = ngettext(
            "From now on %(threshold)s of %(roots)s root keys must sign each change.",
            "From now on %(threshold)s of %(roots)s root keys must sign each change.",
            after.threshold,
        )
        one = _("From now on the only root key must sign each change.")
        yield (one if after.threshold == len(after.roots) == 1 else several) % {
            "threshold": after.threshold,
            "roots": len(after.roots),
        }


def _lost(before: Roster | None, after: Roster) -> Iterator[Message]:
    """Our own proposals never do this; whoever signs another's has to see it."""
    if holding.lost(before, after):
        yield _(
            "Afterwards nobody can change the list of sections any more without %(names)s: of the root keys, %(left)s are in"
            " other hands, and %(threshold)s must sign."
        ) % {
            "names": tuple(map(called, holding.outside(after))),
            "left": holding.others(after),
            "threshold": after.threshold,
        }


def _hubs(before: tuple[Hub, ...], after: tuple[Hub, ...]) -> Iterator[Message]:
    if before == after:
        return
    urls = tuple(url for hub in after for url in hub.urls)
    yield _("The hubs are now: %(hubs)s") % {"hubs": urls} if urls else _("The list names no hub any more.")
    yield from insides(after)
    for hub in after:
        words = {"urls": hub.urls, "hub": hub.id}
        if hub.ca is None:
            yield _("What connects to %(urls)s (%(hub)s) is led to no certificate in particular.") % words
        else:
            sentence = _("What connects to %(urls)s (%(hub)s) is led to this certificate and to no other: %(fingerprints)s")
            yield sentence % (words | {"fingerprints": certificates(hub.ca)})
