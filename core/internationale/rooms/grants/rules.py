"""What follows from grants: pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from internationale.kit import Capability, Reader, Role
from internationale.kit.grants import Grant, holds

GIVE = "grants.give"
"""The capability of giving and taking back."""


def in_force(until: datetime | None, now: datetime) -> bool:
    return until is None or now < until


def order(grant: Grant) -> tuple[object, ...]:
    """The oldest first; of one moment roles before single rights, as the roles are listed."""
    roles = list(Role)
    rank = roles.index(grant.role) if grant.role is not None else len(roles)
    return (grant.granted_at, rank, grant.capability or "", grant.object or "", grant.id)


def same(one: Grant, other: Grant) -> bool:
    """Whether the two give the same thing to the same person for as long."""
    return all(getattr(one, name) == getattr(other, name) for name in ("person", "role", "capability", "object", "until"))


@dataclass(frozen=True)
class Declared:
    """The vocabulary as it is looked up with every request: the names of all capabilities, and of those that each role holds."""

    names: Set[str]
    by_role: Mapping[Role, Set[str]]

    @classmethod
    def of(cls, vocabulary: Iterable[Capability]) -> Self:
        vocabulary = tuple(vocabulary)
        by_role = {role: frozenset(each.name for each in vocabulary if role in each.roles) for role in Role}
        return cls(frozenset(each.name for each in vocabulary), by_role)


def capabilities_of(grants: Iterable[Grant], declared: Declared) -> Mapping[str, frozenset[str | None]]:
    """Each capability held, with the objects it is held for. What no plugin declares (any more) is not held."""
    held = defaultdict[str, set[str | None]](set)
    for grant in grants:
        for name in declared.by_role[grant.role] if grant.role is not None else ():
            held[name].add(grant.object)
        if grant.capability is not None and grant.capability in declared.names:
            held[grant.capability].add(grant.object)
    return {name: frozenset(objects) for name, objects in held.items()}


def assignable(by: Reader | None) -> frozenset[Role]:
    """The roles that ``by`` may hand out: all for the host at the machine, none without the capability.

    The office of host is handed on only by a host: whoever looks after the members does not run the machine by that.
    """
    if by is None:
        return frozenset(Role)
    if not holds(by, GIVE):
        return frozenset()
    return frozenset(Role) if Role.HOST in by.roles else frozenset(Role) - {Role.HOST}


def may_give(by: Reader | None, capability: str, vocabulary: Sequence[Capability]) -> bool:
    """Whether ``by`` may hand out a single capability: one that a role which they may hand out holds."""
    roles = assignable(by)
    return any(declared.name == capability and declared.roles & roles for declared in vocabulary)
