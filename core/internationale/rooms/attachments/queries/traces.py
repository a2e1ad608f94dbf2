"""Contents of attachments whose events do not count any more: what they stood on was taken back, or they were themselves."""

from collections.abc import Collection, Iterator, Sequence

from pydantic import ValidationError
from sqlalchemy import ColumnElement, FromClause, and_, exists, func, not_, or_, tuple_
from sqlalchemy import select as rows
from sqlmodel import Session, col, select

from internationale.events.envelope import Envelope, recall
from internationale.events.refs import Ref
from internationale.events.types import PREFIX
from internationale.events.withdrawn import REASON
from internationale.ledger import parts, tables
from internationale.ledger.causes import PartsOf
from internationale.ledger.judging import UNDECIDED
from internationale.ledger.records import State, chunks
from internationale.rooms.attachments.events import Manifest
from internationale.rooms.attachments.rows.private import Trace

TYPES = (f"{PREFIX}attachments.attached.v1",)
_FALLEN = (REASON, "stands_on_void")
_AT_ONCE = 100


def gone(session: Session) -> Sequence[tuple[str, str]]:
    """Sections, and the contents (``blob``) that they attached by events that do not count any more, sorted.

    What only waits is not gone: a plugin that is away for a while takes nothing from the hubs. Nor is what stands on another
    history of a log than the one that counts: people may decide otherwise. Its section can take its message back, and it is.
    """
    query = select(Trace.section, Trace.blob).where(Trace.blob != "", _gone()).distinct()
    return session.exec(query.order_by(col(Trace.section), col(Trace.blob))).all()


def undecided(session: Session) -> Sequence[tuple[str, str]]:
    """Sections, and the contents that they attached by events that wait here, or failed: they may count elsewhere."""
    event = tables.event
    beginning = func.substr(event.c.hash, 1, 16) == col(Trace.hash16)
    waits = exists().where(_at(event), beginning, event.c.state.in_(UNDECIDED))
    return session.exec(select(Trace.section, Trace.blob).where(Trace.blob != "", waits, not_(_gone())).distinct()).all()


def chunks_of(session: Session, refs: Collection[str]) -> set[str]:
    """The hashes of the chunks of those of these attachments that are gone so."""
    here = tuple_(col(Trace.section), col(Trace.epoch), col(Trace.sequence), col(Trace.hash16))
    meant = ((ref.section, ref.epoch, ref.sequence, ref.hash16) for ref in map(Ref.parse, refs))
    found = (session.exec(select(Trace.chunks).where(_gone(), here.in_(some))).all() for some in chunks(meant))
    return {name for some in found for listed in some for name in listed.split()}


def note(session: Session) -> None:
    """Note what never counted here and is gone (whoever comes later hears first that the text was taken back), or waits and may
    count elsewhere: what was said openly, for that lies at hubs for everybody.
    """
    event, trace = tables.event, Trace
    known = exists().where(_at(event), col(trace.hash16) == func.substr(event.c.hash, 1, 16))
    here = exists().where(*_same(tables.mention, event), tables.mention.c.part == tables.part.c.hash)
    query = rows(event.c.body, event.c.hash).where(
        event.c.state.in_((State.VOID, *UNDECIDED)), event.c.type.in_(TYPES), event.c.readers.is_(None), ~known, here
    )
    for body, hash_ in session.connection().execute(query.order_by(event.c.position).limit(_AT_ONCE)).all():
        envelope = recall(body, hash_)
        listed = _listed(session, envelope)
        session.add(Trace.of(envelope, listed.blob if listed else "", " ".join(listed.chunks) if listed else ""))


def _gone() -> ColumnElement[bool]:
    """That the event fell with what it stands on, or its own parts were taken back (also where it was cut off its log)."""
    event, withdrawn = tables.event, tables.withdrawn
    beginning = func.substr(event.c.hash, 1, 16) == col(Trace.hash16)
    void = exists().where(_at(event), beginning, event.c.state == State.VOID, event.c.reason.in_(_FALLEN))
    return or_(void, exists().where(_at(withdrawn), withdrawn.c.hash16 == col(Trace.hash16)))


def _at(table: FromClause) -> ColumnElement[bool]:
    """That a trace is of the event that a row of ``table`` is about."""
    here = table.c
    place = (col(Trace.section) == here.section, col(Trace.epoch) == here.epoch, col(Trace.sequence) == here.sequence)
    return and_(*place)


def _same(one: FromClause, other: FromClause) -> Iterator[ColumnElement[bool]]:
    return (one.c[name] == other.c[name] for name in ("section", "epoch", "sequence"))


def _listed(session: Session, envelope: Envelope) -> Manifest | None:
    """Of what nobody has judged: a part may be missing, or be no list at all."""
    connection, names = session.connection(), envelope.parts
    try:
        content = PartsOf(connection, names)[names[0]] if len(names) == len(parts.present(connection, names)) == 1 else b""
        return Manifest.model_validate_json(content)
    except ValidationError:
        return None
