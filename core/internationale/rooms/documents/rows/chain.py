"""Which revisions of a document count: of several with one number on one base, the one that its log has first, and what stands on
it. Noted with each revision as it comes, so that none costs more the more there are.

Only the home section revises, so one log decides; two can only be there when two hands of one section wrote at once. An open
text goes before a sealed one, or a document would be another for whoever can open that.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, bindparam, update
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from internationale.events.envelope import Envelope
from internationale.events.refs import Ref
from internationale.kit.prepared import Prepared
from internationale.rooms.documents.rows.shared import Revision

_BASE = Prepared(core_select(col(Revision.counts)).where(col(Revision.event) == bindparam("event_")))
_PLACE: Select[*tuple[Any, ...]] = core_select(col(Revision.sealed), col(Revision.epoch), col(Revision.sequence))
_RIVAL = Prepared(
    _PLACE.where(
        col(Revision.document) == bindparam("document_"),
        col(Revision.number) == bindparam("number_"),
        col(Revision.counts).is_(True),
    )
)
_DISCOUNT = Prepared(
    update(Revision)
    .where(
        col(Revision.document) == bindparam("document_"),
        col(Revision.number) >= bindparam("number_"),
        col(Revision.counts).is_(True),
    )
    .values(counts=False)
)


def enter(session: Session, document: str, number: int, base: str, envelope: Envelope) -> bool:
    """Whether a new revision counts. If so it is the latest: what had its place, and all that stood on that, counts no more, and
    never will again, for nothing that comes makes it earlier.
    """
    connection, here = session.connection(), {"document_": document, "number_": number}
    if base and not any(_BASE.first(connection, {"event_": base}) or ()):
        return False
    rival = _RIVAL.first(connection, here)
    if rival is None:
        return True
    if tuple(rival) < (envelope.sealed, envelope.epoch, envelope.sequence):
        return False
    _DISCOUNT.run(connection, here)
    return True


def counting(session: Session, refs: Collection[Ref]) -> frozenset[Ref]:
    """Which of these revisions count, of whatever documents they are."""
    events = {ref.event_id for ref in refs}
    chosen = select(Revision.ref).where(col(Revision.event).in_(events), col(Revision.counts).is_(True))
    return frozenset(refs) & set(map(Ref.parse, session.exec(chosen) if refs else ()))
