"""The grants room, as plugins see it (``kit.grants.Grants``)."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from internationale.kit import Capability, Conflict, Invalid, NotFound, Reader, Refused, Role, marker
from internationale.kit.grants import Grant
from internationale.rooms.grants import queries, rules
from internationale.rooms.grants.rows import GrantRow

_ = marker("core")
HOST = "host"
"""Whose account no person has."""


class Room:
    """Made once per section, with all that its plugins declare and its clock."""

    def __init__(self, vocabulary: Sequence[Capability], now: Callable[[], datetime]) -> None:
        self._vocabulary = tuple(vocabulary)
        self._declared = rules.Declared.of(vocabulary)
        self._now = now

    def vocabulary(self) -> Sequence[Capability]:
        return self._vocabulary

    def assignable(self, by: Reader | None) -> frozenset[Role]:
        return rules.assignable(by)

    def all_assignable(self, session: Session, person: str, by: Reader | None) -> bool:
        return by is None or all(self._could_give(grant, by) for grant in self.held(session, person))

    def _could_give(self, grant: Grant, by: Reader) -> bool:
        if grant.role is not None:
            return grant.role in rules.assignable(by)
        return grant.capability is not None and rules.may_give(by, grant.capability, self._vocabulary)

    def reader(self, session: Session, *, id: str, handle: str, language: str) -> Reader:
        grants = queries.held(session, id, self._now())
        return Reader(
            id=id,
            handle=handle,
            language=language,
            roles=frozenset(grant.role for grant in grants if grant.role is not None),
            capabilities=rules.capabilities_of(grants, self._declared),
        )

    def host(self) -> Reader:
        held = frozenset({None})
        return Reader(id=HOST, roles=frozenset({Role.HOST}), capabilities={each.name: held for each in self._vocabulary})

    def writer(self, session: Session, *, id: str, handle: str, language: str) -> Reader:
        return self.host() if id == HOST else self.reader(session, id=id, handle=handle, language=language)

    def held(self, session: Session, person: str) -> Sequence[Grant]:
        return queries.held(session, person, self._now())

    def everyone(self, session: Session) -> Mapping[str, Sequence[Grant]]:
        return queries.everyone(session, self._now())

    def give_role(self, session: Session, person: str, role: Role, *, until: datetime | None = None, by: Reader | None) -> Grant:
        _require_person(by)
        if role not in rules.assignable(by):
            raise Refused(_("You may not hand out this role."), place="role")
        return self._give(session, self._new(person, until, by, role=role))

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
        _require_person(by)
        if all(declared.name != capability for declared in self._vocabulary):
            raise Invalid(_("There is no such right."), place="capability")
        if not rules.may_give(by, capability, self._vocabulary):
            raise Refused(_("You may not hand out this right."), place="capability")
        return self._give(session, self._new(person, until, by, capability=capability, object=object))

    def _give(self, session: Session, granted: Grant) -> Grant:
        if not rules.in_force(granted.until, self._now()):
            raise Invalid(_("The end has to lie in the future."), place="until")
        for grant in self.held(session, granted.person):
            if rules.same(grant, granted):
                return grant
        session.add(GrantRow(**asdict(granted)))
        return granted

    def _new(self, person: str, until: datetime | None, by: Reader | None, **what: Any) -> Grant:
        granted_by = by.id if by else None
        return Grant(
            id=secrets.token_urlsafe(12), person=person, until=until, granted_by=granted_by, granted_at=self._now(), **what
        )

    def withdraw(self, session: Session, person: str, grant: str, *, by: Reader | None) -> None:
        row = session.get(GrantRow, grant)
        if row is None or row.person != person or row.withdrawn_at is not None:
            raise NotFound(_("There is no such grant."))
        if (obstacle := self._obstacle(row, by)) is not None:
            raise obstacle
        row.withdrawn_at, row.withdrawn_by = self._now(), by.id if by else None
        session.add(row)

    def may_withdraw(self, grant: Grant, by: Reader | None) -> bool:
        return self._obstacle(grant, by) is None

    def _obstacle(self, granted: Grant | GrantRow, by: Reader | None) -> Refused | Conflict | None:
        """Why ``by`` cannot take this back."""
        if granted.role is not None and granted.role not in rules.assignable(by):
            return Refused(_("You may not take this role away."))
        if granted.capability is not None and not rules.may_give(by, granted.capability, self._vocabulary):
            return Refused(_("You may not take this right away."))
        if by is not None and by.id == granted.person and granted.role == Role.SECRETARY:
            return Conflict(_("Another secretary has to take this role from you, so that somebody keeps it."))
        return None

    def forget(self, session: Session, person: str) -> None:
        session.execute(delete(GrantRow).where(col(GrantRow.person) == person))


def _require_person(by: Reader | None) -> None:
    """A right that a stolen token gave would outlive its withdrawal. None: the host."""
    if by is not None and by.by_token:
        raise Refused(_("A program cannot do this with a token. Please sign in with your browser."))
