"""Attachments in a list, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from internationale.errors import NotFound
from internationale.kit.attachments import Attachment
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader
from internationale.rooms.attachments.port.room import room
from internationale.rooms.attachments.queries import files
from internationale.rooms.documents.port.access import may_read
from internationale.rooms.documents.queries import documents

PAGE = 50


@dataclass(frozen=True)
class Page:
    """One page of the list, the newest first."""

    attachments: Sequence[Attachment]
    titles: dict[str, str]
    """The titles of the texts that they belong to, by id."""
    number: int
    pages: int


def page(section: Home, session: Session, reader: Reader, number: int) -> Page:
    """A page of all attachments that this reader may see; beyond the last one, the last."""
    here = room(section)
    pages = max(1, -(-files.count(session) // PAGE))
    number = min(max(1, number), pages)
    known = files.newest(session, PAGE, (number - 1) * PAGE)
    living = {file.ref for file in here.living(session, [each.file for each in known])}
    cards = [here.card(each) for each in known if each.file.ref in living and here.sees(reader, each)]
    return Page(cards, documents.titles(session, sorted({card.subject for card in cards})), number, pages)


def title(section: Home, session: Session, subject: str, reader: Reader) -> str:
    """The title of the text that something belongs to; ``""`` when it belongs to something else, or to a text that this reader
    may not read: a file for the world may stand beside one for some.
    """
    try:
        document = documents.summary(session, subject)
    except NotFound:
        return ""
    return document.title if may_read(section, document, reader) else ""
