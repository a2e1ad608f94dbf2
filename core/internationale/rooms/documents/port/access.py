"""Who may read a document."""

from sqlmodel import Session

from internationale.errors import NotFound
from internationale.events.envelope import PUBLIC
from internationale.kit.documents import Summary
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader
from internationale.rooms.documents.queries import documents

READ = "documents.read"


def readable(section: Home, session: Session, document: str, reader: Reader) -> Summary:
    """The document, when the reader may read it: public ones everybody, the others whoever holds ``documents.read``.

    A passer-by gets the same answer (``Refused``) for what is not public and for what is not there.
    """
    try:
        summary = documents.summary(session, document)
    except NotFound:
        section.require(reader, READ)
        raise
    if summary.audience != PUBLIC:
        section.require(reader, READ, document)
    return summary
