"""What was written days ago and is released now: whether the deed would still do it."""

from datetime import datetime

from sqlmodel import Session

from internationale.errors import Conflict
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Utterance
from internationale.messages import marker
from internationale.rooms.documents.events import AmendmentDecided, AmendmentWithdrawn, Revised, TranslationOffered
from internationale.rooms.documents.port import amending, revising
from internationale.rooms.documents.queries import documents, translations

_ = marker("core")


def check(section: Section, session: Session, utterance: Utterance, written: datetime) -> None:
    """Raises ``Conflict`` for a revision of what was revised since it was ``written``, or with an amendment that is not accepted
    any more; for a verdict on an amendment that was withdrawn or got one since; for a translation in the place of a newer one.
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
    elif isinstance(said, TranslationOffered):
        offered = translations.offered(session, said, section.code)
        if any(time > written for time in offered):
            raise Conflict(
                _("Your section has translated this otherwise since it was written. Reject it, and look at that first.")
            )
