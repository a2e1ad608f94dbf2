"""The roster as it is stored. What is stored was verified before, so it is only parsed here."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select
from sqlalchemy import select as core_select
from sqlmodel import Session, col, func, select

from internationale.errors import Conflict
from internationale.events import keys, roster, signed
from internationale.events.fingerprints import Listed
from internationale.events.keys import PublicKey
from internationale.events.logs import Keyring
from internationale.events.roster import Entry, LastGood, Roster, Status, Version
from internationale.events.signed import SignedDocument
from internationale.kit import Message, SectionCard, marker
from internationale.kit.prepared import Prepared
from internationale.ledger import tables
from internationale.rooms.roster import rules
from internationale.rooms.roster.rows import VersionRow

_ = marker("core")
_LATEST_HASH = Prepared(select(VersionRow.hash).order_by(col(VersionRow.version).desc()).limit(1))
_AS_TRAVELLED: Select[*tuple[Any, ...]] = core_select(col(VersionRow.body), col(VersionRow.signatures))
_LATEST = Prepared(_AS_TRAVELLED.order_by(col(VersionRow.version).desc()).limit(1))
_REMEMBERED = 16
_cards: dict[str, tuple[SectionCard, ...]] = {}
"""The sections by the last versions that were asked for, by what names a version: pages ask at every turn, and rosters grow."""


@lru_cache(maxsize=64)
def _read(body: bytes) -> Roster:
    return signed.parse(Roster, body, "malformed_roster")


def latest(session: Session) -> Version | None:
    """The version in force; None before founding or joining."""
    found = _LATEST.first(session.connection())
    if found is None:
        return None
    body, signatures = found
    return Version(SignedDocument.from_header(body, signatures), _read(body))


def latest_hash(session: Session) -> str | None:
    """Names the version in force without reading it: asked before everything that is said or accepted."""
    found = _LATEST_HASH.first(session.connection())
    return None if found is None else found[0]


def latest_number(session: Session) -> int:
    """The number of the version in force; 0 before founding or joining."""
    return session.exec(select(func.max(VersionRow.version))).one() or 0


def chain(session: Session, after: int = 0, up_to: int | None = None) -> tuple[SignedDocument, ...]:
    """All versions after a number (and up to another), in order, as they travelled."""
    query = select(VersionRow.body, VersionRow.signatures).where(VersionRow.version > after)
    if up_to is not None:
        query = query.where(VersionRow.version <= up_to)
    return tuple(SignedDocument.from_header(*row) for row in session.exec(query.order_by(col(VersionRow.version))))


def versions(session: Session, after: int = 0, up_to: int | None = None) -> tuple[Version, ...]:
    """All versions after a number (and up to another), in order."""
    return tuple(Version(document, _read(document.body)) for document in chain(session, after, up_to))


def named_since(session: Session, code: str, key: PublicKey) -> datetime | None:
    """When the first version was issued that names this key as one of a section's log; None: none does."""
    for version in versions(session):
        entry = version.roster.entry(code)
        if entry is not None and any(log_key.key == key for log_key in entry.keys):
            return version.roster.issued
    return None


def hashes(session: Session, after: int = 0) -> dict[int, str]:
    """What names the versions after a number: hash by number, in order."""
    query = select(VersionRow.version, VersionRow.hash).where(VersionRow.version > after)
    return dict(session.exec(query.order_by(col(VersionRow.version))).all())


def subjects(session: Session) -> dict[str, int]:
    """Where the versions travel that are here: number by subject, in order."""
    query = select(VersionRow.version, VersionRow.hash, VersionRow.signatures).order_by(col(VersionRow.version))
    return {roster.subject(*row): row[0] for row in session.exec(query)}


def fingerprint(session: Session) -> Listed | None:
    """What people compare of the whole list, up to the version in force; None before founding or joining."""
    latest = latest_hash(session)
    if latest is None:
        return None
    return Listed.of(session.exec(select(VersionRow.hash).where(VersionRow.version == 1)).one(), latest)


def unknown(session: Session, documents: Sequence[SignedDocument]) -> list[SignedDocument]:
    """Those versions of the roster that are not here, each as often as it came: not every copy has its signatures."""
    named = [(keys.digest(keys.ROSTER, document.body).hex(), document) for document in documents]
    known = set(session.exec(select(VersionRow.hash).where(col(VersionRow.hash).in_({hash for hash, _document in named}))))
    return [document for hash, document in named if hash not in known]


def keyring(session: Session) -> Keyring:
    """The rules of every log by the version in force, with those of its earlier epochs by the versions before.

    Of a long chain mostly the last one is read (see ``roster.keyring_of``).
    """
    known = hashes(session)
    read: list[Version] = []
    for number in reversed(known):
        (document,) = chain(session, number - 1, number)
        read.insert(0, Version(document, _read(document.body)))
        if all(entry.epoch == 1 for entry in read[0].roster.sections):
            break
    return roster.keyring_of(read, known) if read else {}


def sections(session: Session) -> Sequence[SectionCard]:
    """The sections by the version in force, ordered by code; empty before joining."""
    hash = latest_hash(session)
    if hash is None:
        return ()
    known = _cards.get(hash)
    if known is None and (now := latest(session)) is not None:
        if len(_cards) >= _REMEMBERED:
            _cards.clear()
        known = _cards[hash] = tuple(map(_card, now.roster.sections))
    return known or ()


def _card(entry: Entry) -> SectionCard:
    return SectionCard(
        entry.code,
        entry.name,
        entry.languages,
        entry.status.value,
        frozenset(entry.mandates),
        sealable=entry.status is Status.MEMBER and entry.recipients is not None,
    )


def federation_languages(session: Session) -> tuple[str, ...]:
    """All languages of all member sections, sorted."""
    members = (section for section in sections(session) if section.status == Status.MEMBER)
    return tuple(sorted({language for section in members for language in section.languages}))


def hubs(session: Session) -> tuple[str, ...]:
    """The addresses of the hubs that the roster names."""
    now = latest(session)
    return () if now is None else tuple(url for hub in now.roster.hubs for url in hub.urls)


def last_good(session: Session, entry: Entry) -> LastGood:
    """How far we hold a section's log in its present epoch: what a version of the roster pins that ends it."""
    head = tables.head.c
    where = (head.section == entry.code) & (head.epoch == entry.epoch)
    row = session.connection().execute(select(head.sequence, head.hash).where(where)).one_or_none()
    if row is None or row.sequence == 0:
        return LastGood(epoch=entry.epoch, sequence=0, hash="0" * 64)
    return LastGood(epoch=entry.epoch, sequence=row.sequence, hash=row.hash)


def pinned(session: Session, entry: Entry, number: int, hash: str = "") -> LastGood:
    """A number of a section's present epoch as the last that counts. Raises ``Conflict`` when we do not know its hash.

    ``hash`` (or its beginning) chooses where the section has signed two events with that number.
    """
    if number == 0:
        return LastGood(epoch=entry.epoch, sequence=0, hash="0" * 64)
    known = set[str]()
    for table in (tables.event, tables.parked):
        where = (table.c.section == entry.code) & (table.c.epoch == entry.epoch) & (table.c.sequence == number)
        known |= set(session.connection().execute(select(table.c.hash).where(where)).scalars())
    fork = tables.fork.c
    forked = (fork.section == entry.code) & (fork.epoch == entry.epoch) & (fork.sequence == number)
    for row in session.connection().execute(select(fork.first_body, fork.second_body).where(forked)):
        known |= {keys.digest(keys.EVENT, body).hex() for body in row}
    found = [each for each in known if each.startswith(hash)]
    if len(found) != 1:
        raise Conflict(_("It is not clear which event has number %(number)s: give its hash.") % {"number": number})
    return LastGood(epoch=entry.epoch, sequence=number, hash=found[0])


def standing(session: Session, own: str) -> Message | None:
    """Why our section says nothing to the others by the roster; None: it is a member, or has not joined."""
    now = latest(session)
    return None if now is None else rules.standing(now.roster, own)
