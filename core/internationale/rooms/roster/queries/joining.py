"""Candidates that sections vouch for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from internationale.errors import NotFound, Untrusted
from internationale.events import joining, keys
from internationale.events.joining import JoinRequest
from internationale.events.roster import Entry, Status
from internationale.events.signed import SignedDocument
from internationale.kit import marker, paging
from internationale.rooms.roster import rules
from internationale.rooms.roster.queries.chain import latest, sections, versions
from internationale.rooms.roster.rows import DeclineRow, VouchRow

_ = marker("core")

_OUT = (Status.EXPELLED, Status.RESIGNED)
SHOWN = 50
"""How many requests for which one section vouched are looked at."""


@dataclass(frozen=True)
class Voucher:
    """A section's word for a candidate."""

    section: str
    ref: str
    said: datetime
    why: str


@dataclass(frozen=True)
class Refusal:
    """The committee's no, with its reasons."""

    section: str
    said: datetime
    why: str


@dataclass(frozen=True)
class Candidate:
    """A section that asks to be admitted. ``member``: it stands in the roster now, with the key of this request. ``past``: it
    asked before it left or was expelled, so that this request is answered.
    """

    hash: str
    asked: JoinRequest
    document: SignedDocument
    vouchers: tuple[Voucher, ...]
    refusals: tuple[Refusal, ...]
    member: bool
    past: bool = False


def candidates(session: Session, hash: str = "") -> tuple[Candidate, ...]:
    """Those for whom somebody vouches, those who are not members first, by code; with ``hash``, those whose request's hash begins
    with it. Without, of each section the last few, so that none can bury the others'.
    """
    rows = defaultdict(list)
    chosen = col(VouchRow.hash).startswith(hash) if hash else col(VouchRow.hash).in_(_lately(session))
    for row in session.exec(select(VouchRow).where(chosen)):
        rows[row.hash].append(row)
    found = [each for some in rows.values() if (each := _candidate(session, some)) is not None]
    return tuple(sorted(found, key=lambda each: (each.member, each.asked.code, each.hash)))


def candidates_part(session: Session, page: int, hash: str = "") -> paging.Part[Candidate]:
    """A page of all of them; the one on which the request with this hash stands, where there is one."""
    found = candidates(session)
    place = next((place for place, each in enumerate(found) if each.hash == hash), None)
    return paging.part(found, page if place is None else paging.page_of(place))


def candidate(session: Session, hash: str) -> Candidate:
    """One candidate by the hash of its request, or the beginning of it (8 digits at least). Raises ``NotFound``."""
    found = candidates(session, hash) if len(hash) >= 8 and hash.isalnum() else ()
    if len(found) != 1:
        raise NotFound(_("There is no such request here."))
    return found[0]


def _lately(session: Session) -> set[str]:
    """The requests for which sections vouched last, by hash."""
    columns = (VouchRow.section, VouchRow.hash)  # without the requests: there may be many
    rows = session.exec(select(*columns).order_by(col(VouchRow.epoch).desc(), col(VouchRow.sequence).desc()))
    found: dict[str, set[str]] = defaultdict(set)
    for section, hash in rows:
        if len(found[section]) < SHOWN:
            found[section].add(hash)
    return set().union(*found.values())


def _candidate(session: Session, rows: Sequence[VouchRow]) -> Candidate | None:
    first = rows[0]
    document = SignedDocument(keys.decode(first.request), (first.signature,))
    try:
        asked = joining.read_request(document)
    except Untrusted:
        return None  # a later build may have stricter rules than the one that recorded it
    now = latest(session)
    entry = now.roster.entry(asked.code) if now else None
    member = entry is not None and entry.status is Status.MEMBER and rules.changes.signing(entry) == asked.key
    vouchers = tuple(Voucher(row.section, row.ref, row.said, row.why) for row in sorted(rows, key=lambda row: row.ref))
    past = now is not None and entry is not None and entry.status in _OUT and asked.made < _out_since(session, entry)
    return Candidate(first.hash, asked, document, vouchers, _refusals(session, first.hash), member, past)


def _out_since(session: Session, entry: Entry) -> datetime:
    """When the version was made by which a section is a member no more."""
    since = datetime.max.replace(tzinfo=UTC)
    for version in reversed(versions(session)):
        known = version.roster.entry(entry.code)
        if known is None or known.status not in _OUT:
            break
        since = version.roster.issued
    return since


def _refusals(session: Session, hash: str) -> tuple[Refusal, ...]:
    """Those of sections that are the committee by the roster in force."""
    committee = {card.code for card in sections(session) if rules.changes.COMMITTEE in card.mandates}
    rows = session.exec(select(DeclineRow).where(DeclineRow.hash == hash).order_by(col(DeclineRow.said), DeclineRow.section))
    return tuple(Refusal(row.section, row.said, row.why) for row in rows if row.section in committee)
