"""Reading the grants that are in force."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, inspect, select
from sqlmodel import Session

from internationale.kit import Role
from internationale.kit.grants import Grant
from internationale.kit.prepared import Prepared
from internationale.rooms.grants import rules
from internationale.rooms.grants.rows import GrantRow

_COLUMNS = inspect(GrantRow).local_table.c
_NAMES = ("id", "person", "granted_by", "granted_at", "capability", "object", "until", "role")
_STANDING = select(*(_COLUMNS[name] for name in _NAMES)).where(_COLUMNS.withdrawn_at.is_(None))
_ALL = Prepared(_STANDING)
_OF_ONE = Prepared(_STANDING.where(_COLUMNS.person == bindparam("person")))
"""Asked with every request."""


def held(session: Session, person: str, now: datetime) -> Sequence[Grant]:
    """What is granted to a person now, the oldest first."""
    session.flush()
    return _by_person(_OF_ONE.all(session.connection(), {"person": person}), now).get(person, ())


def everyone(session: Session, now: datetime) -> Mapping[str, Sequence[Grant]]:
    """What is granted now, by person; the oldest first."""
    session.flush()
    return _by_person(_ALL.all(session.connection()), now)


def _by_person(rows: Iterable[Sequence[Any]], now: datetime) -> Mapping[str, Sequence[Grant]]:
    found = defaultdict[str, list[Grant]](list)
    for grant in sorted((_grant(*row) for row in rows), key=rules.order):
        if rules.in_force(grant.until, now):
            found[grant.person].append(grant)
    return found


def _grant(*row: Any) -> Grant:
    *values, role = row
    return Grant(**dict(zip(_NAMES[:-1], values, strict=True)), role=None if role is None else Role(role))
