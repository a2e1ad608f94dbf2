"""What is not authentic: kept outside the log with its reason, so that the host can look at it and the true event still comes.

Bounded by bytes for each source; counts go on. The source is the section that brought it, where that is known, else the one whose
it claims to be: nobody's budget is used up, and nobody blamed, by what others bring in their name.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from internationale.ledger.deliveries import Arrival, Delivery, address
from internationale.ledger.records import chunks
from internationale.ledger.tables import quarantine, refusal

BUDGET = 16 * 1024 * 1024
"""Bytes kept for each source."""
OVERHEAD = 512
"""What a row costs besides its body."""
STRANGER = "?"
"""The source of what comes under no section that we know."""
RETRIED = ("unknown_section", "unknown_key", "key_not_valid_at_number", "wrong_epoch", "wrong_genesis", "pinned_otherwise")
"""Reasons that a new roster can take away."""


def keep(
    connection: Connection, arrivals: Sequence[Arrival], sections: Collection[str], now: datetime, muted: Collection[str] = ()
) -> None:
    """Count these, and keep the bytes of those that are new while there is room.

    Of ``muted`` sources only that is kept which a new roster may make authentic: the rest of a flood is counted.
    """
    fresh = _unknown(connection, arrivals)
    counts, sizes = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    room: dict[str, int] = {}
    for arrival in arrivals:
        delivery, kind = arrival.delivery, (_source(arrival.delivery, sections), arrival.reason)
        counts[kind] += 1
        size = len(delivery.body) + len(delivery.signature) + len(delivery.subject) + OVERHEAD
        source = kind[0]
        if source not in room:
            used = select(func.coalesce(func.sum(refusal.c.bytes), 0)).where(refusal.c.source == source)
            room[source] = BUDGET - int(connection.execute(used).scalar_one())
        name = _name(delivery)
        heard = source not in muted or arrival.reason in RETRIED
        if heard and name in fresh and size <= room[source]:
            fresh.discard(name)
            room[source] -= size
            sizes[kind] += size
            connection.execute(insert(quarantine), _row(name, source, arrival, now))
    for kind, count in counts.items():
        _count(connection, kind, count, sizes[kind])


def take(connection: Connection, judge: Callable[[Sequence[Delivery]], Sequence[Arrival]], limit: int) -> list[Arrival]:
    """Take out (and delete) what a new roster may have made authentic and ``judge`` finds otherwise than it was, to be accepted
    again: about ``limit``. What is refused for the same reason stays as it is, and is not counted once more.
    """
    taken = list[Arrival]()
    for some in chunks(connection.execute(select(quarantine.c.id).where(quarantine.c.reason.in_(RETRIED))).scalars().all()):
        rows = connection.execute(select(quarantine).where(quarantine.c.id.in_(some))).all()
        judged = zip(rows, judge([_delivery(row) for row in rows]), strict=True)
        otherwise = [(row, arrival) for row, arrival in judged if arrival.envelope is not None or arrival.reason != row.reason]
        _strike(connection, [row for row, _arrival in otherwise])
        taken += (arrival for _row, arrival in otherwise)
        if len(taken) >= limit:
            break
    return taken


def kept(connection: Connection, ids: Collection[str]) -> dict[str, Delivery]:
    """Those of these that are still kept, by id."""
    found: dict[str, Delivery] = {}
    for chunk in chunks(ids):
        rows = connection.execute(select(quarantine).where(quarantine.c.id.in_(chunk)))
        found |= {row.id: _delivery(row) for row in rows}
    return found


def release(connection: Connection, ids: Collection[str]) -> None:
    """Delete these: they were accepted."""
    for chunk in chunks(ids):
        _strike(connection, connection.execute(select(quarantine).where(quarantine.c.id.in_(chunk))).all())


def _delivery(row: Row[*tuple[Any, ...]]) -> Delivery:
    """As it came; of a stranger it is looked again whose it says to be."""
    return Delivery(row.subject, bytes(row.body), row.signature, row.via, "" if row.source == STRANGER else row.source)


def _strike(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> None:
    for row in rows:
        size = len(row.body) + len(row.signature) + len(row.subject) + OVERHEAD
        here = (refusal.c.source == row.source) & (refusal.c.reason == row.reason)
        connection.execute(update(refusal).where(here).values(bytes=refusal.c.bytes - size))
    connection.execute(delete(quarantine).where(quarantine.c.id.in_([row.id for row in rows])))


def _unknown(connection: Connection, arrivals: Sequence[Arrival]) -> set[str]:
    names = {_name(arrival.delivery) for arrival in arrivals}
    for chunk in chunks(list(names)):
        names.difference_update(connection.execute(select(quarantine.c.id).where(quarantine.c.id.in_(chunk))).scalars())
    return names


def _name(delivery: Delivery) -> str:
    rest = f"{delivery.subject}\0{delivery.signature}\0".encode("utf-8", "surrogatepass")
    return hashlib.sha256(rest + delivery.body).hexdigest()


def _source(delivery: Delivery, sections: Collection[str]) -> str:
    if delivery.by:
        return delivery.by if delivery.by in sections else STRANGER
    claimed = address(delivery)
    return claimed.section if claimed is not None and claimed.section in sections else STRANGER


def _row(name: str, source: str, arrival: Arrival, now: datetime) -> dict[str, object]:
    delivery = arrival.delivery
    return {
        "id": name,
        "source": source,
        "subject": _plain(delivery.subject),
        "body": delivery.body,
        "signature": _plain(delivery.signature),
        "reason": arrival.reason,
        "via": _plain(delivery.via),
        "first_seen": now,
    }


def _plain(text: str) -> str:
    """What every database can store. A subject or signature that is changed by this was not valid anyway."""
    return text.encode("unicode_escape").decode("ascii")[:4096]


def _count(connection: Connection, kind: tuple[str, str], count: int, size: int) -> None:
    here = (refusal.c.source == kind[0]) & (refusal.c.reason == kind[1])
    more = update(refusal).where(here).values(count=refusal.c.count + count, bytes=refusal.c.bytes + size)
    if connection.execute(more).rowcount == 0:
        connection.execute(insert(refusal), {"source": kind[0], "reason": kind[1], "count": count, "bytes": size})
