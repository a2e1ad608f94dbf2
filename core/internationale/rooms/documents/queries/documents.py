"""Documents, their revisions and their texts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, func, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col, exists, select

from internationale.errors import NotFound
from internationale.events.envelope import PUBLIC
from internationale.events.refs import Ref
from internationale.kit.audiences import OPEN
from internationale.kit.documents import Summary
from internationale.kit.prepared import Prepared
from internationale.messages import marker
from internationale.rooms.documents.queries.values import RevisionCard, Text
from internationale.rooms.documents.rows import contents
from internationale.rooms.documents.rows.shared import Amendment, Document, Revision, Verdict
from internationale.rooms.documents.rules.ids import section_of

_ = marker("core")
PAGE = 100
"""So many revisions are listed on one page."""
RIVALS = 20
"""So many texts that do not count are listed."""
LARGEST = 2**31 - 1
"""No number of a revision is larger: a page's address may have any."""
_SUMMARY = ("id", "kind", "home", "language", "title", "number", "audience", "changed", "ref")
_FACTS = [col(getattr(Document, name)) for name in _SUMMARY]
_UNDECIDED = ~exists().where(col(Verdict.target) == col(Amendment.event))
_BOTH_OPEN = and_(*(or_(*(col(each.audience) == audience for audience in OPEN)) for each in (Amendment, Document)))
_OF_THE_TEXT = or_(_BOTH_OPEN, col(Amendment.audience) == col(Document.audience))
"""Not of another text under its id, which may have been written for some sections only."""
_WAITING = select(func.count()).where(col(Amendment.document) == col(Document.id), _OF_THE_TEXT, _UNDECIDED).scalar_subquery()
_SUMMARIES = core_select(*_FACTS, _WAITING).order_by(col(Document.changed).desc(), col(Document.id))
_EVERY = Prepared(_SUMMARIES)
_OF_KIND = Prepared(_SUMMARIES.where(col(Document.kind) == bindparam("kind")))
_ONE = Prepared(_SUMMARIES.where(col(Document.id) == bindparam("id")))
_CARD = ("event", "ref", "document", "number", "title", "note", "author", "amendments", "taken", "time", "audience")
_LATEST = Prepared(
    core_select(*(col(getattr(Revision, name)) for name in _CARD))
    .join(Document, col(Document.event) == col(Revision.event))
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


def summary_pinned(session: Session, document: str, ref: Ref) -> Summary:
    """One document, called as the revision that a ref pins has it: its opening may have a rival of another kind or language.

    Raises ``NotFound``.
    """
    columns = select(Revision.kind, Revision.language, Revision.audience)
    found = session.exec(columns.where(col(Revision.event) == ref.event_id, col(Revision.ref) == str(ref))).first()
    if found is None:
        raise unknown()
    kind, language, audience = found
    return replace(summary(session, document), kind=kind, language=language, audience=audience)


def revisions(session: Session, document: str) -> list[RevisionCard]:
    """All revisions that count, first to latest; raises ``NotFound``."""
    chain = select(Revision).where(*_counting(document)).order_by(col(Revision.number))
    if not (rows := session.exec(chain).all()):
        raise unknown()
    return [_card_of(row) for row in rows]


def history(session: Session, document: str, before: int) -> list[RevisionCard]:
    """A page of the revisions that count, latest first: at most ``PAGE``, with numbers below ``before``."""
    below = col(Revision.number) < min(before, LARGEST)
    chosen = select(Revision).where(*_counting(document), below).order_by(col(Revision.number).desc()).limit(PAGE)
    return [_card_of(row) for row in session.exec(chosen)]


def rivals(session: Session, document: str, *, public: bool) -> list[RevisionCard]:
    """The latest of the revisions that do not count, at most ``RIVALS``: their home wrote others under the same numbers.

    ``public``: only those that were written for the world, whatever audience the one has that counts.
    """
    where = [col(Revision.document) == document, col(Revision.counts).is_(False)]
    where += [col(Revision.audience) == PUBLIC] if public else []
    chosen = select(Revision).where(*where).order_by(col(Revision.epoch).desc(), col(Revision.sequence).desc()).limit(RIVALS)
    return [_card_of(row) for row in session.exec(chosen)]


def revision(session: Session, document: str, number: int) -> RevisionCard:
    """One revision by its number; raises ``NotFound``."""
    summary(session, document)
    here = col(Revision.number) == number if 0 < number <= LARGEST else false()
    row = session.exec(select(Revision).where(*_counting(document), here)).first()
    if row is None:
        raise NotFound(_("There is no such revision of this text."), place="revision")
    return _card_of(row)


def taken_in(session: Session, document: str) -> set[str]:
    """The events of the amendments that a revision which counts has taken in; raises ``NotFound``."""
    summary(session, document)
    chosen = select(Revision.taken).where(*_counting(document), col(Revision.taken) != "")
    return {taken for all_taken in session.exec(chosen) for taken in all_taken.split()}


def _counting(document: str) -> tuple[ColumnElement[bool], ...]:
    return col(Revision.document) == document, col(Revision.counts).is_(True)


def text(session: Session, document: str, number: int | None = None) -> Text:
    """A revision (the latest without a number) with its blocks; raises ``NotFound``."""
    if number is not None:
        return _text(session, revision(session, document, number))
    found = _LATEST.first(session.connection(), {"id": document}) if section_of(document) else None
    if found is None:
        raise unknown()
    return _text(session, _card(*found))


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
    content = contents.text(session.connection(), card.event)
    if content is None:
        raise unknown()
    return Text(card, *content)


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
