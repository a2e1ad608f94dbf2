"""The exchange of signed heads: what we hold, said after every change; what the others say, taken in."""

import logging
from datetime import timedelta

from internationale.bus import HEADS, Bus, Outcome, Parcel
from internationale.errors import Untrusted
from internationale.events import heads
from internationale.events.heads import Head, Heads
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import port, queries
from internationale.section import Section
from internationale.worker.pace import in_thread

_log = logging.getLogger(__name__)

BATCH = 256


async def say(section: Section, bus: Bus, *, again: bool = False) -> bool:
    """Publish our heads when the hub does not have them as they are now (or ``again``). Whether something was said."""
    document = await in_thread(_write, section, again)
    if document is None:
        return False
    parcel = Parcel(f"intl.v1.heads.{section.code}", document.body, document.header)
    last = await bus.last(parcel.subject)
    if last is not None and last.body == parcel.body:
        return False
    return await bus.publish([parcel]) == [Outcome.STORED]


def _write(section: Section, again: bool) -> SignedDocument | None:
    """Our heads, signed anew when they changed, and remembered like anybody's: each must be later than the one before."""
    with section.reading() as session:
        roster = queries.latest(session)
        held = dict(queries.own_heads(session))
        last = queries.peers(session).get(section.code)
        if roster is None or section.code not in section.keyring(session) or not held:
            return None
        if last is not None and last[1].heads == held and last[1].roster == roster.roster.version and not again:
            return queries.heads_document(session, section.code)
    time = section.now() if last is None else max(section.now(), last[1].time + timedelta(milliseconds=1))
    document = heads.seal(Heads(section=section.code, time=time, roster=roster.roster.version, heads=held), section.key)
    with section.writing() as session:
        port.store_heads(session, document, section.now())
    return document


async def hear(section: Section, bus: Bus, wait: float) -> int:
    """Take in the others' heads. Returns how many were new; what is not authentic is left aside: the next true one comes soon."""
    batch = await bus.receive(HEADS, BATCH, wait)
    new = await in_thread(take_in, section, [SignedDocument.from_header(one.body, one.signature) for one in batch.parcels])
    await batch.done()
    return new


def take_in(section: Section, documents: list[SignedDocument]) -> int:
    """Keep those that are authentic and newer."""
    if not documents:
        return 0
    new = 0
    with section.writing() as session:
        for document in documents:
            try:
                new += port.store_heads(session, document, section.now())
            except Untrusted as error:
                _log.warning("heads that are not authentic: %s", error.reason)
    return new


def read(section: Section, parcels: list[Parcel]) -> list[tuple[str, Head]]:
    """What authentic heads say of our own log: by whom, and how far."""
    with section.reading() as session:
        keyring = section.keyring(session)
    said = []
    for parcel in parcels:
        try:
            word = heads.verify(SignedDocument.from_header(parcel.body, parcel.signature), keyring)
        except Untrusted:
            continue  # it proves nothing
        if section.code in word.heads:
            said.append((word.section, word.heads[section.code]))
    return said
