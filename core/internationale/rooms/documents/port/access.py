"""Who may read a document, and whether what is read is settled."""

from collections.abc import Sequence

from sqlmodel import Session

from internationale.errors import Conflict, NotFound
from internationale.events.envelope import PUBLIC
from internationale.events.refs import Ref
from internationale.kit.documents import Summary
from internationale.kit.ports import Section as Home
from internationale.kit.undecided import Undecided, obstacle
from internationale.kit.vocabulary import Reader
from internationale.rooms.documents.queries import documents

READ = "documents.read"
_REVISIONS = ("documents.opened", "documents.revised", "attachments.attached")
"""What can take the place of a revision, or stand beside it as if it had been there before."""
_AMENDMENTS = ("documents.amendment_proposed",)


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


def undecided(section: Home, session: Session, document: str, ref: Ref) -> Sequence[Undecided]:
    """See ``kit.documents.Documents.undecided``."""
    return section.undecided(session, ref, _REVISIONS, document)


def check_text(section: Home, session: Session, document: str, ref: Ref) -> None:
    """Raise ``Conflict`` when what its home said before this revision is not decided here: nothing is signed on it yet."""
    _check(undecided(section, session, document, ref))


def check_amendment(section: Home, session: Session, amendment: str, ref: Ref) -> None:
    """The same for an amendment, which another one under its id may take the place of."""
    _check(section.undecided(session, ref, _AMENDMENTS, amendment))


def _check(found: Sequence[Undecided]) -> None:
    if (message := obstacle(found)) is not None:
        raise Conflict(message)
