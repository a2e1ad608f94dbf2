"""A file before it is attached, shown to the second person who decides whether it is."""

from sqlmodel import Session

from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Panel
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.rows.private import Upload


def awaited(section: Home, session: Session, held: str) -> tuple[list[Upload], bool]:
    """The files of what waits for a second person under the id ``held``; and whether one of them was deleted meanwhile."""
    named = {upload for upload, waits in section.awaited(session, Upload).items() if waits == held}
    found = list(files.uploads(session, named))
    return found, len(found) < len(named)


def panel(section: Home, session: Session, held: str) -> Panel | None:
    """Beside what waits; None: no file belongs to it."""
    uploads, gone = awaited(section, session, held)
    if not uploads and not gone:
        return None
    return Panel("attachments/held.html", {"uploads": [each.model_dump() for each in uploads], "gone": gone})
