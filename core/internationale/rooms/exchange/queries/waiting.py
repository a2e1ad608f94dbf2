"""What came and does not count, or does not count yet: with its reason, for the host. A page at a time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, select
from sqlmodel import Session, col

from internationale.errors import Untrusted
from internationale.events import keys
from internationale.events.envelope import Address
from internationale.kit import NotFound, marker
from internationale.ledger import records, tables
from internationale.ledger.quarantine import RETRIED
from internationale.ledger.tables import event, fork, parked, quarantine, refusal, waiting
from internationale.rooms.exchange.rows import MutedRow

_ = marker("core")

SHOWN = 50
"""How many are listed on one page, the latest first."""


class Kind(StrEnum):
    """The five ways of being held back."""

    WAITING = "waiting"
    PARKED = "parked"
    VOID = "void"
    FAILED = "failed"
    QUARANTINED = "quarantined"


def kind(name: str) -> Kind:
    """The kind of this name. Raises ``NotFound``."""
    try:
        return Kind(name)
    except ValueError as error:
        raise NotFound(_("Nothing is held back in this way.")) from error


@dataclass(frozen=True)
class Counts:
    """How many there are of each. ``refused``: everything ever turned away, also what was not kept."""

    waiting: int
    void: int
    failed: int
    parked: int
    quarantined: int
    refused: int
    forks: int


@dataclass(frozen=True)
class Held:
    """One thing that is held back. ``id`` names it among its kind; ``source``: the section it is of, or claims to be of, or that
    brought it in another's name (``?``: none that is known); ``what``: what it waits for, as ``(kind, name)``.
    """

    id: str
    name: str
    kind: str
    reason: str
    at: datetime
    via: str
    source: str
    what: tuple[tuple[str, str], ...] = ()

    @property
    def brought(self) -> bool:
        """Whether its source is another section than the one in whose log it would stand."""
        return self.kind == "" and self.name.startswith("intl.v1.log.") and self.name.split(".")[3] != self.source


@dataclass(frozen=True)
class Stuck:
    """All that is held back, the latest first, at most ``SHOWN`` of each."""

    counts: Counts
    waiting: tuple[Held, ...]
    void: tuple[Held, ...]
    failed: tuple[Held, ...]
    parked: tuple[Held, ...]
    quarantined: tuple[Held, ...]


@dataclass(frozen=True)
class Listing:
    """One page of one kind. ``pages`` is at least 1; ``hidden``: how many of muted sources are not listed."""

    kind: Kind
    held: tuple[Held, ...]
    total: int
    page: int
    pages: int
    hidden: int = 0


@dataclass(frozen=True)
class Source:
    """Of whom how much was turned away, ever; ``kept``: bytes of it that are kept."""

    source: str
    count: int
    kept: int
    muted: bool


def counts(session: Session) -> Counts:
    """The numbers alone."""
    connection = session.connection()
    states: dict[str, int] = dict(connection.execute(select(event.c.state, func.count()).group_by(event.c.state)).all())

    def number(table: Table) -> int:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    refused = connection.execute(select(func.coalesce(func.sum(refusal.c.count), 0))).scalar_one()
    return Counts(
        waiting=states.get("waiting", 0),
        void=states.get("void", 0),
        failed=states.get("failed", 0),
        parked=number(parked),
        quarantined=number(quarantine),
        refused=int(refused),
        forks=number(fork),
    )


def stuck(session: Session) -> Stuck:
    """Everything that is held back, the first page of each kind."""
    return Stuck(counts=counts(session), **{kind.value: listing(session, kind).held for kind in Kind})


def listing(session: Session, kind: Kind, page: int = 1) -> Listing:
    """One page of one kind; a page beyond the last is the last."""
    table, where = _place(kind)
    connection = session.connection()
    everything = int(connection.execute(select(func.count()).select_from(table).where(where)).scalar_one())
    shown, hidden = where, 0
    if kind is Kind.QUARANTINED and (muted := _muted(session)):
        shown = table.c.source.not_in(muted)
        hidden = everything - int(connection.execute(select(func.count()).select_from(table).where(shown)).scalar_one())
    pages = max(1, -(-(everything - hidden) // SHOWN))
    page = min(max(page, 1), pages)
    query = _ordered(select(table).where(shown), kind).limit(SHOWN).offset((page - 1) * SHOWN)
    held = tuple(_held(session, kind, row) for row in connection.execute(query))
    return Listing(kind, held, everything, page, pages, hidden)


def one(session: Session, kind: Kind, id: str) -> tuple[Held, bytes, str]:
    """One held thing with its bytes and signature. Raises ``NotFound``."""
    table, where = _place(kind)
    if kind is Kind.QUARANTINED:
        here: ColumnElement[bool] = table.c.id == id
    else:
        try:
            named = Address.of_subject("intl.v1.log." + id.replace(":", "."))
        except Untrusted as error:
            raise NotFound(_("This is not held back here, or no longer.")) from error
        here = (table.c.section == named.section) & (table.c.epoch == named.epoch) & (table.c.sequence == named.sequence)
    row = session.connection().execute(select(table).where(where, here)).one_or_none()
    if row is None:
        raise NotFound(_("This is not held back here, or no longer."))
    return _held(session, kind, row), bytes(row.body), row.signature


def sources(session: Session) -> tuple[Source, ...]:
    """Of whom how much was turned away, the most first."""
    total = func.sum(refusal.c.count).label("total")
    query = select(refusal.c.source, total, func.sum(refusal.c.bytes).label("kept")).group_by(refusal.c.source)
    rows = session.connection().execute(query.order_by(total.desc(), refusal.c.source))
    found = {row.source: (int(row.total), int(row.kept)) for row in rows}
    muted = _muted(session)
    return tuple(Source(code, *found.get(code, (0, 0)), code in muted) for code in dict.fromkeys((*found, *sorted(muted))))


def _muted(session: Session) -> frozenset[str]:
    return frozenset(session.scalars(select(col(MutedRow.source))))


def _place(kind: Kind) -> tuple[Any, ColumnElement[bool]]:
    """The table of a kind, and the condition."""
    if kind is Kind.PARKED:
        return parked, parked.c.section != ""
    if kind is Kind.QUARANTINED:
        return quarantine, quarantine.c.id != ""
    return event, event.c.state == kind.value


def _ordered(query: Select[Any], kind: Kind) -> Select[Any]:
    if kind is Kind.PARKED:
        return query.order_by(parked.c.section, parked.c.epoch, parked.c.sequence)
    if kind is Kind.QUARANTINED:
        return query.order_by(quarantine.c.first_seen.desc(), quarantine.c.id)
    return query.order_by(event.c.received_at.desc(), event.c.section, event.c.epoch, event.c.sequence)


def _held(session: Session, kind: Kind, row: Any) -> Held:
    if kind is Kind.QUARANTINED:
        return Held(row.id, row.subject, "", row.reason, row.first_seen, row.via, row.source)
    name = f"{row.section}:{row.epoch}:{row.sequence}"
    if kind is Kind.PARKED:
        return Held(name, name, "", why_parked(session, records.of(row)), row.received_at, row.via, row.section)
    what = _awaited(session, row) if kind is Kind.WAITING else ()
    return Held(name, name, row.type, row.reason, row.received_at, row.via, row.section, what)


def why_parked(session: Session, address: Address) -> str:
    """A log that was cut keeps what came after the cut; otherwise something before it is missing."""
    head = tables.head.c
    query = select(head.reason).where(head.section == address.section, head.epoch == address.epoch, head.cut <= address.sequence)
    return session.connection().execute(query).scalar() or "gap"


def _awaited(session: Session, row: Any) -> tuple[tuple[str, str], ...]:
    this = (waiting.c.section == row.section) & (waiting.c.epoch == row.epoch) & (waiting.c.sequence == row.sequence)
    rows = session.connection().execute(
        select(waiting.c.kind, waiting.c.what).where(this).order_by(waiting.c.kind, waiting.c.what)
    )
    return tuple((each.kind, each.what) for each in rows)


def ids(session: Session, kind: Kind) -> list[str]:
    """All of a kind that trying again could change, by name, in order. Names only, so that they fit into memory."""
    table, where = _place(kind)
    if kind is Kind.QUARANTINED:
        promising = table.c.reason.in_(RETRIED)
        return list(session.connection().execute(select(table.c.id).where(promising).order_by(table.c.id)).scalars())
    columns = (table.c.section, table.c.epoch, table.c.sequence)
    rows = session.connection().execute(select(*columns).where(where).order_by(*columns))
    return [f"{row.section}:{row.epoch}:{row.sequence}" for row in rows]


def exported(held: Held, body: bytes, signature: str) -> dict[str, str]:
    """One held thing as it came, for a file: what ``deploy/verify`` reads, and why it is held back."""
    subject = held.name if held.name.startswith("intl.") else "intl.v1.log." + held.name.replace(":", ".")
    told = {"reason": held.reason, "via": held.via, "arrived": held.at.isoformat()}
    return {"subject": subject, "body": keys.encode(body), "signature": signature, **told}
