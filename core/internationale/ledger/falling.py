"""What falls with an event when it does not count any more: all that stands on it, directly or not."""

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlmodel import Session

from internationale.events.envelope import Address, recall
from internationale.events.types import Vocabulary, kind_name
from internationale.ledger import tables
from internationale.ledger.causes import Archive
from internationale.ledger.judging import Verdict, address
from internationale.ledger.opening import Seals
from internationale.ledger.records import among, chunks, of


def falling(
    session: Session, vocabulary: Vocabulary, seals: Seals, first: Address, some: Collection[Address]
) -> frozenset[Address]:
    """Which of ``some`` events of the log fall with ``first``, itself among them if it is one. Reads all that they stand on.

    What only counts another (``EventType.outlives``) does not fall with it.
    """
    archive = Archive(session.connection(), vocabulary, seals)
    upon, types = dict[Address, set[Address]](), dict[Address, str]()
    pending, seen = set(some), set(some)
    while pending:
        found = {where: causes for chunk in chunks(pending) for where, causes in _read(archive, session, chunk, types)}
        for where, causes in found.items():
            for cause in causes:
                upon.setdefault(cause, set()).add(where)
        pending = {cause for causes in found.values() for cause in causes} - seen
        seen |= pending
    fallen, pending = {first}, {first}
    while pending:
        pending = {
            where for each in pending for where in upon.get(each, ()) if not _outlives(vocabulary, types, where, each)
        } - fallen
        fallen |= pending
    return frozenset(fallen & set(some))


def _read(
    archive: Archive, session: Session, some: Collection[Address], types: dict[Address, str]
) -> Iterator[tuple[Address, frozenset[Address]]]:
    """Each of these with what it stands on. ``types``: where the type of each is noted that was said openly."""
    event = tables.event
    query = select(event.c.section, event.c.epoch, event.c.sequence, event.c.body, event.c.hash).where(among(event, some))
    for row in session.connection().execute(query).all():
        opened = archive.open(recall(row.body, row.hash))
        if isinstance(opened, Verdict):
            continue
        if not opened.sealed:
            types[of(row)] = opened.type
        yield of(row), frozenset(map(address, opened.refs))


def _outlives(vocabulary: Vocabulary, types: dict[Address, str], where: Address, cause: Address) -> bool:
    wire = types.get(where, "")
    return vocabulary.knows(wire) and kind_name(types.get(cause, "")) in vocabulary.kind(wire).outlives
