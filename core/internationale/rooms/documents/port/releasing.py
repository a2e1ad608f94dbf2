"""What was written days ago and is released now: whether the deed would still do it."""

from datetime import datetime

from sqlmodel import Session

from internationale.errors import Conflict
from internationale.kit.vocabulary import Utterance
from internationale.messages import marker
from internationale.rooms.documents.events import AmendmentDecided, AmendmentWithdrawn, Revised
from internationale.rooms.documents.port import amending, revising
from internationale.rooms.documents.queries import documents

_ = marker("core")


def check(session: Session, utterance: Utterance, written: datetime) -> None:
    """Raises ``Conflict`` for a revision of what was revised since it was ``written``, or with an amendment that is not accepted
    any more, and for a verdict on an amendment that was withdrawn or got one since.
    """
    said = utterance.payload
    if isinstance(said, Revised):
        revising.onto(documents.summary(session, said.document), said.number - 1)
        for amendment in said.amendments:
            revising.acceptable(session, said.document, amendment)
    elif isinstance(said, AmendmentWithdrawn):
        amending.still_open(session, said.document, said.amendment)
    elif isinstance(said, AmendmentDecided):
        card = amending.undecided(session, said.document, said.amendment, said.decision, str(utterance.refs[0]))
        if any(verdict.time > written for verdict in card.verdicts):
            raise Conflict(_("Since this was written, the amendment was decided otherwise."))
