"""From applied events to rows."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlmodel import Session, col, select

from internationale.events.envelope import Envelope
from internationale.events.types import Event
from internationale.kit.audiences import OPEN, key
from internationale.kit.projecting import new_row
from internationale.kit.vocabulary import Projection
from internationale.rooms.documents.events import (
    AmendmentDecided,
    AmendmentProposed,
    AmendmentWithdrawn,
    Opened,
    Revised,
    TranslationOffered,
)
from internationale.rooms.documents.rows import contents
from internationale.rooms.documents.rows.chain import enter
from internationale.rooms.documents.rows.shared import Amendment, Content, Document, Revision, Row, Translation, Verdict
from internationale.rooms.documents.rules.authority import taken_in
from internationale.rooms.documents.rules.ids import section_of
from internationale.rooms.documents.rules.state import State, base, carried, standing, state
from internationale.text.operations import Insert, Join, Move, Operation, from_json, to_json


def on_revision(session: Session, event: Event[Opened | Revised]) -> None:
    """A document was opened or revised."""
    said, envelope, now = event.payload, event.envelope, state(event)
    before = base(event).envelope.id if isinstance(said, Revised) else ""
    counts = enter(session, said.document, now.number, before, envelope)
    new_row(
        session,
        Revision,
        event=envelope.id,
        document=said.document,
        counts=counts,
        ref=str(envelope.ref),
        base=before,
        epoch=envelope.epoch,
        sequence=envelope.sequence,
        number=now.number,
        kind=now.kind,
        language=now.language,
        audience=now.audience,
        sealed=envelope.sealed,
        title=now.title,
        note=said.note if isinstance(said, Revised) else "",
        author=envelope.author,
        amendments=" ".join(said.amendments) if isinstance(said, Revised) else "",
        taken=" ".join(taken_in(event, said)) if isinstance(said, Revised) else "",
        digest=said.digest,
        time=envelope.time,
    )
    contents.keep(session, event, before, now)
    if counts:
        _show(session, envelope, now)


def _show(session: Session, envelope: Envelope, now: State) -> None:
    """The document's row, at a revision that counts: none that counts stands on it yet, so it is the latest."""
    known = session.get(Document, now.document) if now.number > 1 else None
    session.merge(
        Document(
            id=now.document,
            kind=now.kind,
            home=section_of(now.document),
            language=now.language,
            audience=now.audience,
            opened=known.opened if known else envelope.time,
            number=now.number,
            title=now.title,
            event=envelope.id,
            ref=str(envelope.ref),
            changed=envelope.time,
        )
    )


def on_amendment(session: Session, event: Event[AmendmentProposed]) -> None:
    """An amendment was proposed."""
    said, envelope, before = event.payload, event.envelope, standing(base(event))
    operations = from_json(list(carried(event).operations))
    row = Amendment(
        id=said.amendment,
        event=envelope.id,
        ref=str(envelope.ref),
        epoch=envelope.epoch,
        sequence=envelope.sequence,
        document=said.document,
        section=envelope.section,
        author=envelope.author,
        base=base(event).envelope.id,
        number=before.number,
        language=said.language,
        title=said.title,
        reason=said.reason,
        hint=said.hint,
        wording=said.wording,
        operations=msgspec.json.encode(to_json(operations)).decode(),
        blocks=" ".join(sorted(_touched(operations, {block.id for block in before.blocks}))),
        audience=envelope.audience,
        time=envelope.time,
    )
    known = session.get(Amendment, said.amendment)
    if known is None or _goes_before(row, known):
        session.merge(row)


def on_withdrawn(session: Session, event: Event[AmendmentWithdrawn]) -> None:
    """An amendment was withdrawn by those who proposed it."""
    _verdict(session, event, "withdrawn")


def on_decided(session: Session, event: Event[AmendmentDecided]) -> None:
    """The home section accepted or rejected an amendment."""
    _verdict(session, event, event.payload.decision)


def on_translation(session: Session, event: Event[TranslationOffered]) -> None:
    """Translations were offered. For one unit and source, a section's later word replaces its earlier one for one audience."""
    envelope, said = event.envelope, event.payload
    audience = key(envelope.audience)
    mine = select(Translation).where(
        col(Translation.document) == said.document,
        col(Translation.audience) == audience,
        col(Translation.language) == said.language,
        col(Translation.section) == envelope.section,
        col(Translation.block).in_({unit.block for unit in said.units}),
    )
    known = {(row.block, row.source_hash): row for row in session.exec(mine)}
    for unit in said.units:
        row = Translation(
            document=said.document,
            audience=audience,
            language=said.language,
            block=unit.block,
            section=envelope.section,
            source_hash=unit.source_hash,
            quote=unit.quote,
            text=unit.text,
            author=envelope.author,
            event=envelope.id,
            epoch=envelope.epoch,
            sequence=envelope.sequence,
            time=envelope.time,
        )
        before = known.get((unit.block, unit.source_hash))
        if before is None:
            known[unit.block, unit.source_hash] = row
            session.add(row)
        elif not _is_earlier(row, before):
            before.sqlmodel_update(row.model_dump())


def _verdict(session: Session, event: Event[Any], verdict: str) -> None:
    envelope = event.envelope
    new_row(
        session,
        Verdict,
        event=envelope.id,
        document=event.payload.document,
        target=envelope.refs[0].event_id,
        section=envelope.section,
        author=envelope.author,
        epoch=envelope.epoch,
        sequence=envelope.sequence,
        verdict=verdict,
        reason=event.payload.reason,
        time=envelope.time,
    )


def _touched(operations: Iterable[Operation], known: set[str]) -> set[str]:
    touched: set[str] = set()
    for operation in operations:
        if isinstance(operation, Insert | Move):
            touched.add(operation.after)
        if not isinstance(operation, Insert):
            touched.add(operation.block)
        if isinstance(operation, Join):
            touched.add(operation.following)
    return touched & known


def _goes_before(row: Amendment, other: Amendment) -> bool:
    """Whether an amendment has the id of both: of two open or two sealed ones the one that their section's log has first."""
    places = ((each.audience not in OPEN, each.epoch, each.sequence) for each in (row, other))
    return next(places) < next(places)


def _is_earlier(row: Translation, other: Translation) -> bool:
    """Whether it stands before the other in their section's log."""
    return (row.epoch, row.sequence) < (other.epoch, other.sequence)


TABLES: tuple[type[Row], ...] = (Document, Revision, Content, Amendment, Verdict, Translation)

projection = Projection(
    name="documents",
    version=6,
    tables=TABLES,
    on={
        Opened: on_revision,
        Revised: on_revision,
        AmendmentProposed: on_amendment,
        AmendmentWithdrawn: on_withdrawn,
        AmendmentDecided: on_decided,
        TranslationOffered: on_translation,
    },
)
