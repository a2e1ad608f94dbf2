"""The next revision: the home section's word, on its own or with amendments taken in."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from internationale.errors import Conflict, Refused
from internationale.kit.documents import Summary
from internationale.kit.ports import Section as Home
from internationale.kit.vocabulary import Reader, Utterance
from internationale.messages import marker
from internationale.rooms.documents.port import access
from internationale.rooms.documents.queries import amendments, documents
from internationale.rooms.documents.queries.values import AmendmentCard, Line, Text
from internationale.rooms.documents.rules import writing
from internationale.text import amendments as weighing
from internationale.text.blocks import join
from internationale.text.operations import Operation, apply

_ = marker("core")

REVISE = "documents.revised"


@dataclass(frozen=True)
class Draft:
    """The text that an editor begins with: the latest revision with some accepted amendments in it.

    ``taken`` are in the text; ``colliding`` are not, because they do not go together with it or with those before them:
    people decide.
    """

    text: str
    taken: tuple[AmendmentCard, ...]
    colliding: tuple[AmendmentCard, ...]


def revise(
    section: Home,
    session: Session,
    document: str,
    *,
    base: int,
    title: str,
    text: str,
    note: str,
    by: Reader,
    taking: Sequence[str] = (),
) -> int:
    """Publish the next revision, made on revision ``base``; ``taking``: the amendments it takes in. Returns its number."""
    summary = ours(section, session, document, by)
    onto(summary, base)
    now = documents.text(session, document)
    operations = writing.rewritten(now.blocks, text)
    if not operations and title == summary.title:
        raise Conflict(_("This is the text as it stands; nothing was changed."), place="text")
    taken = [acceptable(session, document, id) for id in dict.fromkeys(taking)]
    pins = {"amendments": tuple(card.id for card in taken), "taken": tuple(str(card.ref) for card in taken)}
    said, parts = writing.revision(document, base + 1, now.blocks, operations, title=title, note=note, **pins)
    refs = (now.revision.ref,)
    utterance = Utterance(said, refs=refs, parts=parts, audience=summary.audience, author=by.handle or None)
    envelope = section.publish(session, utterance, by=by)[0]
    if documents.summary(session, document).ref != envelope.ref:
        # two hands of one section at once: the earlier in the log counts, and this one must not be said in vain
        raise Conflict(_("Meanwhile there is a newer revision. Begin again from it; what you wrote is still in your browser."))
    return base + 1


def onto(summary: Summary, base: int) -> None:
    """Raises ``Conflict`` when what was written on revision ``base`` would take back, unseen, what a later one says."""
    if base != summary.revision:
        raise Conflict(_("Meanwhile there is a newer revision. Begin again from it; what you wrote is still in your browser."))


def ours(section: Home, session: Session, document: str, by: Reader) -> Summary:
    """The document, when it is this section's and the reader may read and revise it."""
    section.require(by, REVISE, document)
    summary = access.readable(section, session, document, by)
    if summary.home != section.code:
        raise Refused(_("Only the section that opened a document revises it. Others propose amendments."))
    return summary


def acceptable(session: Session, document: str, amendment: str) -> AmendmentCard:
    """An amendment that a revision may take in: accepted."""
    card = amendments.one(session, document, amendment)
    if card.state != "accepted":
        raise Conflict(_("Only an accepted amendment can be taken into the text."), place=amendment)
    return card


def waiting(session: Session, document: str) -> list[AmendmentCard]:
    """The accepted amendments with concrete words that no revision has taken in yet."""
    taken = documents.taken_in(session, document)
    cards = amendments.of_document(session, document)
    return [card for card in cards if card.state == "accepted" and card.ref.event_id not in taken and amendments.operations(card)]


def draft(session: Session, document: str, taking: Sequence[str]) -> Draft:
    """The latest text with amendments in it, each carried to it from the revision it was made on; never by a guess."""
    now = documents.text(session, document)
    together: list[Sequence[Operation]] = []
    taken: list[AmendmentCard] = []
    colliding: list[AmendmentCard] = []
    for card in (acceptable(session, document, id) for id in dict.fromkeys(taking)):
        try:
            carried = carry(session, card, now)
            weighing.merge(now.blocks, [*together, carried])
        except Conflict:
            colliding.append(card)
        else:
            together.append(carried)
            taken.append(card)
    text = join(apply(now.blocks, weighing.merge(now.blocks, together)) if together else now.blocks)
    return Draft(text, tuple(taken), tuple(colliding))


def carry(session: Session, card: AmendmentCard, now: Text) -> tuple[Operation, ...]:
    """The amendment's operations on today's text. Raises ``Conflict`` when what it touches was changed."""
    operations = amendments.operations(card)
    if card.base == now.revision.event:
        return operations
    return weighing.carry(operations, documents.text_of_event(session, card.base).blocks, now.blocks)


def preview(section: Home, session: Session, document: str, *, text: str, by: Reader) -> list[Line]:
    """What a new text would change, block by block."""
    ours(section, session, document, by)
    now = documents.text(session, document)
    operations = writing.rewritten(now.blocks, text)
    return amendments.changed_only(amendments.compared(now, apply(now.blocks, operations)))
