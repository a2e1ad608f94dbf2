"""What is kept in the database of why this section may say nothing, so that a restart does not take it away; and what is told of
it to whoever keeps what ends when a database was put back.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from internationale.kit.prepared import Prepared
from internationale.kit.vocabulary import Restored
from internationale.ledger import tables
from internationale.messages import Message, marker

_ = marker("core")


class Lasting(StrEnum):
    """Reasons that a restart does not take away."""

    RESTORED = "restored"
    BEHIND = "behind"
    ANOTHER = "another"


WORDS: dict[str, Message] = {
    Lasting.RESTORED: _(
        "This section's database was put back, or made anew: it may have forgotten what it said last. It says nothing until more"
        " than half of the other sections have shown anew how far its own log had come."
    ),
    Lasting.BEHIND: _("Others hold more of this section's own log than is here. The rest is being fetched."),
    Lasting.ANOTHER: _("Another instance of this section writes its log. Find it and stop it, then start this one again."),
}
_GRAVER: dict[Lasting, tuple[str, ...]] = {
    Lasting.BEHIND: (Lasting.BEHIND, Lasting.RESTORED, Lasting.ANOTHER),
    Lasting.RESTORED: (Lasting.RESTORED, Lasting.ANOTHER),
    Lasting.ANOTHER: (Lasting.ANOTHER,),
}
"""What another reason does not put out: another instance is about, whatever else is so; who has forgotten something needs a
better answer than who only was behind.
"""
KEPT = Prepared(select(tables.fence.c.reason, tables.fence.c.since))
WORD = "word"
"""The host's word that the section may speak although nobody has answered."""


def keep(connection: Connection, reason: str, now: datetime) -> None:
    """Note a reason in a database, this section's or a copy of it."""
    connection.execute(delete(tables.fence))
    connection.execute(insert(tables.fence), {"reason": reason, "since": now})
    if reason == Lasting.RESTORED:  # who has forgotten something has to listen to everybody
        connection.execute(delete(tables.claimant))


def put_back(connection: Connection, now: datetime, *, copied: datetime | None = None) -> None:
    """Note in a database that it is one that was put back: it is silent, and whoever keeps what ends with that has to hear of it.
    ``copied``: when the copy was made, where that is known.
    """
    keep(connection, Lasting.RESTORED, now)
    note_copy(connection, now, copied=copied)


def note_copy(connection: Connection, now: datetime, *, copied: datetime | None = None) -> None:
    """The same, of a database about which nothing but this is to be noted."""
    connection.execute(delete(tables.restored))
    connection.execute(insert(tables.restored), {"since": now, "copied_at": copied})


def note(connection: Connection, reason: Lasting, now: datetime) -> None:
    """Note a reason anew, unless a graver one is there: then that, anew."""
    kept = read(connection)
    if kept in _GRAVER[reason]:
        connection.execute(update(tables.fence).values(since=now))
    else:
        keep(connection, reason, now)


def restored(connection: Connection) -> Restored | None:
    """That the database was put back, until it was ``heard``."""
    row = connection.execute(select(tables.restored.c.copied_at)).first()
    return None if row is None else Restored(row.copied_at)


def heard(connection: Connection) -> None:
    """Everybody who is there has been told that the database was put back (see ``untold``)."""
    connection.execute(delete(tables.restored))


def claimants(connection: Connection, *, disbelieved: bool) -> tuple[str, ...]:
    """Who has signed to hold more of our log than is here: those who keep us silent, or those who are not believed any more."""
    query = select(tables.claimant.c.section).where(tables.claimant.c.disbelieved == disbelieved)
    return tuple(connection.execute(query.order_by(tables.claimant.c.section)).scalars())


def claimed(connection: Connection, sections: Collection[str], now: datetime) -> None:
    known = set(connection.execute(select(tables.claimant.c.section)).scalars())
    if rows := [{"section": code, "since": now, "disbelieved": False} for code in sections if code not in known]:
        connection.execute(insert(tables.claimant), rows)


def read(connection: Connection) -> str:
    row = KEPT.first(connection)
    return "" if row is None else str(row[0])
