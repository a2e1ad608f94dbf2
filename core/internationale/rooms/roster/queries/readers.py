"""For whom something can be sealed, by the version in force."""

from collections.abc import Sequence

from sqlmodel import Session

from internationale.errors import Invalid
from internationale.events.roster import Entry, Status
from internationale.kit import called, marker
from internationale.ledger.identities import Identities

from .chain import latest

_ = marker("core")


def recipients(session: Session, sections: Sequence[str], *, own: str, held: Identities) -> tuple[str, ...]:
    """The age recipients of these sections and of our own, for which the keys that are ``held`` here count: one that was followed
    by another may have been stolen, and the list of sections names it until the committee has put the new card there.

    A section that is no longer a member gets nothing more, though it was named before. Raises ``Invalid`` for a name that never
    was one, and for a member for which the roster has no sealing key yet.
    """
    version = latest(session)
    found, former = list(held.recipients()), held.former()
    for code in sections:
        entry = version.roster.entry(code) if version is not None else None
        if entry is None:
            raise Invalid(_("There is no section “%(code)s”.") % {"code": code}, place="audience")
        if code != own:
            found += _of(entry)
        elif entry.recipients is not None:
            found += [each for each in entry.recipients if each not in former]
    return tuple(dict.fromkeys(found))


def _of(entry: Entry) -> tuple[str, ...]:
    if entry.status is not Status.MEMBER:
        return ()
    if entry.recipients is None:
        sentence = _("Section %(name)s has no sealing key in the roster yet: it has to send its card to the committee again.")
        raise Invalid(sentence % {"name": called(entry)}, place="audience")
    return entry.recipients
