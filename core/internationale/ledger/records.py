"""One event as the log keeps it, and the five states in which it can be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, FromClause, Row, tuple_

from internationale.events import envelope as envelopes
from internationale.events.envelope import Address, Envelope

if TYPE_CHECKING:
    from internationale.ledger.judging import Verdict

ASIDE = "taking_back"
"""The reason of what was decided, and is decided again as soon as all rows are made anew: its texts were taken back, or it was
void and something that it names has gone.
"""
CUT = "cut"
"""The reason of what was decided and was cut off its log. It is parked, and is here only until all rows are made anew."""
CHUNK = 500
"""How many events are worked on at a time, so that memory stays flat however many there are."""

T = TypeVar("T")


class State(StrEnum):
    """What became of an authentic event. ``WAITING`` and ``FAILED`` are local and for the time being; ``SEALED``: it cannot be
    opened here, because it is for other sections or the key for it is not here.
    """

    APPLIED = "applied"
    WAITING = "waiting"
    VOID = "void"
    FAILED = "failed"
    SEALED = "sealed"


_STATES = {state.value: state for state in State}


@dataclass(slots=True)
class Record:
    """An event in the log. ``position`` is its place in the order of decision, once it is applied or void."""

    envelope: Envelope
    body: bytes
    signature: str
    received_at: datetime
    via: str
    state: State = State.WAITING
    reason: str = ""
    position: int | None = None
    new: bool = True
    unopened: "Verdict | None" = None
    """What becomes of a sealed event that cannot be opened here; for an opened one ``envelope`` is what was inside."""
    beside: tuple[str, ...] = field(init=False)
    """The parts that travel beside the signed bytes, also when what was inside was opened."""

    def __post_init__(self) -> None:
        self.beside = self.envelope.parts

    @property
    def address(self) -> Address:
        return self.envelope.address

    @classmethod
    def of_row(cls, row: Row[*tuple[Any, ...]]) -> "Record":
        """A row of ``ledger_event``, all columns in their order."""
        *_address, hash_, body, signature, _type, state, reason, position, received_at, via, _readers = row
        envelope = envelopes.recall(body, hash_)
        return cls(envelope, body, signature, received_at, via, _STATES[state], reason, position, new=False)

    def decide(self, state: State, reason: str = "", position: int | None = None) -> None:
        """Note what became of it."""
        self.state, self.reason, self.position = state, reason, position


def key(address: Address) -> dict[str, Any]:
    """The columns of an address."""
    return {"section": address.section, "epoch": address.epoch, "sequence": address.sequence}


def of(row: Row[*tuple[Any, ...]]) -> Address:
    """The address in the first three columns."""
    return Address(row.section, row.epoch, row.sequence)


def among(table: FromClause, addresses: Iterable[Address]) -> ColumnElement[bool]:
    """The condition that a row of ``table`` belongs to one of these events (at most ``CHUNK`` at a time)."""
    columns = tuple_(table.c.section, table.c.epoch, table.c.sequence)
    return columns.in_([(address.section, address.epoch, address.sequence) for address in addresses])


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut into lists of at most ``size``."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
