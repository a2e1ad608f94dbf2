"""Taking the long texts of a message of ours back."""

from typing import Any

from sqlmodel import Session

from internationale.errors import Conflict
from internationale.events.refs import Ref
from internationale.kit import Envelope, Reader, Section, Utterance, audiences, marker
from internationale.rooms.exchange import queries
from internationale.rooms.exchange.events import PartWithdrawn
from internationale.rooms.exchange.rules import WITHDRAW

_ = marker("core")


def withdraw(section: Any, session: Session, id: str, *, reason: str, by: Reader) -> Envelope:
    """Have the long texts of our message ``id`` (``fr:1:12``) erased by all sections. Cannot be undone.

    What was cut off the log, or stands in the proof of a fork, is named by its ref; others have its texts all the same.

    Raises ``Refused``, ``NotFound``, and ``Conflict`` when it has none, they were taken back already, or nobody would heed it.
    """
    section.require(by, WITHDRAW)
    whole = queries.whole(section.ledger, session, id)
    if not whole.sent.parts:
        raise Conflict(_("This message has no long text of its own: all of it is in what was signed, and stays."))
    ref = Ref.parse(whole.sent.ref)
    _require_standing(session, ref)
    if whole.sent.state == queries.REFUSED:
        raise Conflict(
            _(
                "By the list of sections this message is not one of this section: no other would delete its text because of what"
                " this one says. Ask the sections that have it to delete it."
            )
        )
    _require_later(section, session, ref)
    said = PartWithdrawn(event=whole.sent.ref, reason=reason)
    author = None if whole.sent.readers else by.handle or None  # who wrote something sealed is not told in the open either
    envelope: Envelope = section.publish(session, Utterance(said, author=author), by=by)[0]
    return envelope


def _require_later(section: Any, session: Session, ref: Ref) -> None:
    """A message takes back what was said before it: what was cut off the log may have a higher number than the next has."""
    here = section.ledger.head(session, section.code)
    goes_on = section.keyring(session)[section.code].epoch
    if not here.frozen and ref.epoch == goes_on == here.epoch and here.sequence < ref.sequence:
        sentence = _(
            "A message can take back only what has a lower number, and the log of this section has come to number %(here)s. This"
            " can be taken back when it has come to number %(there)s."
        )
        raise Conflict(sentence % {"here": here.sequence, "there": ref.sequence})


def check(section: Section, session: Session, utterance: Utterance) -> None:
    """Of what was written earlier and is released now: raises ``Conflict`` where a text was taken back since, or where nobody is
    left of those for whom it was to be sealed.
    """
    others = {*audiences.readers(utterance.audience)} - {section.code}
    if others and not any(card.sealable for card in section.sections(session) if card.code in others):
        raise Conflict(_("Nobody of those for whom this was written can read it any more. Reject it."))
    if isinstance(utterance.payload, PartWithdrawn):
        _require_standing(session, Ref.parse(utterance.payload.event))


def _require_standing(session: Session, ref: Ref) -> None:
    if queries.taken_back_of(session, ref):
        raise Conflict(_("This was already taken back."))


def make_anew(section: Any) -> None:
    """Let go of what was made of texts that were taken back, when that had to wait (see ``ledger.pacing``)."""
    with section.reading() as session:
        waits = section.ledger.takes_back(session)
    if waits:
        with section.writing() as session:
            section.ledger.take_back(session, section.now())
