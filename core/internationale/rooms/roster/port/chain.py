"""Beginning with a chain of rosters, and following it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from internationale.errors import Conflict, Invalid, Untrusted
from internationale.events import roster
from internationale.events.fingerprints import Listed
from internationale.events.keys import PublicKey
from internationale.events.roster import Version
from internationale.events.signed import SignedDocument
from internationale.kit import marker
from internationale.rooms.roster import queries
from internationale.rooms.roster.rows import VersionRow

_ = marker("core")


@dataclass(frozen=True)
class Offer:
    """A chain of rosters that holds and names this section. ``fingerprint``: of the whole of it, for people to compare."""

    version: Version
    fingerprint: Listed
    rows: Sequence[dict[str, Any]]
    """The versions that are not here."""


def adopt(session: Session, documents: Sequence[SignedDocument], *, code: str, key: PublicKey, now: datetime) -> Version:
    """Found or join: begin with a chain of rosters in which this section stands with this key. Joining again is harmless. Raises
    like ``offered``.
    """
    offer = offered(session, documents, code=code, key=key, now=now)
    keep_versions(session, offer.rows)
    return offer.version


def offered(session: Session, documents: Sequence[SignedDocument], *, code: str, key: PublicKey, now: datetime) -> Offer:
    """What joining with a chain of rosters would mean; nothing is kept. It proves itself from its first version on, and no more:
    whether that one is the right one, people find out by comparing.

    Raises ``Untrusted`` when the chain does not hold, ``Conflict`` when the section already belongs to another
    International, ``Invalid`` when the chain does not name it with this key.
    """
    known = queries.hashes(session)
    rows: list[dict[str, Any]] = []
    for version in roster.verified(documents):  # a long chain is large: nothing but the last is kept in memory
        rows.append(row_of(version, now))
    if known and known[1] != rows[0]["hash"]:
        raise Conflict(_("This section already belongs to another International."))
    for row in rows:
        if known.get(row["version"], row["hash"]) != row["hash"]:
            told = {"version": row["version"], "hash": row["hash"][:16]}
            raise Conflict(_("By this file, version %(version)s of the list of sections is another than here: %(hash)s.") % told)
    entry = version.roster.entry(code)
    if entry is None or not any(log_key.key == key and log_key.last is None for log_key in entry.keys):
        raise Invalid(_("The roster does not name section “%(code)s” with this instance's key.") % {"code": code}, place="roster")
    return Offer(version, Listed.of(rows[0]["hash"], version.hash), rows[len(known) :])


def store_version(session: Session, document: SignedDocument, now: datetime) -> bool:
    """Follow the roster by one version. True when it is new, False when it was known.

    Raises ``Untrusted``: the reasons of ``roster.verify``, and ``roster_unknown`` before founding or joining: the first
    version is never taken from the bus.
    """
    known = queries.latest(session)
    if known is None:
        raise Untrusted("roster_unknown")
    if not queries.unknown(session, [document]):
        return False
    keep_versions(session, [row_of(roster.verify(known, document), now)])
    return True


def row_of(version: Version, now: datetime) -> dict[str, Any]:
    """A verified version as a row."""
    signed = {"body": version.document.body, "signatures": version.document.header}
    return {"version": version.roster.version, "hash": version.hash, **signed, "stored_at": now}


def keep_versions(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add the versions that follow those that are here."""
    if rows:
        session.connection().execute(insert(VersionRow), rows)
