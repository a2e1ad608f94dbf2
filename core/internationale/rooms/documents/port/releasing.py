"""What was written days ago and is released now: whether the deed would still do it."""

from sqlmodel import Session

from internationale.kit.vocabulary import Utterance
from internationale.rooms.documents.events import AmendmentDecided, AmendmentWithdrawn, Revised
from internationale.rooms.documents.port import amending, revising
from internationale.rooms.documents.queries import documents


def check(session: Session, utterance: Utterance) -> None:
    """Raises ``Conflict`` for a revision of what was revised since, or with an amendment that is not accepted any more, and for a
    verdict on an amendment that has one.
    """
    said = utterance.payload
    if isinstance(said, Revised):
        revising.onto(documents.summary(session, said.document), said.number - 1)
        for amendment in said.amendments:
            revising.acceptable(session, said.document, amendment)
    elif isinstance(said, AmendmentWithdrawn):
        amending.still_open(session, said.document, said.amendment)
    elif isinstance(said, AmendmentDecided):
        amending.undecided(session, said.document, said.amendment, said.decision, str(utterance.refs[0]))
