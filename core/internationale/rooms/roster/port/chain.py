"""Beginning with a chain of rosters, and following it."""

from collections.abc import Sequence
from datetime import datetime

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
    versions = roster.verify_chain(documents)
    first = session.get(VersionRow, 1)
    if first is not None and first.hash != versions[0].hash:
        raise Conflict(_("This section already belongs to another International."))
    entry = versions[-1].roster.entry(code)
    if entry is None or not any(log_key.key == key and log_key.last is None for log_key in entry.keys):
        raise Invalid(_("The roster does not name section “%(code)s” with this instance's key.") % {"code": code}, place="roster")
    known = queries.latest(session)
    for version in versions:
        if known is None or version.roster.version > known.roster.version:
            _keep(session, version, now)
    return versions[-1]


def store_version(session: Session, document: SignedDocument, now: datetime) -> bool:
    """Follow the roster by one version. True when it is new, False when it was known.

    Raises ``Untrusted``: the reasons of ``roster.verify``, and ``roster_unknown`` before founding or joining: the first
    version is never taken from the bus.
    """
    known = queries.latest(session)
    if known is None:
        raise Untrusted("roster_unknown")
    if any(document.body == other.body for other in queries.chain(session)):
        return False
    _keep(session, roster.verify(known, document), now)
    return True


def _keep(session: Session, version: Version, now: datetime) -> None:
    session.add(
        VersionRow(
            version=version.roster.version,
            hash=version.hash,
            body=version.document.body,
            signatures=version.document.header,
            stored_at=now,
        )
    )
    session.flush()
