"""Proposed versions of the roster: what they change, who has signed, whether they can come into force."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func
from sqlalchemy import select as columns
from sqlmodel import Session, col

from internationale.errors import Conflict, NotFound, Untrusted
from internationale.events import keys, roster, signed
from internationale.events.keys import PublicKey
from internationale.events.roster import Root, Roster, Status, Version
from internationale.events.signed import SignedDocument
from internationale.kit import Message, marker, paging
from internationale.rooms.roster import rules
from internationale.rooms.roster.queries.asked import asked
from internationale.rooms.roster.queries.chain import hashes, latest, latest_number, versions
from internationale.rooms.roster.rows import ProposalRow, SignatureRow

_ = marker("core")

SHOWN = 50
"""How many proposals of one section are looked at before something is signed."""
EXAMINED = 5
"""How many of one section are looked at for a page: each is the whole list of sections, with all that were said to sign it."""
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Holder:
    """A root key, and whether it has signed."""

    name: str
    key: PublicKey
    signed: bool


@dataclass(frozen=True)
class Proposal:
    """A proposed version. ``changes``: in words, against the version before; empty when it cannot be read.

    ``state``: ``open``; ``complete`` (enough have signed: it can be put into force); ``adopted``; ``past`` (another version has
    taken its number); ``early`` (versions before it are missing here); ``unreadable``. ``missing``: how many more must sign.
    ``asked``: what those who would be admitted asked for; only where one proposal is looked at by itself.
    """

    hash: str
    version: int
    section: str
    ref: str
    said: datetime
    why: str
    state: str
    changes: tuple[Message, ...]
    holders: tuple[Holder, ...]
    missing: int
    document: SignedDocument
    asked: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Named:
    """A proposed version as its section calls it; nobody has looked into it."""

    hash: str
    version: int
    section: str
    said: datetime


@dataclass(frozen=True)
class Examined:
    """A draft, the root keys concerned, how many more must sign it, and the bytes with the good signatures among those given.

    Enough of the old roots and enough of the new ones are needed; ``missing`` is the larger lack of the two.
    """

    draft: Roster
    holders: tuple[Holder, ...]
    missing: int
    document: SignedDocument


def pending(session: Session, most: int = SHOWN) -> tuple[Proposal, ...]:
    """The proposals for versions to come; of each section ``most``."""
    return proposals(session, latest_number(session), most)


def proposals(session: Session, after: int = 0, most: int = SHOWN) -> tuple[Proposal, ...]:
    """The proposals for versions after a number, the latest versions first; of each section ``most``."""
    return tuple(_proposal(session, _place(row)) for row in _rows(session, most, col(ProposalRow.version) > after))


def pending_part(session: Session, page: int) -> paging.Part[Proposal | Named]:
    """A page of the proposals for versions to come."""
    return proposals_part(session, page, latest_number(session))


def proposals_part(session: Session, page: int, after: int = 0) -> paging.Part[Proposal | Named]:
    """A page of the proposals for versions after a number, the latest versions first. It is looked into ``EXAMINED`` of each
    section; the rest are named.
    """
    found = paging.part(_rows(session, SHOWN, col(ProposalRow.version) > after), page)
    return found.of(_looked_into(session, found.things, after))


def proposals_named(session: Session, after: int = 0) -> list[Proposal | Named]:
    """The same on one page, for a machine's own terminal."""
    return _looked_into(session, _rows(session, SHOWN, col(ProposalRow.version) > after), after)


def _looked_into(session: Session, rows: Sequence[Row[*tuple[Any, ...]]], after: int) -> list[Proposal | Named]:
    looked = {row.hash for row in _rows(session, EXAMINED, col(ProposalRow.version) > after)}
    return [_proposal(session, _place(row)) if row.hash in looked else _named(row) for row in rows]


def awaiting(session: Session) -> tuple[Named, ...]:
    """What is proposed, by its own word, as the version after the one in force: told without looking into any of it."""
    if (now := latest(session)) is None:
        return ()
    following = col(ProposalRow.version) == now.roster.version + 1, col(ProposalRow.previous) == now.hash
    return tuple(map(_named, _rows(session, EXAMINED, *following)))


def called(session: Session, beginning: str) -> Proposal:
    """One proposal by the beginning of its hash (8 digits at least), for who types it: what is done with it after it was shown
    names the whole hash. Two whose hashes begin alike are no coincidence: somebody has tried for it until they did.

    Raises ``NotFound``, and ``Conflict`` where there are two.
    """
    alike = columns(col(ProposalRow.hash)).where(col(ProposalRow.hash).startswith(beginning, autoescape=True)).distinct().limit(2)
    known = session.execute(alike).scalars().all() if len(beginning) >= 8 else []
    if len(known) > 1:
        raise Conflict(
            _("The hashes of two proposals begin so. Somebody has seen to that: give the whole hash of the one you mean.")
        )
    return proposal(session, known[0] if known else "")


def proposal(session: Session, hash: str) -> Proposal:
    """One proposal by its hash. Raises ``NotFound``."""
    rows = _rows(session, SHOWN, col(ProposalRow.hash) == hash)
    if not rows:
        raise NotFound(_("There is no such proposal here."))
    found, now = _proposal(session, _place(rows[0])), latest(session)
    if now is None or found.state not in ("open", "complete"):
        return found
    draft = signed.parse(Roster, found.document.body, "malformed_roster")
    return replace(found, asked=asked(session, now.roster, draft))


def ends(known: Proposal, code: str) -> bool:
    """Whether this section would be no member any more by a proposal that can be read."""
    entry = signed.parse(Roster, known.document.body, "malformed_roster").entry(code)
    return entry is None or entry.status is not Status.MEMBER


def signatures(session: Session, hash: str, most: int) -> tuple[str, ...]:
    """What was said to be signatures on a proposal, sorted. ``most``: of each section only so many, the first, are looked at:
    checking them costs time, and a section may say so as often as it likes.
    """
    row = SignatureRow
    order = (col(row.epoch), col(row.sequence))
    place = func.row_number().over(partition_by=col(row.section), order_by=order).label("place")
    counted = columns(col(row.signature), place).where(col(row.hash) == hash).subquery()
    query = columns(counted.c.signature).where(counted.c.place <= most)
    return tuple(sorted(set(session.execute(query).scalars())))


def examined(body: bytes, given: Iterable[str], before: Version | None) -> Examined:
    """What a proposed version says and who has signed it. Raises ``Untrusted`` when it cannot be read.

    Of what is ``given`` as signatures only those of root keys are kept, one of each: nobody can crowd out the true ones.
    """
    return _examined(body, _draft(body), given, before)


def _draft(body: bytes) -> Roster:
    draft = signed.parse(Roster, body, "malformed_roster")
    if draft.serialize() != body:  # a space, or a field that is not known here: nothing that is told here says what it would do
        raise Untrusted("malformed_roster")
    return draft


def _examined(body: bytes, draft: Roster, given: Iterable[str], before: Version | None) -> Examined:
    roots = _roots(draft, before)
    good: dict[PublicKey, str] = {}
    for signature in given:
        wanted = tuple(key for key in roots if key not in good)
        good |= dict.fromkeys(signed.signers(keys.ROSTER, SignedDocument(body, (signature,)), wanted), signature)
    holders = tuple(Holder(root.holder, root.key, root.key in good) for root in roots.values())
    missing = max(_lack(each, good) for each in (draft, before.roster if before else draft))
    return Examined(draft, holders, missing, SignedDocument(body, tuple(sorted(good.values()))))


def _roots(draft: Roster, before: Version | None) -> dict[PublicKey, Root]:
    """The root keys whose signatures count: of the version before, and of the draft."""
    return {root.key: root for root in (*(before.roster.roots if before else ()), *draft.roots)}


def _lack(judge: Roster, good: Collection[PublicKey]) -> int:
    return max(0, judge.threshold - sum(root.key in good for root in judge.roots))


def _rows(session: Session, most: int, *conditions: ColumnElement[bool]) -> list[Row[*tuple[Any, ...]]]:
    """Proposals without their bodies, the latest versions first: ``most`` of each section, so that none can bury the others'.

    The same version may be proposed twice; the earlier word counts, and of two at one time the smaller address. It uses up the
    room of each section that proposes it: nobody buries another's by proposing it, too.
    """
    row = ProposalRow
    order = (col(row.version).desc(), col(row.said), col(row.hash), col(row.epoch), col(row.sequence))
    place = func.row_number().over(partition_by=col(row.section), order_by=order).label("place")
    light = [col(each) for each in (row.hash, row.version, row.said, row.section, row.epoch, row.sequence)]
    ranked = columns(*light, place).where(*conditions).subquery()
    first: dict[str, Row[*tuple[Any, ...]]] = {}
    found = session.execute(columns(ranked).where(ranked.c.place <= most))
    for each in sorted(found, key=lambda each: (each.said, each.section, each.epoch, each.sequence)):
        first.setdefault(each.hash, each)
    return sorted(first.values(), key=lambda each: (-each.version, each.said, each.hash))


def _place(row: Row[*tuple[Any, ...]]) -> Place:
    return row.section, row.epoch, row.sequence


def _named(row: Row[*tuple[Any, ...]]) -> Named:
    return Named(row.hash, row.version, row.section, row.said)


def _proposal(session: Session, place: Place) -> Proposal:
    row, known = session.get_one(ProposalRow, place), hashes(session)
    before = next(iter(versions(session, row.version - 2, row.version - 1)), None)
    said = (row.hash, row.version, row.section, row.ref, row.said, row.why)
    try:
        draft = _draft(row.body)
        given = signatures(session, row.hash, len(_roots(draft, before)))
        found = _examined(row.body, draft, given, before)
    except Untrusted:
        return Proposal(*said, "unreadable", (), (), 0, SignedDocument(row.body, ()))
    state = _state(row, found.document, known, before)
    changes = rules.told(before.roster, found.draft) if before else ()
    return Proposal(*said, state, changes, found.holders, found.missing, found.document)


def _state(row: ProposalRow, document: SignedDocument, known: Mapping[int, str], before: Version | None) -> str:
    """``known``: the hashes of the versions that are or were in force."""
    if known.get(row.version) == row.hash:
        return "adopted"
    if max(known, default=0) >= row.version:
        return "past"
    if before is None:
        return "early"
    try:
        roster.verify(before, document)
    except Untrusted as error:
        return "open" if error.reason == "roster_threshold" else "unreadable"
    return "complete"
