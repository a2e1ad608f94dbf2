"""Documents, their revisions and their texts."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, exists, select

from internationale.errors import NotFound
from internationale.events.refs import Ref
from internationale.kit.documents import Summary
from internationale.kit.prepared import Prepared
from internationale.messages import marker
from internationale.rooms.documents.queries.values import RevisionCard, Text
from internationale.rooms.documents.rows.chain import Link, counted
from internationale.rooms.documents.rows.shared import Amendment, Content, Document, Revision, Verdict
from internationale.rooms.documents.rules.ids import section_of
from internationale.text.blocks import Block

_ = marker("core")
_BLOCKS = msgspec.json.Decoder(list[tuple[str, str, int, str, str]])
_SUMMARY = ("id", "kind", "home", "language", "title", "number", "audience", "changed", "ref")
_FACTS = [col(getattr(Document, name)) for name in _SUMMARY]
_UNDECIDED = ~exists().where(col(Verdict.target) == col(Amendment.event))
_WAITING = select(func.count()).where(col(Amendment.document) == col(Document.id), _UNDECIDED).scalar_subquery()
_SUMMARIES = core_select(*_FACTS, _WAITING).order_by(col(Document.changed).desc(), col(Document.id))
_EVERY = Prepared(_SUMMARIES)
_OF_KIND = Prepared(_SUMMARIES.where(col(Document.kind) == bindparam("kind")))
_ONE = Prepared(_SUMMARIES.where(col(Document.id) == bindparam("id")))
_CARD = ("event", "ref", "document", "number", "title", "note", "author", "amendments", "taken", "time", "audience")
_LATEST = Prepared(
    core_select(*(col(getattr(Revision, name)) for name in _CARD), col(Content.blocks))
    .join(Document, col(Document.event) == col(Revision.event))
    .join(Content, col(Content.event) == col(Revision.event))
    .where(col(Document.id) == bindparam("id"))
)


def summaries(session: Session, kind: str | None = None) -> list[Summary]:
    """Documents (of one kind), latest change first."""
    query = _EVERY if kind is None else _OF_KIND
    return [_summary(*row) for row in query.all(session.connection(), {"kind": kind})]


def summary(session: Session, document: str) -> Summary:
    """One document; raises ``NotFound``."""
    found = _ONE.first(session.connection(), {"id": document}) if section_of(document) else None
    if found is None:
        raise unknown()
    return _summary(*found)


def revisions(session: Session, document: str) -> list[RevisionCard]:
    """All revisions that count, first to latest; raises ``NotFound``."""
    events = [link.event for link in _counted(session, document)]
    rows = {row.event: row for row in session.exec(select(Revision).where(col(Revision.document) == document))}
    return [_card_of(rows[event]) for event in events]


def revision(session: Session, document: str, number: int) -> RevisionCard:
    """One revision by its number; raises ``NotFound``."""
    chain = _counted(session, document)
    if not 1 <= number <= len(chain):
        raise NotFound(_("There is no such revision of this text."), place="revision")
    return _card_of(session.get_one(Revision, chain[number - 1].event))


def taken_in(session: Session, document: str) -> set[str]:
    """The events of the amendments that a revision which counts has taken in; raises ``NotFound``."""
    events = {link.event for link in _counted(session, document)}
    chosen = select(Revision.event, Revision.taken).where(col(Revision.document) == document, col(Revision.taken) != "")
    return {taken for event, all_taken in session.exec(chosen) if event in events for taken in all_taken.split()}


def _counted(session: Session, document: str) -> list[Link]:
    chain = counted(session, document) if section_of(document) else []
    if not chain:
        raise unknown()
    return chain


def text(session: Session, document: str, number: int | None = None) -> Text:
    """A revision (the latest without a number) with its blocks; raises ``NotFound``."""
    if number is not None:
        return _text(session, revision(session, document, number))
    found = _LATEST.first(session.connection(), {"id": document}) if section_of(document) else None
    if found is None:
        raise unknown()
    *card, blocks = found
    return Text(_card(*card), *decoded(blocks))


def text_of_event(session: Session, event: str) -> Text:
    """The revision that an event made, whether it counts or not; raises ``NotFound``."""
    row = session.get(Revision, event)
    if row is None:
        raise unknown()
    return _text(session, _card_of(row))


def text_pinned(session: Session, document: str, ref: Ref) -> Text:
    """The very revision of a document that a ref pins, whether it counts or not; raises ``NotFound``."""
    found = text_of_event(session, ref.event_id)
    if found.revision.document != document or found.revision.ref != ref:
        raise NotFound(_("There is no such revision of this text."), place="revision")
    return found


def unknown() -> NotFound:
    """The answer to whoever asks for a document that is not here."""
    return NotFound(_("There is no such document here, or its section has taken it back."))


def _text(session: Session, card: RevisionCard) -> Text:
    content = session.get(Content, card.event)
    if content is None:
        raise unknown()
    return Text(card, *decoded(content.blocks))


def decoded(content: str) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The blocks of a revision and their numbers, from the row of its content."""
    items = _BLOCKS.decode(content)
    return tuple(Block(id, kind, level, raw) for id, kind, level, raw, _number in items), tuple(item[4] for item in items)


def _card_of(row: Revision) -> RevisionCard:
    return _card(*(getattr(row, name) for name in _CARD))


def _card(*values: Any) -> RevisionCard:
    """The columns of ``_CARD``."""
    known = dict(zip(_CARD, values, strict=True))
    lists = {name: tuple(known[name].split()) for name in ("amendments", "taken")}
    return RevisionCard(**{**known, "ref": Ref.parse(known["ref"]), **lists})


def _summary(*values: Any) -> Summary:
    """The columns of ``_SUMMARY``, and how many amendments wait."""
    known = dict(zip((*_SUMMARY, "open_amendments"), values, strict=True))
    return Summary(revision=known.pop("number"), ref=Ref.parse(known.pop("ref")), **known)


def titles(session: Session, documents: Sequence[str]) -> dict[str, str]:
    """The titles of some documents."""
    rows = session.exec(select(Document.id, Document.title).where(col(Document.id).in_(documents))).all()
    return dict(rows)
