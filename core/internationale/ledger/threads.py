"""Everything that was said, for the same readers, on something sealed."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlmodel import Session

from internationale.events.envelope import recall
from internationale.events.refs import Ref
from internationale.events.types import Vocabulary
from internationale.ledger import tables
from internationale.ledger.causes import Archive
from internationale.ledger.judging import Verdict, address
from internationale.ledger.opening import Seals
from internationale.ledger.records import State, key


def thread(session: Session, vocabulary: Vocabulary, seals: Seals, first: Ref) -> Iterator[tuple[Ref, bytes]]:
    """``first`` and all applied events that stand on it, directly or not, causes first: each with what is inside it.

    Nothing when ``first`` is not sealed, not here, or cannot be opened.
    """
    event, archive = tables.event, Archive(session.connection(), vocabulary, seals)
    readers = session.connection().execute(select(event.c.readers).filter_by(**key(address(first)))).scalar()
    if readers is None:
        return
    query = select(event.c.body, event.c.hash).where(event.c.readers == readers, event.c.state == State.APPLIED)
    among = {first.event_id}
    for row in session.connection().execute(query.order_by(event.c.position)).all():
        envelope = archive.open(recall(row.body, row.hash))
        if isinstance(envelope, Verdict):
            continue
        if envelope.id in among or not among.isdisjoint(ref.event_id for ref in envelope.refs):
            among.add(envelope.id)
            yield envelope.ref, archive.inside(envelope.address).plain
