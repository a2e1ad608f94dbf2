"""The debate and the members' proposals at home."""

from collections.abc import Mapping

from sqlalchemy import func
from sqlmodel import Session, col, select

from internationale.errors import NotFound
from internationale.kit import paging
from internationale.kit.vocabulary import Reader
from internationale.messages import marker
from internationale.rooms.documents.queries.values import Comment, MotionCard
from internationale.rooms.documents.rows.private import Debate, Motion
from internationale.rooms.documents.rows.shared import Amendment
from internationale.rooms.documents.rules.ids import is_plain

_ = marker("core")

OPEN, CARRIED = "open", "carried"
_MOTIONS = (
    select(Motion, Amendment.id)
    .join(Amendment, col(Amendment.id) == col(Motion.amendment), isouter=True)
    .order_by(col(Motion.written), col(Motion.id))
)
"""With the amendment that carries each, where one is in the log."""


def thread(
    session: Session, document: str, reader: Reader, page: int, *, block: str = "", motion: str = ""
) -> paging.Part[Comment]:
    """A page of the contributions on a paragraph, or on a proposal, the earliest first."""
    found = paging.part(_thread(session, document, block, motion), page)
    return found.of([comment_card(row, reader) for row in found.things])


def page_of(session: Session, row: Debate) -> int:
    """The page of its thread on which a contribution stands."""
    ids = [each.id for each in _thread(session, row.document, row.block, row.motion)]
    return paging.page_of(ids.index(row.id))


def _thread(session: Session, document: str, block: str, motion: str) -> list[Debate]:
    rows = session.exec(
        select(Debate)
        .where(col(Debate.document) == document, col(Debate.motion) == motion)
        .order_by(col(Debate.written), col(Debate.id))
    )
    return [row for row in rows if motion or row.block == block]


def comment(session: Session, document: str, id: str, reader: Reader) -> Debate:
    """The reader's own contribution; raises ``NotFound`` for anything else."""
    row = session.get(Debate, id) if is_plain(id) else None
    if row is None or row.document != document or row.account != reader.id or row.deleted is not None:
        raise NotFound(_("There is no such contribution of yours."))
    return row


def counts(session: Session, document: str) -> Mapping[str, int]:
    """How many contributions stand on each paragraph."""
    counting = (
        select(Debate.block, func.count())
        .where(col(Debate.document) == document, col(Debate.motion) == "", col(Debate.deleted).is_(None))
        .group_by(col(Debate.block))
    )
    return dict(session.exec(counting).all())


def motions(session: Session, document: str, reader: Reader) -> list[MotionCard]:
    """All proposals at home for one document, the earliest first."""
    found = session.exec(_MOTIONS.where(col(Motion.document) == document)).all()
    return [_card(row, reader, sent) for row, sent in found]


def open_motions(session: Session, reader: Reader) -> list[MotionCard]:
    """The proposals that wait for a delegate, in all documents."""
    found = session.exec(_MOTIONS.where(col(Motion.state) == OPEN, col(Amendment.id).is_(None))).all()
    return [_card(row, reader, sent) for row, sent in found]


def motion(session: Session, document: str, id: str) -> Motion:
    """One proposal; raises ``NotFound``."""
    row = session.get(Motion, id) if is_plain(id) else None
    if row is None or row.document != document:
        raise NotFound(_("There is no such proposal here."))
    return row


def motion_card(session: Session, document: str, id: str, reader: Reader) -> MotionCard:
    """One proposal, as pages and API show it; raises ``NotFound``."""
    row = motion(session, document, id)
    return _card(row, reader, sent(session, row))


def motion_of(session: Session, amendment: str, reader: Reader) -> MotionCard | None:
    """The member's proposal that an amendment carries, if one of ours."""
    row = session.exec(select(Motion).where(col(Motion.amendment) == amendment)).first()
    return None if row is None else _card(row, reader, sent(session, row))


def sent(session: Session, row: Motion) -> str | None:
    """The amendment that carries a proposal, if it is in the log: also where a backup that was put back has it as open."""
    return row.amendment if session.get(Amendment, row.amendment) is not None else None


def _card(row: Motion, reader: Reader, sent: str | None) -> MotionCard:
    state = CARRIED if row.state == OPEN and sent else row.state
    amendment = row.amendment if state == CARRIED else ""
    known = row.model_dump(exclude={"account", "answerer", "state", "amendment"})
    return MotionCard(**known, state=state, amendment=amendment, own=row.account == reader.id)


def comment_card(row: Debate, reader: Reader) -> Comment:
    """A contribution as pages and API show it."""
    return Comment(
        **row.model_dump(exclude={"account", "document"}),
        own=row.account == reader.id and row.deleted is None,
    )
