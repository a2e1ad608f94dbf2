"""Inside the section: the debate on a text, and the amendments that members propose. None of it leaves the house."""

import secrets

from sqlmodel import Session

from internationale.errors import Conflict, Invalid
from internationale.kit.documents import TITLE
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader
from internationale.ledger.database import ERASED
from internationale.messages import marker
from internationale.rooms.documents.port import amending
from internationale.rooms.documents.port.amending import Proposal
from internationale.rooms.documents.queries import documents, private
from internationale.rooms.documents.queries.values import Text
from internationale.rooms.documents.rows.private import Debate, Motion
from internationale.rooms.documents.rules import ids

_ = marker("core")

DISCUSS = "documents.discuss"


def say(section: Home, session: Session, document: str, *, block: str, motion: str = "", text: str, by: Reader) -> str:
    """Contribute to the debate on a paragraph, or on a proposal; returns the contribution's id."""
    account = _account(section, document, by)
    now = documents.text(session, document)
    if motion:
        block = private.motion(session, document, motion).block
    row = Debate(
        id=secrets.token_hex(8),
        document=document,
        block=block,
        motion=motion,
        revision=now.revision.number,
        quote=_quote(now, block, known=bool(motion)),
        account=account,
        handle=by.handle,
        text=text,
        written=section.now(),
    )
    session.add(row)
    return row.id


def mend(section: Home, session: Session, document: str, comment: str, *, text: str, by: Reader) -> None:
    """Change one's own contribution; that it was changed stays visible."""
    _account(section, document, by)
    row = private.comment(session, document, comment, by)
    if text != row.text:
        row.text, row.edited = text, section.now()


def take_back(section: Home, session: Session, document: str, comment: str, *, by: Reader) -> None:
    """Delete one's own contribution; that there was one stays visible."""
    _account(section, document, by)
    row = private.comment(session, document, comment, by)
    row.text, row.quote, row.deleted = "", "", section.now()
    session.info[ERASED] = True


def move(section: Home, session: Session, document: str, proposal: Proposal, by: Reader) -> str:
    """Propose an amendment inside the section; returns the proposal's id."""
    account = _account(section, document, by)
    summary = documents.summary(session, document)
    amending.amendable(section, summary)
    base = amending.base_of(session, document, proposal)
    if proposal.language == summary.language:
        amending.operations(base, proposal)
    elif proposal.change != "delete":
        amending.needs_words(proposal.text)
    row = Motion(
        id=secrets.token_hex(8),
        document=document,
        block=proposal.block,
        revision=proposal.revision,
        quote=_quote(base, proposal.block, known=not proposal.block),
        change=proposal.change,
        language=proposal.language,
        title=proposal.title,
        text=proposal.text,
        reason=proposal.reason,
        account=account,
        handle=by.handle,
        written=section.now(),
        state="open",
        answer="",
        answered_by="",
        amendment=ids.mint(section.code),
    )
    session.add(row)
    return row.id


def carry(section: Home, session: Session, document: str, motion: str, *, proposal: Proposal, by: Reader) -> str:
    """Carry a member's proposal to all sections, in the wording of ``proposal``; returns the amendment's id."""
    row = _open(session, document, motion)
    row.amendment = amending.propose(section, session, document, proposal, by, id=row.amendment)
    row.state = "carried"
    _answered(section, row, by)
    return row.amendment


def decline(section: Home, session: Session, document: str, motion: str, *, reason: str, by: Reader) -> None:
    """Answer a proposal that the section will not carry, with the reason."""
    section.require(by, amending.PROPOSE, document)
    row = _open(session, document, motion)
    row.state, row.answer = "declined", reason
    _answered(section, row, by)


def _open(session: Session, document: str, motion: str) -> Motion:
    row = private.motion(session, document, motion)
    if row.state != private.OPEN or private.sent(session, row):
        raise Conflict(_("This proposal was already answered."))
    return row


def _answered(section: Home, row: Motion, by: Reader) -> None:
    row.answered_by, row.answerer, row.answered = by.handle, by.id, section.now()


def _account(section: Home, document: str, by: Reader) -> str:
    section.require(by, DISCUSS, document)
    if by.id is None:
        raise Invalid(_("Please sign in to take part."))
    return by.id


def _quote(text: Text, block: str, *, known: bool) -> str:
    """What the paragraph says; raises ``Invalid`` for one that is not in the text unless it is ``known`` to be gone."""
    if block == TITLE:
        return text.revision.title
    found = text.block(block)
    if found is None and not known:
        raise Invalid(_("This paragraph is not in the text."), place="block")
    return found.source if found else ""
