"""What an event stands on, read from the log when a rule or a projection asks for it."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, bindparam, select

from internationale.errors import Conflict
from internationale.events import envelope as envelopes
from internationale.events.envelope import Address, Envelope
from internationale.events.refs import Ref
from internationale.events.sealed import Opened
from internationale.events.types import Event, Payload, Vocabulary
from internationale.kit.prepared import Prepared
from internationale.ledger import tables
from internationale.ledger.judging import Verdict, address
from internationale.ledger.opening import Opener, Seals
from internationale.ledger.parts import SALT
from internationale.ledger.records import key
from internationale.messages import marker

_ = marker("core")

KEPT = 2_000
"""How many decoded events are kept at hand."""
_ENVELOPE = Prepared(
    select(tables.event.c.body, tables.event.c.hash).where(
        tables.event.c.section == bindparam("section"),
        tables.event.c.epoch == bindparam("epoch"),
        tables.event.c.sequence == bindparam("sequence"),
    )
)


class Archive:
    """Decoded events of the log, by address, with those of the running transaction that are not written yet.

    Sealed ones are opened: everything here is as if it had been said openly, but for its audience.
    """

    def __init__(self, connection: Connection, vocabulary: Vocabulary, seals: Seals) -> None:
        self._connection = connection
        self._vocabulary = vocabulary
        self.opener = Opener(connection, seals)
        self._kept: OrderedDict[Address, Envelope] = OrderedDict()
        self._closed: dict[Address, Envelope] = {}

    def open(self, envelope: Envelope) -> Envelope | Verdict:
        """An envelope as it is meant, opened when it is sealed; or what becomes of it because it cannot be looked into."""
        if not envelope.closed:
            return envelope
        opened = self.opener.open(envelope)
        return opened.envelope if isinstance(opened, Opened) else opened

    def hold(self, envelope: Envelope) -> None:
        """Have a sealed envelope at hand that is not in the log yet."""
        self._closed[envelope.address] = envelope

    def written(self) -> None:
        """What was held is in the log now, and can be read from there."""
        self._closed.clear()

    def keep(self, envelope: Envelope) -> None:
        """Have an envelope at hand."""
        self._kept[envelope.address] = envelope
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def envelope(self, where: Address) -> Envelope:
        """An envelope of the log. Raises ``KeyError`` when it is not here, ``Conflict`` when it cannot be opened any more."""
        if where not in self._kept:
            envelope = self.open(self._outer(where))
            if isinstance(envelope, Verdict):
                raise Conflict(_("This stands on something sealed that cannot be opened here any more."), place=str(where))
            self.keep(envelope)
        return self._kept[where]

    def event(self, envelope: Envelope, payload: Payload | None = None) -> Event[Any]:
        """An event as rules and projections get it."""
        decoded = self._vocabulary.decode(envelope) if payload is None else payload
        parts = SealedParts(self, envelope) if envelope.sealed else PartsOf(self._connection, envelope.parts)
        causes, recall = CausesOf(self, envelope), self._vocabulary.kind(envelope.type).recall
        if recall is None:
            return Event(envelope, decoded, causes, parts)
        return Event(envelope, decoded, causes, parts, partial(recall, self._connection, envelope))

    def inside(self, where: Address) -> Opened:
        """What is inside a sealed event of the log. Raises ``KeyError`` when it cannot be opened."""
        opened = self.opener.open(self._closed.get(where) or self._outer(where))
        if isinstance(opened, Verdict):
            raise KeyError(str(where))
        return opened

    def _outer(self, where: Address) -> Envelope:
        row = _ENVELOPE.first(self._connection, key(where))
        if row is None:
            raise KeyError(str(where))
        return envelopes.recall(*row)


class CausesOf:
    """Implements ``events.types.Causes`` for one event. All ancestors of a judged event are applied."""

    def __init__(self, archive: Archive, envelope: Envelope) -> None:
        self._archive = archive
        self._refs = envelope.refs

    def __iter__(self) -> Iterator[Event[Any]]:
        return (self._load(ref) for ref in self._refs)

    def _load(self, ref: Ref) -> Event[Any]:
        return self._archive.event(self._archive.envelope(address(ref)))


class PartsOf(Mapping[str, bytes]):
    """The contents of an event's parts, read when they are asked for."""

    def __init__(self, connection: Connection, hashes: tuple[str, ...]) -> None:
        self._connection = connection
        self._hashes = hashes

    def __getitem__(self, name: str) -> bytes:
        if name not in self._hashes:
            raise KeyError(name)
        query = select(tables.part.c.content).filter_by(hash=name)
        return bytes(self._connection.execute(query).scalar_one()[SALT:])

    def __iter__(self) -> Iterator[str]:
        return iter(self._hashes)

    def __len__(self) -> int:
        return len(self._hashes)


class SealedParts(Mapping[str, bytes]):
    """The contents of the parts of an opened event, which travelled inside it."""

    def __init__(self, archive: Archive, envelope: Envelope) -> None:
        self._archive = archive
        self._envelope = envelope

    def __getitem__(self, name: str) -> bytes:
        if name not in self._envelope.parts:
            raise KeyError(name)
        return self._archive.inside(self._envelope.address).parts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._envelope.parts)

    def __len__(self) -> int:
        return len(self._envelope.parts)
