"""What this section has signed and what does not count: cut off its log, one of two under a number, or refused for its key.

Others hold it all the same, and read it. It may have been signed by a thief: then it is what people look for first.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, exists, func, select
from sqlmodel import Session

from internationale.errors import Untrusted
from internationale.events import envelope as envelopes
from internationale.events import keys
from internationale.events.envelope import Address, Signed
from internationale.ledger import tables
from internationale.ledger.quarantine import RETRIED
from internationale.ledger.reading import Stored
from internationale.ledger.records import CUT, State, chunks, key
from internationale.rooms.exchange.queries.waiting import why_parked
from internationale.rooms.roster import queries as roster

PARKED, FORKED, REFUSED = "parked", "forked", "refused"
"""Where a message lies that does not count: cut off the log or beyond a gap; in the proof of a fork; in quarantine."""
AT_ONCE = 50
"""How many are read at a time: each is asked for by itself."""


@dataclass(frozen=True)
class Place:
    """Where one lies. ``name``: its hash where it is parked, ``first`` or ``second`` of a proof, its id in quarantine."""

    epoch: int
    sequence: int
    where: str
    name: str

    def latest_first(self) -> tuple[int, int, str, str]:
        """By which they are sorted."""
        return (-self.epoch, -self.sequence, self.where, self.name)


@dataclass(frozen=True)
class Aside:
    """One of them. ``reason``: a code, as the waiting room has them."""

    stored: Stored
    where: str


def places(session: Session, code: str) -> list[Place]:
    """All of them, the latest first. What lies in several places is named once; what counts is not."""
    found = [*_parked(session, code), *_forked(session, code), *_refused(session, code)]
    return sorted(found, key=Place.latest_first)


def read(session: Session, code: str, place: Place) -> Aside | None:
    """What lies there; None when it has gone from there meanwhile."""
    address, connection = Address(code, place.epoch, place.sequence), session.connection()
    if place.where == REFUSED:
        row = connection.execute(select(tables.quarantine).where(tables.quarantine.c.id == place.name)).one_or_none()
        return None if row is None else _aside(address, Signed(bytes(row.body), row.signature), row.reason, row.first_seen, place)
    table = tables.parked if place.where == PARKED else tables.fork
    row = connection.execute(select(table).filter_by(**key(address))).one_or_none()
    if row is None:
        return None
    if place.where == FORKED:
        body, signature = (
            (row.first_body, row.first_signature) if place.name == "first" else (row.second_body, row.second_signature)
        )
        return _aside(address, Signed(bytes(body), signature), FORKED, row.found_at, place)
    return _aside(address, Signed(bytes(row.body), row.signature), why_parked(session, address), row.received_at, place)


def at(session: Session, address: Address) -> list[Aside]:
    """What does not count of one number of the log."""
    here = [each for each in places(session, address.section) if (each.epoch, each.sequence) == (address.epoch, address.sequence)]
    return [aside for place in here if (aside := read(session, address.section, place)) is not None]


def _parked(session: Session, code: str) -> Iterator[Place]:
    parked = tables.parked.c
    query = select(parked.epoch, parked.sequence, parked.hash).where(parked.section == code)
    return (Place(epoch, sequence, PARKED, hash) for epoch, sequence, hash in session.connection().execute(query))


def _forked(session: Session, code: str) -> Iterator[Place]:
    """Of each proof what is neither in the log nor parked."""
    fork, event = tables.fork.c, tables.event.c
    for name in ("first", "second"):
        body = fork[f"{name}_body"]
        elsewhere = _same(tables.event, body) & (event.reason != CUT), _same(tables.parked, body)
        query = select(fork.epoch, fork.sequence).where(fork.section == code, *(~exists().where(each) for each in elsewhere))
        yield from (Place(epoch, sequence, FORKED, name) for epoch, sequence in session.connection().execute(query))


def _same(table: Table, body: ColumnElement[bytes]) -> ColumnElement[bool]:
    place = (table.c[name] == tables.fork.c[name] for name in ("section", "epoch", "sequence"))
    same: ColumnElement[bool] = table.c.body == body
    for each in place:
        same &= each
    return same


def _refused(session: Session, code: str) -> Iterator[Place]:
    """In quarantine lies what others made up, too: ours is only what a key has signed that some roster names so."""
    ours = _keys(session, code)
    held = tables.quarantine.c
    signed_by_us = func.substr(held.signature, 1, 17).in_([f"{id}." for id in ours])
    mine = held.subject.like(f"intl.v1.log.{code}.%") & held.reason.in_(RETRIED) & signed_by_us
    seen = set[tuple[str, bytes]]()
    for some in chunks(session.connection().execute(select(held.id).where(mine).order_by(held.id)).scalars().all()):
        rows = session.connection().execute(select(held.id, held.subject, held.body, held.signature).where(held.id.in_(some)))
        for row in rows:
            address = _authentic(row.subject, Signed(bytes(row.body), row.signature), ours)
            if (
                address is not None
                and (row.subject, bytes(row.body)) not in seen
                and not _kept(session, address, bytes(row.body))
            ):
                seen.add((row.subject, bytes(row.body)))
                yield Place(address.epoch, address.sequence, REFUSED, row.id)


def _keys(session: Session, code: str) -> dict[str, keys.PublicKey]:
    entries = (entry for version in roster.versions(session) for entry in version.roster.sections if entry.code == code)
    return {each.key.id: each.key for entry in entries for each in entry.keys}


def _authentic(subject: str, signed: Signed, ours: dict[str, keys.PublicKey]) -> Address | None:
    try:
        ours[signed.signature.partition(".")[0]].verify(keys.EVENT, signed.body, signed.signature)
        address = Address.of_subject(subject)
        return address if envelopes.parse(signed.body).address == address else None
    except Untrusted:
        return None


def _kept(session: Session, address: Address, body: bytes) -> bool:
    """Whether it is in the log, parked or in a proof as well."""
    event, parked, fork = tables.event, tables.parked, tables.fork
    bodies: Collection[tuple[Table, ColumnElement[bool]]] = (
        (event, event.c.body == body),
        (parked, parked.c.body == body),
        (fork, (fork.c.first_body == body) | (fork.c.second_body == body)),
    )
    connection = session.connection()
    return any(
        connection.execute(select(table.c.section).filter_by(**key(address)).where(same)).first() is not None
        for table, same in bodies
    )


def _aside(address: Address, signed: Signed, reason: str, at: datetime, place: Place) -> Aside:
    return Aside(Stored(address, signed, signed.hash, State.WAITING, reason, at, ""), place.where)
