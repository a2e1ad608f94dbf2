"""Beside a message of this section whose text can be taken back: the files that are concerned."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from internationale.events.refs import Ref
from internationale.kit.attachments import Attachment
from internationale.kit.vocabulary import Panel, Reader
from internationale.ledger.judging import address
from internationale.rooms.attachments.port.falling import standing_on
from internationale.rooms.attachments.port.room import READ, WITHDRAW, room
from internationale.rooms.attachments.queries import files


def panels(section: Any, session: Session, ref: str, by: Reader) -> Sequence[Panel]:
    """Where the message attaches a file, that this can itself be taken back; and the files that go with its text."""
    own = _own(section, session, ref, by)
    found = [] if own is None else [Panel("attachments/sent.html", {"id": own.file.id, "name": own.file.name})]
    going = files_with(section, session, ref, by)
    return found if not going else [*found, Panel("attachments/going.html", {"going": going})]


def files_with(section: Any, session: Session, ref: str, by: Reader) -> Sequence[Attachment]:
    """The files, of whatever section, that stand on this message, directly or not, and do not count any more when its text is
    taken back; those that this person may see, the oldest first. Not the one that it attaches itself.
    """
    first = address(Ref.parse(ref))
    gone = standing_on(section, session, {first}, files.standing(session)) - {ref}
    here, found = room(section), files.by_ref(session, gone)
    seen = [here.card(known) for known in found if here.sees(by, known)]
    return sorted(seen, key=lambda each: (each.time, each.id))


def _own(section: Any, session: Session, ref: str, by: Reader) -> files.Known | None:
    """The file that the message attaches; None: it attaches none, that was taken back already, or this person may not do it."""
    known = next(iter(files.by_ref(session, [ref])), None)
    if (
        known is None
        or not room(section).living(session, [known.file])
        or known.removal is not None
        or known.file.section != section.code
    ):
        return None
    return known if all(section.may(by, right, known.file.subject) for right in (READ, WITHDRAW)) else None
