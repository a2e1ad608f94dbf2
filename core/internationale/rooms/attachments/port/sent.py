"""Beside a message of this section whose text can be taken back: the files that are concerned."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from internationale.events.refs import Ref
from internationale.kit.attachments import Attachment
from internationale.kit.vocabulary import Panel, Reader
from internationale.ledger.falling import earliest
from internationale.ledger.judging import address
from internationale.rooms.attachments.port.falling import standing_on
from internationale.rooms.attachments.port.room import READ, WITHDRAW, room
from internationale.rooms.attachments.queries import files

LISTED = 100
"""Files that are named on the page; of more than these it says how many there are."""


@dataclass(frozen=True)
class Going:
    """The files that go with a text, so far as somebody may see them: the oldest, and how many there are in all."""

    first: Sequence[Attachment]
    count: int


def own(section: Any, session: Session, ref: str, by: Reader) -> Sequence[Panel]:
    """Where the message attaches a file: that this can itself be taken back."""
    found = _own(section, session, ref, by)
    return [] if found is None else [Panel("attachments/sent.html", {"id": found.file.id, "name": found.file.name})]


def going(section: Any, session: Session, ref: str, by: Reader) -> Sequence[Panel]:
    """The files that go with the text of the message."""
    found = files_with(section, session, ref, by)
    return [Panel("attachments/going.html", {"going": found})] if found.count else []


def files_with(section: Any, session: Session, ref: str, by: Reader) -> Going:
    """The files, of whatever section, that stand on this message, directly or not, and do not count any more when its text is
    taken back; those that this person may see, the oldest first. Not the one that it attaches itself.
    """
    first = {address(Ref.parse(ref))}
    gone = standing_on(section, session, first, files.standing(session, earliest(session, first))) - {ref}
    here, sees = room(section), dict[tuple[str, str], bool]()
    seen = list[str]()
    for each in files.shown(session, gone):
        of = (each.audience, each.subject)
        if of not in sees:
            sees[of] = here.reads(by, *of)
        if sees[of]:
            seen.append(each.ref)
    named = {known.file.ref: known for known in files.by_ref(session, seen[:LISTED])}
    return Going([here.card(named[each]) for each in seen[:LISTED]], len(seen))


def _own(section: Any, session: Session, ref: str, by: Reader) -> files.Known | None:
    """The file that the message attaches; None: it attaches none, that was taken back already, or this person may not do it."""
    known = next(iter(files.by_ref(session, [ref])), None)
    if known is None or not room(section).living(session, [known.file]) or known.removal is not None:
        return None
    mine = known.file.section == section.code
    return known if mine and all(section.may(by, right, known.file.subject) for right in (READ, WITHDRAW)) else None
