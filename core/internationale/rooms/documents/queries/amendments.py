"""Amendments with what was said about them, and comparing."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlmodel import Session, col, select

from internationale.errors import NotFound
from internationale.events.refs import Ref
from internationale.messages import marker
from internationale.rooms.documents.queries import documents
from internationale.rooms.documents.queries.values import AmendmentCard, Line, Text, VerdictCard
from internationale.rooms.documents.rows.shared import Amendment, Document, Verdict
from internationale.rooms.documents.rules.ids import section_of
from internationale.text import compare
from internationale.text.amendments import collide
from internationale.text.blocks import Block
from internationale.text.operations import Operation, apply, from_json

_ = marker("core")


def of_document(session: Session, document: str) -> list[AmendmentCard]:
    """All amendments to a document, the earliest first."""
    rows = session.exec(select(Amendment).where(col(Amendment.document) == document)).all()
    said: dict[str, list[Verdict]] = {}
    for verdict in session.exec(select(Verdict).where(col(Verdict.document) == document)):
        said.setdefault(verdict.target, []).append(verdict)
    return sorted((_card(row, said.get(row.event, [])) for row in rows), key=lambda card: (card.time, card.id))


def one(session: Session, document: str, amendment: str) -> AmendmentCard:
    """One amendment; raises ``NotFound``."""
    row = session.get(Amendment, amendment) if section_of(amendment) else None
    if row is None or row.document != document:
        raise NotFound(_("There is no such amendment here."))
    return _card(row, session.exec(select(Verdict).where(col(Verdict.target) == row.event)).all())


def to_decide(session: Session, home: str) -> list[tuple[str, str]]:
    """The open amendments to documents of a home section: (document, amendment), earliest first."""
    answered = select(Verdict.event).where(col(Verdict.target) == col(Amendment.event)).exists()
    waiting = (
        select(Amendment.document, Amendment.id)
        .join(Document, col(Document.id) == col(Amendment.document))
        .where(col(Document.home) == home, ~answered)
        .order_by(col(Amendment.time), col(Amendment.id))
    )
    return list(session.exec(waiting).all())


def operations(card: AmendmentCard) -> tuple[Operation, ...]:
    """What the amendment would do to its base."""
    return from_json(msgspec.json.decode(card.operations))


def overlapping(session: Session, card: AmendmentCard) -> list[AmendmentCard]:
    """The other amendments to the same revision, not rejected or withdrawn, that do not go together with this one."""
    mine = operations(card)
    others = (other for other in of_document(session, card.document) if other.id != card.id and other.base == card.base)
    return [other for other in others if other.state in ("open", "accepted") and collide(mine, operations(other))]


def proposed(session: Session, card: AmendmentCard) -> list[Line]:
    """The amendment compared with the text it was made on: the changed blocks only."""
    base = documents.text_of_event(session, card.base)
    return changed_only(compared(base, apply(base.blocks, operations(card))))


def compared(old: Text, new: Sequence[Block], numbers: Sequence[str] = ()) -> list[Line]:
    """Word by word, block by block. Numbers are the new text's where it has any, else the old one's."""
    was = {block.id: number for block, number in zip(old.blocks, old.numbers, strict=True)}
    now = {block.id: number for block, number in zip(new, numbers, strict=True)} if numbers else was
    lines: list[Line] = []
    for change in compare.blocks(old.blocks, new):
        block = change.new or change.old
        if block is not None:
            number = (now if change.new else was).get(block.id, "")
            lines.append(Line(block.id, number, block.kind, str(change.state), change.pieces))
    return lines


def changed_only(lines: Iterable[Line]) -> list[Line]:
    """The lines that are not the same in both."""
    return [line for line in lines if line.state != compare.State.SAME]


def _card(row: Amendment, verdicts: Sequence[Verdict]) -> AmendmentCard:
    ordered = sorted(verdicts, key=lambda verdict: (verdict.section, verdict.epoch, verdict.sequence))
    return AmendmentCard(
        id=row.id,
        ref=Ref.parse(row.ref),
        document=row.document,
        section=row.section,
        author=row.author,
        base=row.base,
        number=row.number,
        language=row.language,
        title=row.title,
        reason=row.reason,
        hint=row.hint,
        wording=row.wording,
        operations=row.operations,
        blocks=tuple(row.blocks.split()),
        time=row.time,
        state=_state(ordered),
        verdicts=tuple(VerdictCard(item.verdict, item.section, item.author, item.reason, item.time) for item in ordered),
    )


def _state(verdicts: Sequence[Verdict]) -> str:
    """The home section's latest word counts, even where a withdrawal crossed it on the way: the text is the home's."""
    decided = [verdict.verdict for verdict in verdicts if verdict.verdict != "withdrawn"]
    if decided:
        return decided[-1]
    return "withdrawn" if verdicts else "open"
