"""Taking the long texts of a message of ours back."""

from typing import Any

from sqlmodel import Session

from internationale.errors import Conflict
from internationale.kit import Envelope, Reader, Utterance, marker
from internationale.rooms.exchange import queries
from internationale.rooms.exchange.events import PartWithdrawn
from internationale.rooms.exchange.rules import WITHDRAW

_ = marker("core")


def withdraw(section: Any, session: Session, id: str, *, reason: str, by: Reader) -> Envelope:
    """Have the long texts of our message ``id`` (``fr:1:12``) erased by all sections. Cannot be undone.

    Raises ``Refused``, ``NotFound``, and ``Conflict`` when it has none, or they were taken back already.
    """
    section.require(by, WITHDRAW)
    whole = queries.whole(section.ledger, session, id)
    if not whole.sent.parts:
        raise Conflict(_("This message has no long text of its own: all of it is in what was signed, and stays."))
    if queries.taken_back(session, id):
        raise Conflict(_("This was already taken back."))
    said = PartWithdrawn(event=whole.sent.ref, reason=reason)
    author = None if whole.sent.readers else by.handle or None  # who wrote something sealed is not told in the open either
    envelope: Envelope = section.publish(session, Utterance(said, author=author), by=by)[0]
    return envelope


def make_anew(section: Any) -> None:
    """Let go of what was made of texts that were taken back, when that had to wait (see ``ledger.pacing``)."""
    with section.reading() as session:
        waits = section.ledger.takes_back(session)
    if waits:
        with section.writing() as session:
            section.ledger.take_back(session, section.now())
