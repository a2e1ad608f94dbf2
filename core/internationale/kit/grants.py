"""Who may do what: the port of the grants room, and the values that it hands out.

A grant gives a person (an account's id, which never leaves the section) a role or a single capability, for all objects or
for one, for good or until a day. The plugin that knows people asks for a ``Reader`` with what is granted now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from internationale.kit.vocabulary import Capability, Reader, Role


@dataclass(frozen=True)
class Grant:
    """One thing granted to one person. Exactly one of ``role`` and ``capability`` is set."""

    id: str
    person: str
    granted_by: str | None
    """The account of whoever granted it; None: the host, on the command line."""
    granted_at: datetime
    role: Role | None = None
    capability: str | None = None
    object: str | None = None
    """The one object (a document's id, a language) it is for; None: for all."""
    until: datetime | None = None


class Grants(Protocol):
    """The grants room, as plugins see it. All calls run in the caller's session (and transaction).

    ``by`` is whoever does it; None is the host at the machine, who may everything.
    """

    def vocabulary(self) -> Sequence[Capability]:
        """All that can be granted, in the order of declaration."""
        ...

    def assignable(self, by: Reader | None) -> frozenset[Role]:
        """The roles that this reader may hand out and take away."""
        ...

    def all_assignable(self, session: Session, person: str, by: Reader | None) -> bool:
        """Whether this reader could hand out all that is granted to a person now: every role and every single capability.

        To be asked before a reader gets hold of what another person holds, say by a way into their account.
        """
        ...

    def reader(self, session: Session, *, id: str, handle: str, language: str) -> Reader:
        """This person with all that is granted to them now."""
        ...

    def host(self) -> Reader:
        """Whoever gives commands at the machine: what its keys allow is allowed."""
        ...

    def writer(self, session: Session, *, id: str, handle: str, language: str) -> Reader:
        """Who wrote something, the host or a person, with all that they may now."""
        ...

    def held(self, session: Session, person: str) -> Sequence[Grant]:
        """What is granted to a person now, the oldest first."""
        ...

    def everyone(self, session: Session) -> Mapping[str, Sequence[Grant]]:
        """What is granted now, by person."""
        ...

    def give_role(self, session: Session, person: str, role: Role, *, until: datetime | None = None, by: Reader | None) -> Grant:
        """Grant a role; the same role held already for as long is kept.

        Raises ``Refused`` for a token and beyond what ``by`` may hand out, ``Invalid`` when ``until`` is past.
        """
        ...

    def give_capability(
        self,
        session: Session,
        person: str,
        capability: str,
        *,
        object: str | None = None,
        until: datetime | None = None,
        by: Reader | None,
    ) -> Grant:
        """Grant a single capability, for one object or for all.

        Raises ``Refused`` for a token and beyond what ``by`` may hand out, ``Invalid`` for an unknown capability or a past
        ``until``.
        """
        ...

    def withdraw(self, session: Session, person: str, grant: str, *, by: Reader | None) -> None:
        """Take a grant back. Raises ``NotFound``, ``Refused``, and ``Conflict`` for one's own office of secretary: another
        secretary has to take it, so that a section never loses its last one by a slip.
        """
        ...

    def may_withdraw(self, grant: Grant, by: Reader | None) -> bool:
        """Whether ``withdraw`` would do it."""
        ...

    def forget(self, session: Session, person: str) -> None:
        """Erase every trace of a person who leaves."""
        ...


def holds(reader: Reader, capability: str, subject: str | None = None) -> bool:
    """Whether the grants alone give the reader the capability, for this object. The ``allowed`` hook comes on top."""
    objects = reader.capabilities.get(capability, frozenset())
    return None in objects or (subject is not None and subject in objects)
