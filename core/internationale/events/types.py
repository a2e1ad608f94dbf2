"""An event type gives a name, a shape and an authority to something that can be said.

Names: ``<owner>.<noun>_<past participle>``, e.g. ``documents.amendment_proposed``; on the wire it becomes the CloudEvents
type ``org.intl.documents.amendment_proposed.v1``. Within a version only optional fields are added; a change of meaning is
a new version, with an upcast from the one before.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, Self, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict

from internationale.events.envelope import Envelope

PREFIX = "org.intl."


def kind_name(wire: str) -> str:
    """The name in a CloudEvents type, without the house and the version: ``documents.opened``."""
    return wire.removeprefix(PREFIX).rpartition(".v")[0]


class Payload(BaseModel):
    """Base of every event's ``data``.

    Reading is tolerant (fields of a later build are ignored, and stay in the signed bytes); types are strict, so that
    two builds can never coerce one event into two meanings. No floats: decimals travel as strings.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


P_co = TypeVar("P_co", bound=Payload, covariant=True)


def _nothing() -> None:
    """Nothing is kept."""


@dataclass(frozen=True)
class Event(Generic[P_co]):
    """An authentic event, decoded: what the rules and projections of its type are given.

    ``parts`` holds the bytes of the content-addressed parts that the envelope names, by hash. ``recall``: what rows keep of what
    was derived from it when it was applied (``EventType.recall``), so that its causes need not be asked again; None: nothing.
    """

    envelope: Envelope
    payload: P_co
    causes: "Causes"
    parts: Mapping[str, bytes] = field(default_factory=dict)
    recall: Callable[[], Any] = _nothing


class Causes(Protocol):
    """The applied events that an event stands on, as pinned by its refs. The same on every instance.

    What is further back is reached through theirs, by a path that a rule knows: a search among all that they stand on would be
    as dear as anybody wants.
    """

    def __iter__(self) -> Any:
        """The direct causes, in the order of the refs, as ``Event``."""


Authority = Callable[[Event[Any]], str | None]
"""Judges an authentic event by what it stands on alone: None if it may, else the reason code that voids it.

Pure and versioned with the type: every instance must come to the same verdict, whatever else it knows.
"""


def anyone(event: Event[Any]) -> str | None:
    """The authority of things that every section may say of itself."""


@dataclass(frozen=True, kw_only=True)
class EventType:
    """One kind of event. ``upcasts[n]`` turns the data of version n into that of version n + 1; pure.

    ``parts``: whether it may carry long contents beside it, as parts; of others, an event that names any is void. Only what has
    parts can be taken back (see ``events.withdrawn``), so nobody unsays a vote or a signature by that way.
    ``outlives``: the names of types on which it stands by counting them only: it counts whether such a cause does or not (as when
    its parts were taken back).
    ``bearer``: whether it carries what counts wherever it is heard and whoever says it, such as the signature of a root key: that
    this section does not say it holds nothing up.
    ``recall``: given the database and an applied event of this type, what its rows keep of what its rule derived from it and all
    that it stands on, where deriving it again would cost more with each event; None when there is nothing. It must be what
    would be derived.
    """

    name: str
    payload: type[Payload]
    version: int = 1
    authority: Authority = anyone
    parts: bool = False
    outlives: frozenset[str] = frozenset()
    bearer: bool = False
    recall: Callable[[Any, Envelope], Any] | None = None
    upcasts: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)

    @property
    def wire(self) -> str:
        """The CloudEvents ``type``."""
        return f"{PREFIX}{self.name}.v{self.version}"

    @property
    def dataschema(self) -> str:
        """The CloudEvents ``dataschema``."""
        return f"urn:intl:schema:{self.name}:{self.version}"


@dataclass(frozen=True)
class Vocabulary:
    """All event types spoken here."""

    by_wire: Mapping[str, tuple[EventType, int]]
    by_payload: Mapping[type[Payload], EventType]

    @classmethod
    def of(cls, types: Iterable[EventType]) -> Self:
        """Gather the types; two of the same name are a programmer's error (``ValueError``)."""
        by_wire: dict[str, tuple[EventType, int]] = {}
        by_payload: dict[type[Payload], EventType] = {}
        for kind in types:
            for version in (*kind.upcasts, kind.version):
                wire = f"{PREFIX}{kind.name}.v{version}"
                if wire in by_wire:
                    raise ValueError(f"{wire} is declared twice")
                by_wire[wire] = (kind, version)
            by_payload[kind.payload] = kind
        return cls(by_wire, by_payload)

    def knows(self, wire: str) -> bool:
        """Whether an event of this CloudEvents type can be understood by this build."""
        return wire in self.by_wire

    def decode(self, envelope: Envelope) -> Payload:
        """The payload of an envelope, brought up to today's version.

        Raises ``KeyError`` for an unknown type and pydantic's ``ValidationError`` for data that is not of its shape.
        """
        kind, version = self.by_wire[envelope.type]
        data = dict(envelope.data)
        while version < kind.version:
            data = kind.upcasts[version](data)
            version += 1
        return kind.payload.model_validate_json(
            msgspec.json.encode(data)
        )  # JSON's strictness: a list may be a tuple, a text a date

    def kind(self, wire: str) -> EventType:
        """The type that a CloudEvents type is a version of. Raises ``KeyError``."""
        return self.by_wire[wire][0]
