"""The small words of the kit: plain frozen values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData
from sqlmodel import Session, SQLModel

from internationale.events.envelope import INTERNATIONAL
from internationale.events.refs import Ref
from internationale.events.types import Event, Payload
from internationale.messages import Message

if TYPE_CHECKING:
    from internationale.kit.ports import Section

naming = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraint names, so that migrations can find constraints again."""


class Role(StrEnum):
    """The bundles in which a section hands out capabilities. Grants may also name a single capability."""

    MEMBER = "member"
    TRANSLATOR = "translator"
    DELEGATE = "delegate"
    """Speaks for the section to the other sections: signs, revises, carries, commits, reports."""
    SECRETARY = "secretary"
    """Looks after membership: invites, grants, withdraws."""
    HOST = "host"
    """Runs the machine: sees quarantine, waiting room and heads; no member data."""


@dataclass(frozen=True)
class Reader:
    """Whoever is looking at a page or calling the API.

    ``id`` is None for a passer-by. ``handle`` is the name of their own choice under which they speak to other sections;
    ``capabilities`` maps each capability held to the objects it is held for (``None`` in the set: for all).
    """

    id: str | None = None
    handle: str = ""
    language: str = "en"
    roles: frozenset[str] = frozenset()
    capabilities: Mapping[str, frozenset[str | None]] = field(default_factory=dict)
    by_token: bool = False
    """Whether it is a program, with a token of the person's: it may do what they may, but make nobody another way in, give
    nobody a right, and not change who the person is."""

    @property
    def signed_in(self) -> bool:
        return self.id is not None


@dataclass(frozen=True)
class Capability:
    """Something that can be allowed. Named like the event it lets one say (``documents.amendment_proposed``), or
    ``<owner>.<verb>`` when no event comes of it. ``roles`` hold it to begin with; ``sentence`` says it to the secretary;
    ``said`` is what lists of messages call such an event (“An amendment”), without a word of who can read it.
    """

    name: str
    sentence: Message
    roles: frozenset[Role]
    said: Message | None = None


@dataclass(frozen=True)
class MenuItem:
    """An entry of the main menu."""

    label: Message
    path: str


@dataclass(frozen=True)
class Need:
    """Something that waits for this reader, for the home page. ``weight``: larger is more urgent."""

    title: Message
    detail: Message | None
    path: str
    action: Message
    weight: int = 0


@dataclass(frozen=True)
class Panel:
    """A piece of a page: a template (with its context) that is included at a place. Asked once per page."""

    template: str
    context: Mapping[str, Any]
    weight: int = 0


class Place(StrEnum):
    """Where panels may stand, and the ``subject`` that the hook is given there."""

    HOME = "home"
    """The home page of a signed-in reader; subject None."""
    FRONT = "front"
    """The public front page; subject None."""
    DOCUMENT = "document"
    """Beside a document; subject ``documents.Reading``."""
    ACCOUNT = "account"
    """The account page; subject None."""
    HELD = "held"
    """Beside what waits for a second person, for them and for whoever wrote it; subject its id."""
    SENT = "sent"
    """Beside a message that this section has signed, where its texts can be taken back; subject its ref."""
    WITHDRAWING = "withdrawing"
    """Where its texts are about to be taken back, for whoever does it: what follows from that; subject the message's ref."""


@dataclass(frozen=True)
class Restored:
    """That the database was put back from a copy. ``copied``: when that was made; None: nobody knows."""

    copied: datetime | None


@dataclass(frozen=True)
class Task:
    """Work to be done again and again; must be safe to run twice."""

    name: str
    every: timedelta
    run: "Callable[[Section], None]"


@dataclass(frozen=True)
class Check:
    """Something ``internationale status`` looks at; silence is health."""

    name: str
    run: "Callable[[Section], list[Message]]"


@dataclass(frozen=True)
class Projection:
    """Turns applied events into rows. Bump ``version`` and the rows are dropped and replayed from the ledger.

    Handlers must commute for events that do not stand on one another: the rows may depend on *which* events were applied,
    never on the order in which unrelated ones came (no autoincrement keys, no "last writer by arrival"; compare
    ``envelope`` addresses or times and break ties by section). An event's causes are always applied before it.
    """

    name: str
    version: int
    tables: tuple[type[SQLModel], ...]
    on: Mapping[type[Payload], Callable[[Session, Event[Any]], None]] = field(default_factory=dict)

    @property
    def metadata(self) -> MetaData:
        return self.tables[0].metadata


@dataclass(frozen=True)
class Utterance:
    """Something to be said: a payload, what it stands on, the parts it names, who may read it, who speaks.

    ``parts`` are contents (bytes) that are too long for the envelope; the ledger salts, hashes and carries them.
    ``author`` is a handle; None: the section speaks.
    """

    payload: Payload
    refs: tuple[Ref, ...] = ()
    parts: tuple[bytes, ...] = ()
    audience: str = INTERNATIONAL
    author: str | None = None


@dataclass(frozen=True)
class Receipt:
    """Whether a section is known (by its signed heads) to hold an event. ``since``: when its word for it reached us."""

    section: str
    name: str
    holds: bool
    since: datetime | None = None


@dataclass(frozen=True)
class HubState:
    """One hub as this instance sees it now.

    ``since``: when the connection was made or lost; ``trouble``: what is wrong, for people; ``unsent``: own events that it is
    not known to have (None: not looked up yet).
    """

    url: str
    connected: bool = False
    since: datetime | None = None
    trouble: Message | None = None
    unsent: int | None = None


@dataclass(frozen=True)
class SectionCard:
    """One section as the roster has it."""

    code: str
    name: str
    languages: tuple[str, ...]
    status: str
    mandates: frozenset[str] = frozenset()
    """``committee`` for the international committee."""
    sealable: bool = False
    """Whether something can be said to it alone: it is a member, and the roster has its sealing key."""


@dataclass(frozen=True)
class DocumentKind:
    """A kind of shared text that a plugin declares; its events are the documents room's and carry ``name``.

    ``path`` is where its list lives (``/programme``); ``amendable``: sections may propose amendments;
    ``public``: its texts may be opened for the world. A text of another kind is first for the sections, and what the world sees
    of it is its plugin's to say (a statement, once it is issued); the room itself shows it to nobody outside.
    """

    name: str
    label: Message
    path: str
    amendable: bool = False
    public: bool = False
