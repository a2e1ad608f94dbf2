"""What this section signs to hold of everybody's log: signed anew when it changed, and for who asks what is held now."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from internationale.errors import Paused
from internationale.events import codes, heads, presence
from internationale.events.envelope import Address
from internationale.events.heads import Beside, Heads
from internationale.events.presence import Presence
from internationale.events.signed import SignedDocument
from internationale.ledger import parking
from internationale.ledger.deliveries import Delivery
from internationale.ledger.reasons import Lasting
from internationale.rooms.roster import port, queries
from internationale.section import Section


def sign(section: Section, *, again: bool) -> SignedDocument | None:
    """Our heads, signed anew when they changed (or ``again``), and remembered like anybody's: each is later than the one before.

    None while there is nothing to say, and where nobody would take it: whose key is not, or no longer, in force signs no heads.
    Nor does who may have forgotten what it held: its next start would take it for one that was never away.
    """
    closings = section.gate.closings  # first
    if _forgetful(section):
        return None
    with section.reading() as session:
        last = queries.heads_document(session, section.code)
    said = None if last is None else queries.read_heads(last.body)
    word = _word(section)
    if word is None or not word.heads:
        return None
    if said is not None and said.heads == word.heads and said.roster == word.roster and not again:
        return last
    document = heads.seal(word, section.key)
    try:
        with section.writing() as session:
            _remember(section, session, document)
            if section.gate.closings != closings or section.gate.jumped(section.now()):  # it was in doubt meanwhile what we hold
                session.rollback()
                return None
    except Paused:  # the database was put back
        return None
    return document


def _forgetful(section: Section) -> bool:
    """Whether we are silent, or about to be (the clock has jumped). But for one of whose log there are two: it knows what it
    holds, and each start hears of it.
    """
    if section.gate.jumped(section.now()):
        return True
    return section.fenced is not None and (section.gate.lasting is not Lasting.ANOTHER or section.gate.inquiry.question != "")


def _remember(section: Section, session: Session, document: SignedDocument) -> None:
    port.store_heads(session, document, section.now(), section.keyring(session))
    section.signing(session)


@dataclass(frozen=True)
class Testimony:
    """What we hold now, signed for who asks; and what these heads do not tell: what of the asker's own log is here behind a hole,
    the furthest of it.
    """

    heads: SignedDocument
    beside: Delivery | None


def answer(section: Section, asker: str, asked: str) -> Testimony | None:
    """What is said to another section that asks what we hold now. None while we are silent: we may have forgotten something
    ourselves.

    It is remembered: were the clock set back later, that section would take nothing of ours for newer until it has caught up.
    """
    jumped = section.gate.jumped(section.now())
    word = None if jumped or section.fenced is not None else _word(section, asked)
    if word is None:
        return None
    with section.reading() as session:
        beside = parking.furthest(session.connection(), section.keyring(session).get(asker))
    document = heads.seal(word.model_copy(update=_bound(asker, beside)), section.key)
    try:
        section.note_in_passing(lambda session: _remember(section, session, document))
    except Paused:  # the database was put back in this moment
        return None
    return Testimony(document, beside)


@dataclass(frozen=True)
class Attendance:
    """That we are here, and silent, signed for who asks; and the furthest of the asker's own log that is here: it has signed that
    itself, so that we need not know whether we have forgotten anything.
    """

    presence: SignedDocument
    beside: Delivery | None


def attend(section: Section, asker: str, asked: str) -> Attendance | None:
    """What is said instead while we are silent because we were away for a while, as those may have been who ask. None else: who
    was put back, or lacks what others hold, or has another instance, is not back with all that it had.
    """
    if section.fenced is None or section.gate.lasting is not None or _word(section, asked) is None:
        return None
    beside = _furthest(section, asker)
    here = Presence(section=section.code, asked=asked).model_copy(update=_bound(asker, beside))
    return Attendance(presence.seal(here, section.key), beside)


def reply(section: Section, asker: str, asked: str) -> Testimony | Attendance | None:
    """What is said to another section that asks what we hold now: that, or else that we are there. None, too, in a name that no
    section can have: what we sign for it would be malformed.
    """
    if not codes.fit(asker):
        return None
    return answer(section, asker, asked) or attend(section, asker, asked)


def _furthest(section: Section, asker: str) -> Delivery | None:
    """What is parked of a log, or its end here: the later one."""
    with section.reading() as session:
        parked = parking.furthest(session.connection(), section.keyring(session).get(asker))
        head = section.ledger.head(session, asker)
        ends = section.ledger.events_after(session, asker, head.epoch, head.sequence - 1, 1) if head.sequence else []
    sound = (end for end in ends if end.signed.hash == end.hash)
    end = next((Delivery(end.address.subject, end.signed.body, end.signed.signature) for end in sound), None)
    return max(filter(None, (end, parked)), key=_place, default=None)


def _place(event: Delivery) -> Beside:
    where = Address.of_subject(event.subject)
    return Beside(where.epoch, where.sequence)


def _bound(asker: str, beside: Delivery | None) -> Mapping[str, object]:
    """What binds an answer to who has asked, and to the event that goes with it."""
    with_it = {} if beside is None else {"beside": _place(beside), "beside_hash": beside.signed.hash}
    return {"to": asker} | with_it


def _word(section: Section, asked: str | None = None) -> Heads | None:
    """None where we sign no heads; and where the database is not the one with which was signed before: what it holds is not all
    that we held.
    """
    with section.reading() as session:
        if section.gate.reverted(session.connection()):
            return None
        roster, keyring = queries.latest(session), section.keyring(session)
        rules, held = keyring.get(section.code), dict(queries.own_heads(session))
        if roster is None or rules is None or not rules.signed_by(section.key.public):
            return None
        time = port.next_moment(session, section.code, section.now(), keyring)
    if time is None:
        return None
    return Heads(section=section.code, time=time, roster=roster.roster.version, heads=held, asked=asked)
