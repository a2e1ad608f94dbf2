"""The running section, as plugins and rooms see it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from sqlmodel import Session, SQLModel

from internationale.events.envelope import Envelope
from internationale.events.refs import Ref
from internationale.events.types import Event
from internationale.kit.attachments import Attachments
from internationale.kit.documents import Documents
from internationale.kit.grants import Grants
from internationale.kit.undecided import Undecided
from internationale.kit.vocabulary import DocumentKind, HubState, Panel, Place, Reader, Receipt, SectionCard, Utterance
from internationale.messages import Message

_KNOWN: dict[tuple[type, type], bool] = {}


class _Remembering(type(Protocol)):  # type: ignore[misc]  # the metaclass of protocols has no public name
    """Litestar asks for each request whether the section is one, and Python reads each of its properties for the answer."""

    def __instancecheck__(cls, instance: Any) -> bool:
        asked = cls, type(instance)
        if asked not in _KNOWN:
            _KNOWN[asked] = super().__instancecheck__(instance)
        return _KNOWN[asked]


class Outside(Protocol):
    """Words that are added to and never taken away, outside the database."""

    def add(self, line: str, *, once: bool = False) -> bool:
        """Add a word of ASCII, without blanks; it is on the disk when this returns. Where that cannot be, it is logged. Returns
        whether it is there: where it is not, keep it, and try again later.
        """
        ...

    def all(self) -> Sequence[str]:
        """All of them, the oldest first. Raises ``Misconfigured`` when they cannot be read."""
        ...


@runtime_checkable
class Section(Protocol, metaclass=_Remembering):
    """One section at work. Database code is synchronous; call it from worker threads, never from the event loop."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def languages(self) -> tuple[str, ...]:
        """The section's own languages, the first is its main one."""
        ...

    @property
    def base_url(self) -> str:
        """Where people reach this instance, without a slash at its end: for links that are handed on."""
        ...

    @property
    def documents(self) -> Documents: ...

    @property
    def attachments(self) -> Attachments: ...

    @property
    def grants(self) -> Grants: ...

    @property
    def kinds(self) -> dict[str, DocumentKind]:
        """All declared kinds of document, by name."""
        ...

    @property
    def fenced(self) -> Message | None:
        """Why nothing may be said to the other sections at the moment; None: it may."""
        ...

    @property
    def hubs(self) -> Mapping[str, HubState]:
        """What the worker of this process sees of each hub, by address; empty where no worker runs."""
        ...

    def secret(self, purpose: str) -> bytes:
        """32 bytes of this instance for one purpose, the same each time. They are not in the database, and can be lost with the
        folder of keys: for hashes that nobody shall try out who has a copy of the database alone.
        """
        ...

    def outside(self, name: str) -> "Outside":
        """What a database that is put back must not forget: it is kept beside the keys, in a file of this name."""
        ...

    def now(self) -> datetime:
        """The time, aware, in UTC. The only clock."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """A session for reading only; nothing is kept."""
        ...

    def writing(self, *, anybody: bool = False) -> AbstractContextManager[Session]:
        """A session in one transaction: committed at the end, rolled back when anything raises.

        For a request of somebody who is signed in it is asked first whether they still are, and may what they might when it came;
        raises ``SignedOut`` or ``Conflict``. ``anybody``: for what needs nobody to be signed in, and for what may end their
        being so while more is to be written: signing in and out.
        """
        ...

    def note_in_passing(self, write: Callable[[Session], object]) -> None:
        """Have something written, in a transaction of its own, while somebody only reads: when they were seen, that they took a
        file. While the database cannot take anything in it is left out, and they go on reading. Nothing is said to others in it.
        """
        ...

    def publish(self, session: Session, *utterances: Utterance, by: Reader) -> Sequence[Envelope]:
        """Say something to the other sections, within the caller's transaction: number, sign, append, project.

        The reader must hold the capability named like the event's type. Raises ``Refused``, ``Paused`` (fenced, or not a
        member of an International), ``Conflict`` when the event would be void here, ``Invalid`` when it is too large.
        """
        ...

    def may(self, reader: Reader, capability: str, subject: str | None = None) -> bool:
        """Whether the reader holds the capability (for this object). Every plugin may forbid."""
        ...

    def require(self, reader: Reader, capability: str, subject: str | None = None) -> None:
        """Raise ``Refused``, in words, when the reader may not."""
        ...

    def sections(self, session: Session) -> Sequence[SectionCard]:
        """The sections of the International by the latest roster, ordered by code; empty before joining."""
        ...

    def federation_languages(self, session: Session) -> tuple[str, ...]:
        """All languages of all sections, sorted."""
        ...

    def event(self, session: Session, ref: Ref) -> Event[Any] | None:
        """An applied event by its ref; None when it is not here, does not count, or is sealed for others."""
        ...

    def undecided(self, session: Session, ref: Ref, types: Collection[str], name: str) -> Sequence[Undecided]:
        """What the log of ``ref`` has before it that is not decided here and speaks of ``name``: it may take its place.

        Asked (with ``kit.undecided.obstacle``) before anything is signed that stands on another section's word. ``types``: those
        of the events that can take the place, without house and version; ``name``: a value of their data, as a document's id.
        """
        ...

    def receipts(self, session: Session, ref: Ref) -> Sequence[Receipt]:
        """Which sections are known to hold this event: one receipt per member section that can read it, ordered by code."""
        ...

    def awaited(self, session: Session, table: type[SQLModel]) -> Mapping[str, str]:
        """The rows of a private table that go when what waits for a second person is released: their keys, with the id of what
        waits. Also those that are gone already. Nobody but the person whose row it is may take it away before.
        """
        ...

    def closed(self, session: Session, account: str) -> bool:
        """Whether an account was closed: nothing is done in its name any more."""
        ...

    def panels(self, place: Place, subject: Any, reader: Reader) -> Sequence[Panel]:
        """The plugins' panels for one page."""
        ...

    def kept(self, session: Session, account: str) -> dict[str, Any]:
        """What rooms and plugins keep of a person, by their names, as plain JSON values. Raises what one of them raises."""
        ...

    def forget(self, session: Session, account: str) -> None:
        """Have rooms and plugins forget a person, within the caller's transaction. Raises what one of them raises."""
        ...
