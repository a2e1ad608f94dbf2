"""The end of each log: its last number and hash. The own head is the allocator of numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, bindparam, insert, select, update

from internationale.kit.prepared import Prepared
from internationale.ledger.tables import head

_WHERE = (head.c.section == bindparam("section_"), head.c.epoch == bindparam("epoch_"))
_ALL = select(head).order_by(head.c.section, head.c.epoch)
_EVERY = Prepared(_ALL)
_OF_SECTION = Prepared(_ALL.where(head.c.section == bindparam("section_")))
_SELECT = Prepared(select(head).where(*_WHERE))
_INSERT = Prepared(insert(head))
_UPDATE = Prepared(update(head).where(*_WHERE).values({name: bindparam(name) for name in ("sequence", "hash", "cut", "reason")}))


@dataclass(slots=True)
class Head:
    """The end of one log here. ``sequence`` 0 and no hash: nothing yet. ``cut``: the first number that may not be appended, even
    where the log has not come so far yet.
    """

    section: str
    epoch: int
    sequence: int = 0
    hash: str = ""
    cut: int | None = None
    reason: str = ""
    written: tuple[Any, ...] | None = None
    """What the database has of it; None: nothing."""

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> Self:
        """A row of ``ledger_head``."""
        section, epoch, *rest = row
        sequence, hash_, cut, reason = rest
        return cls(section, epoch, sequence, hash_, cut, reason, written=tuple(rest))

    @property
    def frozen(self) -> bool:
        """Whether nothing more may be appended: two histories were proved, or a key revoked; people decide now."""
        return self.cut is not None and self.cut <= self.sequence + 1


def read(connection: Connection, sections: Iterable[str] | None = None) -> list[Head]:
    """The ends of all logs, or (what is asked again and again) of those of a few sections; by section and epoch."""
    if sections is None:
        return list(map(Head.of_row, _EVERY.all(connection)))
    return [Head.of_row(row) for code in sorted(sections) for row in _OF_SECTION.all(connection, {"section_": code})]


class Heads:
    """The heads that one transaction works on, read and locked once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heads: dict[tuple[str, int], Head] = {}

    def load(self, logs: Iterable[tuple[str, int]]) -> None:
        """Read (and lock) the heads of these logs."""
        for section, epoch in sorted({*logs} - self._heads.keys()):
            found = _SELECT.first(self._connection, {"section_": section, "epoch_": epoch})
            self._heads[section, epoch] = Head(section, epoch) if found is None else Head.of_row(found)

    def of(self, section: str, epoch: int) -> Head:
        """The head of one log, to be changed in place and written by ``save``."""
        self.load([(section, epoch)])
        return self._heads[section, epoch]

    def save(self) -> None:
        """Write back the heads that have changed."""
        for item in self._heads.values():
            now = (item.sequence, item.hash, item.cut, item.reason)
            if now == (item.written or (0, "", None, "")):
                continue
            where = {"section_": item.section, "epoch_": item.epoch}
            values = dict(zip(("sequence", "hash", "cut", "reason"), now, strict=True))
            if item.written is None:
                _INSERT.run(self._connection, {"section": item.section, "epoch": item.epoch, **values})
            else:
                _UPDATE.run(self._connection, {**where, **values})
            item.written = now
