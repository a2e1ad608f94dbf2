"""Proposing, withdrawing and deciding amendments."""

from dataclasses import dataclass

from sqlmodel import Session

from internationale.errors import Conflict, Invalid, Refused
from internationale.events.envelope import INTERNATIONAL
from internationale.events.refs import Ref
from internationale.kit.documents import Summary
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader, Utterance
from internationale.messages import marker
from internationale.rooms.documents.events import AmendmentDecided, AmendmentProposed, AmendmentWithdrawn
from internationale.rooms.documents.port import access
from internationale.rooms.documents.queries import amendments, documents
from internationale.rooms.documents.queries.values import AmendmentCard, Line, Text
from internationale.rooms.documents.rules import ids, writing
from internationale.text.blocks import join
from internationale.text.operations import Operation, apply

_ = marker("core")

PROPOSE = "documents.amendment_proposed"
WITHDRAW = "documents.amendment_withdrawn"
DECIDE = "documents.amendment_decided"


@dataclass(frozen=True)
class Proposal:
    """An amendment as somebody wrote it, on one paragraph of one revision; ``event`` is that revision's, where it is known which
    of that number they read.

    ``change``: ``replace`` (``text`` is how the paragraph should read), ``insert`` (``text`` comes after it; block ``""``: at
    the beginning), ``delete``, or ``hint`` (``text`` says what to mend; no block). ``language``: of title, reason and
    ``wording``, which is the proposer's own where ``text`` had to be put into the document's language.
    """

    block: str
    revision: int
    change: str
    language: str
    title: str
    reason: str
    text: str
    wording: str = ""
    event: str = ""


def propose(section: Home, session: Session, document: str, proposal: Proposal, by: Reader, *, id: str = "") -> str:
    """Send an amendment to all sections; returns its id: ``id``, or a new one."""
    section.require(by, PROPOSE, document)
    amendable(section, documents.summary(session, document))
    base = base_of(session, document, proposal)
    access.check_text(section, session, document, base.revision.ref)
    written = writing.write(base.blocks, operations(base, proposal), numbered=False)
    said = AmendmentProposed(
        document=document,
        amendment=id or ids.mint(section.code),
        language=proposal.language,
        title=proposal.title,
        reason=proposal.reason,
        changes=written.changes,
        digest=written.digest,
        hint=proposal.text if proposal.change == "hint" else "",
        wording=proposal.wording,
    )
    utterance = Utterance(said, refs=(base.revision.ref,), parts=written.parts, audience=INTERNATIONAL, author=by.handle or None)
    section.publish(session, utterance, by=by)
    return said.amendment


def withdraw(section: Home, session: Session, document: str, amendment: str, *, reason: str, by: Reader) -> None:
    """Take back an amendment of one's own section."""
    section.require(by, WITHDRAW, document)
    card = still_open(session, document, amendment)
    if card.section != section.code:
        raise Refused(_("Only the section that proposed an amendment withdraws it."))
    said = AmendmentWithdrawn(document=document, amendment=amendment, reason=reason)
    section.publish(session, Utterance(said, refs=(card.ref,), author=by.handle or None), by=by)


def decide(
    section: Home, session: Session, document: str, amendment: str, *, decision: str, reason: str, by: Reader, event: str = ""
) -> None:
    """Accept or reject an amendment, with the reason. A later decision corrects the first, visibly.

    ``event``: that of the amendment which was read, where it is known.
    """
    section.require(by, DECIDE, document)
    if documents.summary(session, document).home != section.code:
        raise Refused(_("Only the section that opened a document decides on amendments to it."))
    card = undecided(session, document, amendment, decision, event)
    access.check_amendment(section, session, amendment, card.ref)
    said = AmendmentDecided.model_validate({"document": document, "amendment": amendment, "decision": decision, "reason": reason})
    section.publish(session, Utterance(said, refs=(card.ref,), author=by.handle or None), by=by)


def undecided(session: Session, document: str, amendment: str, decision: str, event: str) -> AmendmentCard:
    """The amendment that was read. Raises ``Conflict`` where it is another one by now, was withdrawn, or is decided so."""
    card = amendments.one(session, document, amendment)
    same(card.ref, event)
    if card.state == "withdrawn":
        raise Conflict(_("This amendment was withdrawn."))
    if card.state == decision:
        raise Conflict(_("This is already decided so."))
    return card


def preview(session: Session, document: str, proposal: Proposal) -> list[Line]:
    """What the proposal would change; raises ``Invalid`` or ``Conflict`` when it says nothing."""
    base = base_of(session, document, proposal)
    return amendments.changed_only(amendments.compared(base, apply(base.blocks, operations(base, proposal))))


def base_of(session: Session, document: str, proposal: Proposal) -> Text:
    """The revision that a proposal was made on; raises ``Conflict`` when another one counts under its number by now."""
    base = documents.text(session, document, proposal.revision)
    same(base.revision.ref, proposal.event)
    return base


def same(now: Ref, read: str) -> None:
    """Raise ``Conflict`` when what stands here now is not what somebody read: their word must not go under other words."""
    if read and str(now) != read:
        raise Conflict(_("Something else stands here by now. Read it first."))


def operations(base: Text, proposal: Proposal) -> tuple[Operation, ...]:
    """What was written, as operations on the base."""
    if proposal.change == "hint":
        needs_words(proposal.text)
        return ()
    if proposal.change == "insert":
        needs_words(proposal.text)
        return writing.rewritten(base.blocks, writing.inserted(base.blocks, proposal.block, proposal.text))
    if proposal.change == "replace":
        needs_words(proposal.text)
    text = writing.replaced(base.blocks, proposal.block, "" if proposal.change == "delete" else proposal.text)
    if text == join(base.blocks):
        raise Conflict(_("This is the text as it stands; nothing was changed."), place="text")
    return writing.rewritten(base.blocks, text)


def amendable(section: Home, summary: Summary) -> None:
    """Raise ``Conflict`` when this kind of document takes no amendments."""
    kind = section.kinds.get(summary.kind)
    if kind is None or not kind.amendable:
        raise Conflict(_("This kind of document takes no amendments."))


def still_open(session: Session, document: str, amendment: str) -> AmendmentCard:
    """The amendment. Raises ``Conflict`` where it was withdrawn or decided."""
    card = amendments.one(session, document, amendment)
    if card.state != "open":
        raise Conflict(_("This amendment is no longer open."))
    return card


def needs_words(text: str) -> None:
    """Raise ``Invalid`` when nothing was written."""
    if not text.strip():
        raise Invalid(_("Please write the words that you propose."), place="text")
