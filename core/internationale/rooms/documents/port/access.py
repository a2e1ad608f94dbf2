"""Who may read a document."""

from sqlmodel import Session

from internationale.errors import NotFound
from internationale.events.envelope import PUBLIC
from internationale.kit.documents import Summary
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader
from internationale.rooms.documents.queries import documents

READ = "documents.read"


def for_all(section: Home, document: Summary) -> bool:
    """Whether everybody may read it: it was said to all, and is of a kind whose texts may be.

    Asked of texts of other sections too, whose word alone shall not put on our pages what ours may only say by a second step.
    """
    kind = section.kinds.get(document.kind)
    return document.audience == PUBLIC and kind is not None and kind.public


def may_read(section: Home, document: Summary, reader: Reader) -> bool:
    """Whether the reader may read it: those for all everybody, the others whoever holds ``documents.read`` for it."""
    return for_all(section, document) or section.may(reader, READ, document.id)


def readable(section: Home, session: Session, document: str, reader: Reader) -> Summary:
    """The document, when the reader may read it: those for all everybody, the others whoever holds ``documents.read``.

    A passer-by gets the same answer (``Refused``) for what is not public and for what is not there.
    """
    try:
        summary = documents.summary(session, document)
    except NotFound:
        section.require(reader, READ)
        raise
    if not for_all(section, summary):
        section.require(reader, READ, document)
    return summary
