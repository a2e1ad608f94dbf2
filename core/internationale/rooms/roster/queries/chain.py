"""The roster as it is stored. What is stored was verified before, so it is only parsed here."""

from collections.abc import Sequence
from functools import lru_cache

from sqlmodel import Session, col, select

from internationale.events import roster, signed
from internationale.events.logs import Keyring
from internationale.events.roster import Roster, Status, Version
from internationale.events.signed import SignedDocument
from internationale.kit import SectionCard
from internationale.rooms.roster.rows import VersionRow

_LATEST_HASH = select(VersionRow.hash).order_by(col(VersionRow.version).desc()).limit(1)


@lru_cache(maxsize=8)
def _read(body: bytes) -> Roster:
    return signed.parse(Roster, body, "malformed_roster")


def latest(session: Session) -> Version | None:
    """The version in force; None before founding or joining."""
    row = session.exec(select(VersionRow).order_by(col(VersionRow.version).desc()).limit(1)).first()
    return None if row is None else Version(SignedDocument.from_header(row.body, row.signatures), _read(row.body))


def latest_hash(session: Session) -> str | None:
    """Names the version in force without reading it: asked before everything that is said or accepted."""
    return session.connection().execute(_LATEST_HASH).scalar()


def chain(session: Session, after: int = 0) -> tuple[SignedDocument, ...]:
    """All versions after a number, in order, as they travelled."""
    rows = session.exec(select(VersionRow).where(VersionRow.version > after).order_by(col(VersionRow.version)))
    return tuple(SignedDocument.from_header(row.body, row.signatures) for row in rows)


def keyring(session: Session) -> Keyring:
    """The rules of every log by the version in force, with those of its earlier epochs by the versions before."""
    versions = [Version(document, _read(document.body)) for document in chain(session)]
    return roster.keyring_of(versions) if versions else {}


def sections(session: Session) -> Sequence[SectionCard]:
    """The sections by the version in force, ordered by code; empty before joining."""
    now = latest(session)
    if now is None:
        return ()
    return tuple(
        SectionCard(entry.code, entry.name, entry.languages, entry.status.value, frozenset(entry.mandates))
        for entry in now.roster.sections
    )


def federation_languages(session: Session) -> tuple[str, ...]:
    """All languages of all member sections, sorted."""
    members = (section for section in sections(session) if section.status == Status.MEMBER)
    return tuple(sorted({language for section in members for language in section.languages}))


def hubs(session: Session) -> tuple[str, ...]:
    """The addresses of the hubs that the roster names."""
    now = latest(session)
    return () if now is None else tuple(url for hub in now.roster.hubs for url in hub.urls)
