"""What the alarms are made of: what is missing, and where sections hold different histories."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, tuple_
from sqlmodel import Session, col

from internationale.kit import HubState, called
from internationale.ledger import reasons, tables
from internationale.rooms.exchange.rules import Alarm, Missing, Split, alarms
from internationale.rooms.roster import queries as roster
from internationale.rooms.roster.rows import HeadsRow, PeerHeadRow

SHOWN = 50
"""How many findings of one kind are told."""


def findings(session: Session, own: str, now: datetime, hubs: Sequence[HubState] = ()) -> tuple[Alarm, ...]:
    """Everything that is not right, the urgent first. ``hubs``: as the worker of this process sees them."""
    latest = roster.latest(session)
    if latest is None:
        return ()
    names = {entry.code: called(entry) for entry in latest.roster.sections}
    mine = roster.own_log(session, own)
    division = roster.division(session)
    found: list[Alarm] = [
        *(alarms.divided(division.version, division.theirs) if division is not None else ()),
        *alarms.forks(standing_still(session), names),
        *alarms.own(mine.here, mine.elsewhere),
        *alarms.disbelieved(reasons.claimants(session.connection(), disbelieved=True), names),
        *alarms.splits(split_views(session, own), names),
        *alarms.missing(missing(session, own), names, now),
        *alarms.roster(latest.roster.expires, now),
        *alarms.hubs(hubs),
        *alarms.clocks(clocks_ahead(session, own), names),
    ]
    return tuple(sorted(found, key=lambda alarm: not alarm.urgent))


def standing_still(session: Session) -> list[tuple[str, int]]:
    """Where a log is cut because of a fork that the roster has not settled yet: section and first number that does not count."""
    current = roster.latest(session)
    epochs = {entry.code: entry.epoch for entry in current.roster.sections} if current is not None else {}
    head = tables.head
    rows = session.connection().execute(select(head).where(head.c.cut.is_not(None), head.c.reason == "forked"))
    return sorted((row.section, row.cut) for row in rows if epochs.get(row.section) == row.epoch)


def missing(session: Session, own: str) -> list[Missing]:
    """What others have signed to hold and we do not, by log; of our own log another alarm speaks."""
    found, logs = [], {origin: log for origin, log in _open_logs(session).items() if origin != own}
    longer = {gap.section for gap in roster.ahead(session, {origin: epoch for origin, (epoch, _held) in logs.items()})}
    for origin, (epoch, held) in logs.items():
        lacking = _tail(session, origin, epoch, held) if origin in longer else _hole(session, origin, epoch, held)
        if lacking is not None:
            found.append(lacking)
    return sorted(found, key=lambda each: each.origin)[:SHOWN]


def _open_logs(session: Session) -> dict[str, tuple[int, int]]:
    """By section: the epoch that the roster has open and how far we hold it; without logs that were stopped."""
    current = roster.latest(session)
    if current is None:
        return {}
    heads = {(row.section, row.epoch): row for row in session.connection().execute(select(tables.head))}
    found = {}
    for entry in current.roster.sections:
        head = heads.get((entry.code, entry.epoch))
        ended = entry.last_good is not None and entry.last_good.epoch == entry.epoch
        if not ended and (head is None or head.cut is None):
            found[entry.code] = (entry.epoch, head.sequence if head is not None else 0)
    return found


def _hole(session: Session, origin: str, epoch: int, held: int) -> Missing | None:
    """The numbers before the first that came too early."""
    parked = tables.parked
    here = (parked.c.section == origin) & (parked.c.epoch == epoch)
    query = select(func.min(parked.c.sequence).label("first"), func.min(parked.c.received_at).label("since")).where(here)
    row = session.connection().execute(query).one()
    if row.first is None or row.first <= held + 1:
        return None
    return Missing(origin, epoch, held + 1, row.first - 1, origin, row.since)


def _tail(session: Session, origin: str, epoch: int, held: int) -> Missing:
    """The numbers after what we hold, with whoever first told us of any; the section itself is named before others."""
    query = select(col(PeerHeadRow.witness), col(PeerHeadRow.sequence), col(PeerHeadRow.received_at)).where(
        col(PeerHeadRow.witness).in_(sorted(roster.held(session, origin))),
        col(PeerHeadRow.origin) == origin,
        col(PeerHeadRow.epoch) == epoch,
        col(PeerHeadRow.sequence) > held,
    )
    rows = session.execute(query).all()
    last = max(row.sequence for row in rows)
    witness = min((row for row in rows if row.sequence == last), key=lambda row: (row.witness != origin, row.witness)).witness
    return Missing(origin, epoch, held + 1, last, witness, min(row.received_at for row in rows))


def split_views(session: Session, own: str) -> list[Split]:
    """Numbers under which the sections' heads, ours included, name different messages."""
    holders: dict[tuple[str, int, int], dict[str, set[str]]] = {}
    for row in _doubtful(session):
        place = holders.setdefault((row.origin, row.epoch, row.sequence), {})
        place.setdefault(row.hash, set()).add(row.witness)
    for address, hashes in holders.items():
        if (held := _own_hash(session, *address)) is not None:
            hashes.setdefault(held, set()).add(own)
    return [
        Split(*address, {name: tuple(sorted(codes)) for name, codes in sorted(hashes.items())})
        for address, hashes in sorted(holders.items())
        if len(hashes) > 1
    ][:SHOWN]


def _doubtful(session: Session) -> Iterator[PeerHeadRow]:
    """All words on numbers about which two sections differ, or about which one differs from our log."""
    place = (col(PeerHeadRow.origin), col(PeerHeadRow.epoch), col(PeerHeadRow.sequence))
    several = select(*place).group_by(*place).having(func.count(func.distinct(col(PeerHeadRow.hash))) > 1)
    event = tables.event
    here = (
        (event.c.section == col(PeerHeadRow.origin))
        & (event.c.epoch == col(PeerHeadRow.epoch))
        & (event.c.sequence == col(PeerHeadRow.sequence))
    )
    against_us = select(*place).join(event, here).where(event.c.hash != col(PeerHeadRow.hash))
    doubtful = {tuple(row) for query in (several, against_us) for row in session.execute(query.limit(SHOWN))}
    if doubtful:
        yield from session.scalars(select(PeerHeadRow).where(tuple_(*place).in_(sorted(doubtful))))


def _own_hash(session: Session, section: str, epoch: int, sequence: int) -> str | None:
    event = tables.event
    query = select(event.c.hash).where(event.c.section == section, event.c.epoch == epoch, event.c.sequence == sequence)
    found: str | None = session.connection().execute(query).scalar()
    return found


def clocks_ahead(session: Session, own: str) -> Mapping[str, timedelta]:
    """By section: how long after its word reached us it says to have said it. Late words tell nothing about a clock."""
    rows = session.execute(
        select(col(HeadsRow.witness), col(HeadsRow.said_at), col(HeadsRow.received_at)).where(col(HeadsRow.witness) != own)
    )
    return {row.witness: row.said_at - row.received_at for row in rows if row.said_at > row.received_at}
