"""What falls with events when they do not count any more: all that stands on them, directly or not."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlmodel import Session

from internationale.events.envelope import Address, recall
from internationale.events.types import Vocabulary, kind_name
from internationale.ledger import tables
from internationale.ledger.causes import Archive
from internationale.ledger.judging import Verdict, address
from internationale.ledger.opening import Seals
from internationale.ledger.records import among, chunks, of


@dataclass(frozen=True, slots=True)
class _Said:
    """An event by what it stands on. ``wire``: its type, as it is meant."""

    causes: frozenset[Address]
    wire: str
    sealed: bool


def falling(
    session: Session, vocabulary: Vocabulary, seals: Seals, first: Collection[Address], some: Collection[Address]
) -> frozenset[Address]:
    """Which of ``some`` events of the log fall with the ``first``, these among them. Reads what they stand on, as far as it was
    not decided before all of these.

    What only counts another (``EventType.outlives``) does not fall with it.
    """
    first, since = frozenset(first), earliest(session, first)
    archive = Archive(session.connection(), vocabulary, seals)
    said, upon = dict[Address, _Said](), dict[Address, set[Address]]()
    pending, seen = set(some), set(some)
    while pending:
        found = {where: each for chunk in chunks(pending) for where, each in _read(archive, session, chunk, since)}
        said |= found
        further = [(where, cause) for where, each in found.items() if where not in first for cause in each.causes]
        for where, cause in further:
            upon.setdefault(cause, set()).add(where)
        pending = {cause for _where, cause in further} - seen
        seen |= pending
    fallen, pending = set(first), set(first)
    while pending:
        pending = {
            where for each in pending for where in upon.get(each, ()) if not _outlives(vocabulary, said[where], said.get(each))
        } - fallen
        fallen |= pending
    return frozenset(fallen & set(some))


def earliest(session: Session, first: Collection[Address]) -> int:
    """The place of the earliest of these in the order of decision, in which causes are before what stands on them; 0: one of them
    has none (any more), or none is here.
    """
    event, places = tables.event, list[int | None]()
    for chunk in chunks(first):
        places += session.connection().execute(select(event.c.position).where(among(event, chunk))).scalars()
    return min((place or 0 for place in places), default=0)


def _read(archive: Archive, session: Session, some: Collection[Address], since: int) -> Iterator[tuple[Address, _Said]]:
    """Those of these that were not decided before a place in that order."""
    event = tables.event
    query = select(event.c.section, event.c.epoch, event.c.sequence, event.c.body, event.c.hash)
    late = or_(event.c.position.is_(None), event.c.position >= since)
    for row in session.connection().execute(query.where(among(event, some), late)).all():
        opened = archive.open(recall(row.body, row.hash))
        if not isinstance(opened, Verdict):
            yield of(row), _Said(frozenset(map(address, opened.refs)), opened.type, opened.sealed)


def _outlives(vocabulary: Vocabulary, said: _Said, cause: _Said | None) -> bool:
    """As ``judging`` has it: what is sealed is never one that is only counted."""
    if cause is None or cause.sealed or not vocabulary.knows(said.wire):
        return False
    return kind_name(cause.wire) in vocabulary.kind(said.wire).outlives
