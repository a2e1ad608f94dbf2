"""Keys that sections announce for their logs, as long as the list of sections does not have them."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from sqlmodel import Session, col, select

from internationale.errors import Paused
from internationale.events.logs import KeyRange, LogRules
from internationale.events.roster import Entry, LogKey
from internationale.kit import Message, marker
from internationale.ledger import tables
from internationale.rooms.roster.queries.chain import last_good, latest
from internationale.rooms.roster.rows import AnnouncementRow
from internationale.rooms.roster.rules import announcing

_ = marker("core")


def announcement(session: Session, entry: Entry) -> AnnouncementRow | None:
    """The latest key that a section has announced for its present epoch and that the list can still take."""
    return next(_waiting(session, entry.code, entry.epoch, entry.keys), None)


def check_announced(session: Session, rules: LogRules, count: int) -> None:
    """Whether our next ``count`` numbers may be signed, while a new key of ours is announced and not in the roster yet.

    Raises ``Paused`` at the number where it was to begin: signed with the old one, nothing from there on would count any more
    once the roster follows. What the roster cannot take any more bars nothing, whether it was a mistake or a lie.
    """
    first = min((each.first for each in _waiting(session, rules.section, rules.epoch, rules.keys)), default=None)
    head = tables.head.c
    here = (head.section == rules.section) & (head.epoch == rules.epoch)
    last = session.connection().execute(select(head.sequence).where(here)).scalar() or 0
    if first is not None and last + count >= first:
        raise Paused(_("This section waits for the International to confirm the key that it has announced for its log."))


def unconfirmed(session: Session, own: str) -> Message | None:
    """That our section is silent soon, because the committee has not confirmed its new key; None: it is not."""
    now = latest(session)
    entry = None if now is None else now.roster.entry(own)
    announced = None if entry is None else announcement(session, entry)
    if entry is None or announced is None:
        return None
    return announcing.unconfirmed(own, announced.first, last_good(session, entry).sequence)


def _waiting(session: Session, code: str, epoch: int, keys: Sequence[LogKey] | Sequence[KeyRange]) -> Iterator[AnnouncementRow]:
    """What a log's section has announced and the list can still take, the latest first. ``keys``: those that the list has. What
    was announced before one of them is overtaken, and so is what would begin before the last of them.
    """
    mine = (AnnouncementRow.section == code, AnnouncementRow.epoch == epoch)
    rows = session.exec(select(AnnouncementRow).where(*mine).order_by(col(AnnouncementRow.sequence).desc()))
    named = {str(each.key) for each in keys}
    since = takewhile(lambda row: row.key not in named, rows)
    return (row for row in since if not announcing.overtaken(keys, row.first))
