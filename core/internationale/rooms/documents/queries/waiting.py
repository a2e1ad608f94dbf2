"""What waits for a reader."""

from collections import Counter
from collections.abc import Sequence

from sqlmodel import Session

from internationale.kit.ports import Section
from internationale.kit.vocabulary import Need, Reader
from internationale.messages import Message, marker, plural_marker
from internationale.rooms.documents.queries import amendments, documents, private
from internationale.rooms.documents.queries.values import MotionCard

_ = marker("core")
ngettext = plural_marker("core")


def needs(section: Section, session: Session, reader: Reader) -> list[Need]:
    """Members' proposals to carry or answer, and amendments to decide on texts of our own."""

    def may(capability: str, document: str) -> bool:
        """Titles are for those who may read the text, too."""
        return section.may(reader, capability, document) and section.may(reader, "documents.read", document)

    to_carry = [one for one in private.open_motions(session, reader) if may("documents.amendment_proposed", one.document)]
    to_decide = [
        one for one, _amendment in amendments.to_decide(session, section.code) if may("documents.amendment_decided", one)
    ]
    return [*_proposals(to_carry), *_decisions(session, to_decide)]


def _proposals(motions: Sequence[MotionCard]) -> list[Need]:
    return [
        Need(
            title=_proposed(motion),
            detail=_("Carry it to the International, or answer why not."),
            path=f"/documents/{motion.document}/motions/{motion.id}",
            action=_("Look at it"),
            weight=30,
        )
        for motion in motions
    ]


def _proposed(motion: MotionCard) -> Message:
    if not motion.handle:
        return _("A former member proposes an amendment: %(title)s") % {"title": motion.title}
    return _("%(handle)s proposes an amendment: %(title)s") % {"handle": motion.handle, "title": motion.title}


def _decisions(session: Session, documents_: Sequence[str]) -> list[Need]:
    counts = Counter(documents_)
    titles = documents.titles(session, list(counts))
    return [
        Need(
            title=_amendments_wait(count),
            detail=_("To “%(title)s”. A decision needs its reasons.") % {"title": titles.get(document, document)},
            path=f"/documents/{document}/amendments",
            action=_("Decide"),
            weight=40,
        )
        for document, count in counts.items()
    ]


def _amendments_wait(count: int) -> Message:
    return ngettext("An amendment waits for your decision", "%(n)s amendments wait for your decision", count) % {"n": count}
