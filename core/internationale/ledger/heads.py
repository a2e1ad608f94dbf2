"""The end of each log: its last number and hash. The own head is the allocator of numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from internationale.ledger.tables import head

_WHERE = (head.c.section == bindparam("section_"), head.c.epoch == bindparam("epoch_"))
_SELECT = select(head).where(*_WHERE).with_for_update()
_UPDATE = update(head).where(*_WHERE)


@dataclass(slots=True)
class Head:
    """The end of one log here. ``sequence`` 0 and no hash: nothing yet. ``cut``: the first number that may not be appended."""

    section: str
    epoch: int
    sequence: int = 0
    hash: str = ""
    cut: int | None = None
    reason: str = ""
    written: tuple[int, str, int | None, str] | None = None
    """What the database has of it; None: nothing."""

    @classmethod
    def of_row(cls, row: Row[*tuple[Any, ...]]) -> Self:
        """A row of ``ledger_head``."""
        return cls(
            row.section,
            row.epoch,
            row.sequence,
            row.hash,
            row.cut,
            row.reason,
            written=(row.sequence, row.hash, row.cut, row.reason),
        )

    @property
    def frozen(self) -> bool:
        """Whether nothing more may be appended: two histories were proved, or a key revoked; people decide now."""
        return self.cut is not None and self.cut <= self.sequence + 1


class Heads:
    """The heads that one transaction works on, read and locked once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heads: dict[tuple[str, int], Head] = {}

    def load(self, logs: Iterable[tuple[str, int]]) -> None:
        """Read (and lock) the heads of these logs."""
        for section, epoch in sorted({*logs} - self._heads.keys()):
            row = self._connection.execute(_SELECT, {"section_": section, "epoch_": epoch}).one_or_none()
            self._heads[section, epoch] = Head.of_row(row) if row else Head(section, epoch)

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
                self._connection.execute(insert(head), {"section": item.section, "epoch": item.epoch, **values})
            else:
                self._connection.execute(_UPDATE, {**where, **values})
            item.written = now
