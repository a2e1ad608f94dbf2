"""When enough root keys have signed two versions with one number: keeping the proof, signing nothing, settling which counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from internationale.errors import Conflict, NotFound, Untrusted
from internationale.events import keys, roster, signed
from internationale.events.logs import LogRules
from internationale.events.roster import Roster, Version
from internationale.events.signed import SignedDocument
from internationale.kit import marker
from internationale.kit.calling import Names
from internationale.ledger import tables
from internationale.rooms.roster import queries, rules
from internationale.rooms.roster.port.chain import keep_versions, row_of
from internationale.rooms.roster.port.instance import Instance
from internationale.rooms.roster.rows import RivalRow, VersionRow

_ = marker("core")
Log = tuple[str, int]
KEPT = 8
"""How many versions of one number are kept that stand against ours: of those that divide, and of those that do not."""


def keep_rival(session: Session, document: SignedDocument, now: datetime) -> RivalRow | None:
    """Keep a version that follows one of ours, or one kept before, and stands against one of ours. None when it is not new.

    What is not signed by enough root keys is left aside, and a first version is never a proof: anybody can sign one. It divides
    the International only when enough of the root keys that count today have signed it; what those of before have signed is
    ``settled`` from the beginning. Of each number a few of either kind are kept.
    """
    try:
        number = signed.parse(Roster, document.body, "malformed_roster").version
    except Untrusted:
        return None
    hash = keys.digest(keys.ROSTER, document.body).hex()
    known = queries.latest(session)
    if known is None or session.get(RivalRow, (number, hash)) is not None:
        return None
    divides = roster.enough(known.roster, document)
    if not (divides or number <= known.roster.version) or _count(session, number, settled=not divides) >= KEPT:
        return None
    ours = queries.versions(session, number - 2, number - 1) if number <= known.roster.version else ()
    for before in (*ours, *queries.rivals(session, number - 1)):
        try:
            version = roster.verify(before, document)
        except Untrusted:
            continue
        row = RivalRow(**row_of(version, now), settled=not divides)
        session.add(row)
        return row
    return None


def _count(session: Session, number: int, *, settled: bool) -> int:
    query = select(func.count()).where(col(RivalRow.version) == number, col(RivalRow.settled).is_(settled))
    return session.connection().execute(query).scalar_one()


def require_undivided(session: Session) -> None:
    """Before a version is signed or put into force. Raises ``Conflict`` while it is not settled which of two counts."""
    found = queries.division(session)
    if found is not None:
        raise Conflict(rules.divided(found.version))


def decide(section: Instance, session: Session, hash: str) -> bool:
    """Settle which version counts: one of ours, or one against it, by its hash (8 digits at least) or that of one after it.

    Returns whether this section has changed over; then call ``section.roster_changed()``. Raises ``NotFound``, and ``Conflict``
    when a log that is here would not be the same by the other versions.
    """
    others = queries.rivals(session)
    first = min((version.roster.version for version in others), default=0)
    ours = queries.versions(session)
    named = [each for each in (*ours[first - 1 :], *others) if first and len(hash) >= 8 and each.hash.startswith(hash)]
    if len(named) != 1:
        raise NotFound(_("There is no such version here that stands against another."))
    changes = named[0] in others
    if changes:
        _change_over(section, session, ours, _through(named[0], ours, others))
    session.connection().execute(update(RivalRow).values(settled=True))
    return changes


def _through(named: Version, ours: Sequence[Version], others: Sequence[Version]) -> list[Version]:
    """The versions from the first that is not ours up to the named one, and on as far as there is only one that follows."""
    by_hash, known = {each.hash: each for each in others}, {each.hash for each in ours}
    chain = [named]
    while chain[0].roster.prevhash not in known:
        chain.insert(0, by_hash[chain[0].roster.prevhash])
    while len(after := [each for each in others if each.roster.prevhash == chain[-1].hash]) == 1:
        chain += after
    return chain


def _change_over(section: Instance, session: Session, ours: Sequence[Version], chain: Sequence[Version]) -> None:
    kept = ours[: chain[0].roster.version - 1]
    _check_logs(section, session, roster.histories(ours), roster.histories((*kept, *chain)))
    now = section.now()
    session.connection().execute(delete(VersionRow).where(col(VersionRow.version) > len(kept)))
    for version in chain:
        session.delete(session.get_one(RivalRow, (version.roster.version, version.hash)))
    session.flush()
    keep_versions(session, [row_of(version, now) for version in chain])
    for version in ours[len(kept) :]:
        session.add(RivalRow(**row_of(version, now), settled=True))
    session.flush()


def _check_logs(section: Instance, session: Session, old: Mapping[Log, LogRules], new: Mapping[Log, LogRules]) -> None:
    """What was taken in stays authentic: no log that is here, nor our own, begins otherwise or has other keys by the other."""
    head = tables.head.c
    held = {(row.section, row.epoch) for row in session.connection().execute(select(tables.head).where(head.sequence > 0))}
    held |= {log for log in old if log[0] == section.code}
    for log in sorted(held & old.keys()):
        if log not in new or _identity(old[log]) != _identity(new[log]):
            raise Conflict(
                _(
                    "By the other list the log of section “%(section)s” begins otherwise or has other keys, so this section"
                    " cannot change over. It begins anew: keep this folder, take section.toml and keys from it into another"
                    " one, and join there with an invitation of the committee. The log comes back from the hubs; accounts,"
                    " debate and drafts stay in the old folder."
                )
                % {"section": Names.of(section.sections(session))[log[0]]}
            )


def _identity(rules: LogRules) -> object:
    return rules.genesis, {(key.key, key.first) for key in rules.keys}
