"""Beginning with a chain of rosters, and following it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from internationale.errors import Conflict, Invalid, Untrusted
from internationale.events import roster
from internationale.events.keys import PublicKey
from internationale.events.roster import Version
from internationale.events.signed import SignedDocument
from internationale.kit import marker
from internationale.rooms.roster import queries
from internationale.rooms.roster.rows import VersionRow

_ = marker("core")


def adopt(session: Session, documents: Sequence[SignedDocument], *, code: str, key: PublicKey, now: datetime) -> Version:
    """Found or join: begin with a chain of rosters in which this section stands with this key. Joining again is harmless.

    Raises ``Untrusted`` when the chain does not hold, ``Conflict`` when the section already belongs to another
    International, ``Invalid`` when the chain does not name it with this key.
    """
    known, first = queries.latest_number(session), session.get(VersionRow, 1)
    rows: list[dict[str, Any]] = []
    for version in roster.verified(documents):  # a long chain is large: nothing but the last is kept in memory
        rows.append(_row(version, now))
    if first is not None and first.hash != rows[0]["hash"]:
        raise Conflict(_("This section already belongs to another International."))
    entry = version.roster.entry(code)
    if entry is None or not any(log_key.key == key and log_key.last is None for log_key in entry.keys):
        raise Invalid(_("The roster does not name section “%(code)s” with this instance's key.") % {"code": code}, place="roster")
    _keep(session, rows[known:])
    return version


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
    _keep(session, [_row(roster.verify(known, document), now)])
    return True


def _row(version: Version, now: datetime) -> dict[str, Any]:
    signed = {"body": version.document.body, "signatures": version.document.header}
    return {"version": version.roster.version, "hash": version.hash, **signed, "stored_at": now}


def _keep(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(insert(VersionRow), rows)
