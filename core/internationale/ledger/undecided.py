"""What a log has before one of its events and is not decided here (see ``kit.undecided``)."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Row, Select, Table, and_, bindparam, exists, or_, select, union

from internationale.events.envelope import SEALED, Address, recall
from internationale.events.logs import LogRules
from internationale.events.refs import Ref
from internationale.events.types import PREFIX
from internationale.kit.prepared import Prepared
from internationale.kit.undecided import GAP, Undecided
from internationale.ledger import heads, tables
from internationale.ledger.causes import Archive
from internationale.ledger.judging import Verdict, address
from internationale.ledger.opening import NO_KEY
from internationale.ledger.records import State, among, key, of
from internationale.ledger.tried import About

MOST = 100
"""So many undecided events are looked into. Where there are more, the next one counts as if it spoke of what is asked for."""
_this = tables.event.alias()
_EXISTS: Select[*tuple[Any, ...]] = select(
    exists().where(tables.waiting.c.section == bindparam("section")),
    exists().where(tables.event.c.state == State.FAILED.value),  # with its section SQLite would go through the whole log
    exists().where(
        _this.c.readers.is_not(None), *(_this.c[name] == bindparam(name) for name in ("section", "epoch", "sequence"))
    ),
)
_TROUBLE = Prepared(_EXISTS)
"""Whether anything of a section waits, or anything failed; and whether an event is sealed, which more can stand against."""


class Sought(NamedTuple):
    """Events of these types that the log of ``ref`` has before it and that speak of ``name``."""

    ref: Ref
    types: Collection[str]
    name: str


def before(archive: Archive, connection: Connection, own: str, sought: Sought) -> list[Undecided]:
    """Those that are undecided and speak, or may speak, of what is sought.

    ``own``: the section that asks. What is sealed takes no open thing's place; of what is for others alone nothing is shown here.
    """
    if not any(_TROUBLE.first(connection, key(address(sought.ref))) or ()):  # as nearly always, at each look at a page
        return []
    addresses = list(map(of, connection.execute(_candidates(sought))))
    event = tables.event
    rows = connection.execute(select(event).where(among(event, addresses)).order_by(event.c.epoch, event.c.sequence))
    spoken = (row for number, row in enumerate(rows) if number == MOST or _speaks(archive, own, row, sought))
    return [Undecided(str(of(row)), row.reason) for row in spoken if not _cut_off(connection, of(row))]


def missing(connection: Connection, rules: LogRules | None, ref: Ref) -> list[Undecided]:
    """The first event that is missing of each earlier epoch of a log, where the roster says how far that goes."""
    found: list[Undecided] = []
    if ref.epoch == 1:
        return found
    ends = {log.epoch: log.sequence for log in heads.read(connection, [ref.section])}
    for epoch in range(1, ref.epoch):
        ended = rules.of(epoch) if rules else None
        if ended is not None and ended.pin is not None and ends.get(epoch, 0) < ended.pin[0]:
            found.append(Undecided(str(Address(ref.section, epoch, ends.get(epoch, 0) + 1)), GAP))
    return found


def _speaks(archive: Archive, own: str, row: Row[*tuple[Any, ...]], sought: Sought) -> bool:
    for_us = own in {row.section, *(row.readers or "").split()}
    if row.state == State.SEALED:  # it was tried, and is again when there is another key
        return for_us
    envelope = recall(row.body, row.hash)
    about = archive.opener.about(envelope) if envelope.closed else About.of(envelope)
    return for_us if isinstance(about, Verdict) else about.speaks(sought.types, sought.name)


def _cut_off(connection: Connection, where: Address) -> bool:
    """Whether it waits for something at or after the cut of another's log: then it waits until people decide about that log, and
    nobody could stop a text for ever by proving two histories of its own. What is signed meanwhile stands by its ref.
    """
    waiting = tables.waiting.c
    query = select(waiting.what).where(among(tables.waiting, [where]), waiting.kind == "ref")
    for section, epoch, sequence in (what.split(":") for what in connection.execute(query).scalars()):
        cuts = (head.cut for head in heads.read(connection, [section]) if head.epoch == int(epoch))
        if section != where.section and any(cut is not None and cut <= int(sequence) for cut in cuts):
            return True
    return False


def _candidates(sought: Sought) -> CompoundSelect[Any]:
    """The addresses of what may be meant, in the log's order; at most one more than is looked into."""
    event, waiting, this = tables.event, tables.waiting, tables.event.alias()
    of_this = key(address(sought.ref))
    sealed = select(this.c.readers).where(*(this.c[name] == value for name, value in of_this.items())).scalar_subquery()
    named = or_(*(event.c.type.startswith(f"{PREFIX}{each}.v", autoescape=True) for each in sought.types))
    wanted = or_(and_(named, event.c.readers.is_(None)), and_(or_(named, event.c.type == SEALED), sealed.is_not(None)))
    waits = exists().where(*(waiting.c[name] == event.c[name] for name in of_this))
    columns = [event.c[name] for name in of_this]
    found = union(
        select(*columns).where(event.c.state == State.WAITING, waits, _earlier(event, sought.ref), wanted),
        select(*columns).where(event.c.state == State.FAILED, _earlier(event, sought.ref), wanted),
        select(*columns).where(
            event.c.state == State.SEALED, event.c.reason == NO_KEY, _earlier(event, sought.ref), sealed.is_not(None)
        ),
    )
    return found.order_by("epoch", "sequence").limit(MOST + 1)


def _earlier(table: Table, ref: Ref) -> ColumnElement[bool]:
    before = or_(table.c.epoch < ref.epoch, and_(table.c.epoch == ref.epoch, table.c.sequence < ref.sequence))
    section = table.c.section.concat("")  # what waits or failed is little, a log may be long: SQLite is not to begin there
    return and_(section == ref.section, before)
