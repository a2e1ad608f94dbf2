"""What follows from grants: pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

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


def capabilities_of(grants: Iterable[Grant], vocabulary: Iterable[Capability]) -> Mapping[str, frozenset[str | None]]:
    """Each capability held, with the objects it is held for. What no plugin declares (any more) is not held."""
    grants, held = list(grants), dict[str, frozenset[str | None]]()
    for capability in vocabulary:
        objects = frozenset(
            grant.object for grant in grants if grant.capability == capability.name or grant.role in capability.roles
        )
        if objects:
            held[capability.name] = held.get(capability.name, frozenset()) | objects
    return held


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
