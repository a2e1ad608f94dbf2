"""Documents, their revisions and their texts."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, exists, select

from internationale.errors import NotFound
from internationale.events.refs import Ref
from internationale.kit.documents import Summary
from internationale.messages import marker
from internationale.rooms.documents.queries.values import RevisionCard, Text
from internationale.rooms.documents.rows.projection import chain
from internationale.rooms.documents.rows.shared import Amendment, Content, Document, Revision, Verdict
from internationale.rooms.documents.rules.ids import section_of
from internationale.text.blocks import Block

_ = marker("core")


def summaries(session: Session, kind: str | None = None) -> list[Summary]:
    """Documents (of one kind), latest change first."""
    chosen = select(Document) if kind is None else select(Document).where(col(Document.kind) == kind)
    rows = session.exec(chosen.order_by(col(Document.changed).desc(), col(Document.id))).all()
    waiting = open_amendments(session)
    return [_summary(row, waiting.get(row.id, 0)) for row in rows]


def summary(session: Session, document: str) -> Summary:
    """One document; raises ``NotFound``."""
    row = session.get(Document, document) if section_of(document) else None
    if row is None:
        raise unknown()
    return _summary(row, open_amendments(session, document).get(document, 0))


def open_amendments(session: Session, document: str | None = None) -> Mapping[str, int]:
    """How many amendments wait for a decision, by document."""
    answered = exists().where(col(Verdict.target) == col(Amendment.event))
    counting = select(Amendment.document, func.count()).where(~answered).group_by(col(Amendment.document))
    if document is not None:
        counting = counting.where(col(Amendment.document) == document)
    return dict(session.exec(counting).all())


def revisions(session: Session, document: str) -> list[RevisionCard]:
    """All revisions that count, first to latest; raises ``NotFound``."""
    chosen = select(Revision).where(col(Revision.document) == document)
    rows = chain(session.exec(chosen)) if section_of(document) else []
    if not rows:
        raise unknown()
    return [_card(row) for row in rows]


def revision(session: Session, document: str, number: int) -> RevisionCard:
    """One revision by its number; raises ``NotFound``."""
    cards = revisions(session, document)
    if not 1 <= number <= len(cards):
        raise NotFound(_("There is no such revision of this text."), place="revision")
    return cards[number - 1]


def text(session: Session, document: str, number: int | None = None) -> Text:
    """A revision (the latest without a number) with its blocks; raises ``NotFound``."""
    cards = revisions(session, document)
    card = cards[-1] if number is None else revision(session, document, number)
    return _text(session, card)


def text_of_event(session: Session, event: str) -> Text:
    """The revision that an event made, whether it counts or not; raises ``NotFound``."""
    row = session.get(Revision, event)
    if row is None:
        raise unknown()
    return _text(session, _card(row))


def unknown() -> NotFound:
    """The answer to whoever asks for a document that is not here."""
    return NotFound(_("There is no such document here, or its section has taken it back."))


def _text(session: Session, card: RevisionCard) -> Text:
    content = session.get(Content, card.event)
    if content is None:
        raise unknown()
    items = msgspec.json.decode(content.blocks, type=list[tuple[str, str, int, str, str]])
    blocks = tuple(Block(id, kind, level, raw) for id, kind, level, raw, _number in items)
    return Text(card, blocks, tuple(item[4] for item in items))


def _card(row: Revision) -> RevisionCard:
    return RevisionCard(
        event=row.event,
        ref=Ref.parse(row.ref),
        document=row.document,
        number=row.number,
        title=row.title,
        note=row.note,
        author=row.author,
        amendments=tuple(row.amendments.split()),
        time=row.time,
        audience=row.audience,
    )


def _summary(row: Document, waiting: int) -> Summary:
    return Summary(
        id=row.id,
        kind=row.kind,
        home=row.home,
        language=row.language,
        title=row.title,
        revision=row.number,
        audience=row.audience,
        changed=row.changed,
        ref=Ref.parse(row.ref),
        open_amendments=waiting,
    )


def titles(session: Session, documents: Sequence[str]) -> dict[str, str]:
    """The titles of some documents."""
    rows = session.exec(select(Document.id, Document.title).where(col(Document.id).in_(documents))).all()
    return dict(rows)
