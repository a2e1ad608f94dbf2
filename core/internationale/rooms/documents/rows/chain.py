"""Which revisions of a document count."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlmodel import Session, col, select

from internationale.events.refs import Ref
from internationale.rooms.documents.rows.shared import Revision


class Link(NamedTuple):
    """What of a revision decides whether it counts: the rest of the row may be long, and there may be thousands."""

    document: str
    event: str
    ref: str
    base: str
    number: int
    epoch: int
    sequence: int


_LINKS = select(*(getattr(Revision, name) for name in Link._fields))


def counted(session: Session, document: str) -> list[Link]:
    """The revisions that count, first to latest: of several with one number on one base, the one that its log has first.

    Only the home section revises, so one log decides; two can only be there when two hands of one section wrote at once.
    """
    return _chain(map(Link._make, session.exec(_LINKS.where(col(Revision.document) == document))))


def counting(session: Session, refs: Collection[Ref]) -> frozenset[Ref]:
    """Which of these revisions count, of whatever documents they are."""
    named = select(Revision.document).where(col(Revision.event).in_({ref.event_id for ref in refs}))
    documents: dict[str, list[Link]] = {}
    for link in map(Link._make, session.exec(_LINKS.where(col(Revision.document).in_(named))) if refs else ()):
        documents.setdefault(link.document, []).append(link)
    return frozenset(refs) & {Ref.parse(link.ref) for links in documents.values() for link in _chain(links)}


def _chain(links: Iterable[Link]) -> list[Link]:
    found: list[Link] = []
    for link in sorted(links, key=lambda link: (link.number, link.epoch, link.sequence)):
        if link.number == len(found) + 1 and link.base == (found[-1].event if found else ""):
            found.append(link)
    return found
