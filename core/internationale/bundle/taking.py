"""Taking in signed documents, whichever way they came: rosters, heads, and that somebody is there."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlmodel import Session

from internationale.bundle import forgotten, majority
from internationale.errors import Untrusted
from internationale.events import heads, presence, signed
from internationale.events.heads import Heads
from internationale.events.logs import Keyring
from internationale.events.presence import Presence
from internationale.events.roster import Roster
from internationale.events.signed import SignedDocument
from internationale.ledger.records import chunks
from internationale.rooms.roster import port, queries
from internationale.section import Section

_log = logging.getLogger(__name__)

AT_ONCE = 50
"""So many versions are judged in one transaction: of what claims to be one there may be any number."""


def follow(section: Section, documents: Sequence[SignedDocument]) -> int:
    """Follow the roster by these versions; then look again at what was refused under the old one. Returns how many are new."""
    with section.reading() as session:
        documents = [each for some in chunks(documents) for each in queries.unknown(session, some) if _readable(each)]
    new = sum(_follow(section, some) for some in chunks(documents, AT_ONCE))
    if new:
        section.roster_changed()
    return new


def _readable(document: SignedDocument) -> bool:
    try:
        signed.parse(Roster, document.body, "malformed_roster")
    except Untrusted as error:
        _log.info("a roster that cannot be read: %s", error.reason)
        return False
    return True


def _follow(section: Section, documents: Sequence[SignedDocument]) -> int:
    new = 0
    with section.writing(anybody=True) as session:
        for document in documents:
            try:
                new += port.store_version(session, document, section.now())
            except Untrusted as error:
                _log.info("a roster that we do not follow: %s", error.reason)
                rival = port.keep_rival(session, document, section.now())
                if rival is not None and rival.settled:
                    _log.warning("root keys of before have signed another version with the number %s", rival.version)
                elif rival is not None:
                    _log.error("enough root keys have signed two versions with one number: the International is divided")
    return new


@dataclass
class Heard:
    """What came of heads: how many were ``new``; in whose name others were that do not count (``?``: nobody's)."""

    new: int = 0
    strange: list[str] = field(default_factory=list)


def hear(section: Section, documents: Sequence[SignedDocument]) -> Heard:
    """Keep those heads that are authentic and newer. The others are left aside: true ones come soon. What goes with an answer has
    to be taken in before.
    """
    heard = Heard()
    if not documents:
        return heard
    with section.writing(anybody=True) as session:
        hearing = port.Hearing(session, documents, section.now(), section.keyring(session))
        for document in documents:
            try:
                heard.new += hearing.take(document)
            except Untrusted as error:
                heard.strange.append(_named(document))
                _log.info("heads in the name of %s do not count: %s", heard.strange[-1], error.reason)
        hearing.write()
    if question := section.gate.inquiry.question:
        section.gate.inquiry.hear(question, _answering(section, question, documents))
    return heard


def _answering(section: Section, question: str, documents: Sequence[SignedDocument]) -> set[str]:
    """Who has answered the question that is asked while we are silent (``Inquiry``): also where a later word came first,
    if that holds no less of our log (who signed it may have forgotten something since). Who knows a later list of sections than
    is here is not counted before that has come: who the others are, and how many, is what it says. Nor who has answered
    another, or has sent something of our log with it that is not here; but what is of an epoch that was closed shows nothing that
    we go on from: of what is further on there is nothing beside these heads then.
    """
    with section.reading() as session:
        keyring, newest = section.keyring(session), queries.latest_number(session)
        rules, found = keyring.get(section.code), set[str]()
        for document in documents:
            with suppress(Untrusted):  # told in ``hear``
                said = signed.parse(Heads, document.body, "malformed_heads")
                if rules is not None and said.beside is not None and said.beside.epoch < rules.epoch:
                    said = said.model_copy(update={"beside": None})
                whole = said.roster <= newest and _whole(section, session, said)
                if said.asked == question and whole and _heard(section, session, said):
                    found.add(heads.verify(document, keyring).section)
    return found


def _heard(section: Section, session: Session, said: Heads) -> bool:
    """Whether what these say of our own log is in what is kept of their section's words."""
    kept = queries.heads_document(session, said.section)
    ours = said.heads.get(section.code)
    known = queries.read_heads(kept.body).heads.get(section.code) if kept is not None else None
    return ours is None or (known is not None and known.covers(ours.epoch, ours.sequence))


def meet(section: Section, documents: Sequence[SignedDocument]) -> None:
    """Who answers that it is there, and silent as well: all may have been away at the same time. It shows nothing of our log but
    what goes with it, which has to be taken in before.
    """
    if not documents:
        return
    members = majority.others(section)
    with section.reading() as session:
        keyring = section.keyring(session)
        met = list(_present(documents, keyring))
        met = [here for here in met if here.section in members and _whole(section, session, here)]
    for here in met:
        section.gate.inquiry.meet(here.asked, here.section, majority.most(members))


def _present(documents: Sequence[SignedDocument], keyring: Keyring) -> Iterator[Presence]:
    for document in documents:
        with suppress(Untrusted):  # it is one that does not answer
            yield presence.verify(document, keyring)


def _whole(section: Section, session: Session, said: Heads | Presence) -> bool:
    """Whether it answers us, and what goes with it is here. An older build does not sign whom it answers: then nobody knows, and
    what it signs must do (``forgotten.holds``), for a section may be one version behind.
    """
    ours = said.to is None or said.to == section.code
    return ours and (said.beside is None or forgotten.holds(section, session, said.beside, said.beside_hash))


def _named(document: SignedDocument) -> str:
    """Whose heads these would be."""
    try:
        return signed.parse(Heads, document.body, "malformed_heads").section
    except Untrusted:
        return "?"
