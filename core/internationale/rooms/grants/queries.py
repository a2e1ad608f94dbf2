"""Reading the grants that are in force."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from internationale.kit import Role
from internationale.kit.grants import Grant
from internationale.rooms.grants import rules
from internationale.rooms.grants.rows import GrantRow


def held(session: Session, person: str, now: datetime) -> Sequence[Grant]:
    """What is granted to a person now, the oldest first."""
    return everyone(session, now, person).get(person, ())


def everyone(session: Session, now: datetime, person: str | None = None) -> Mapping[str, Sequence[Grant]]:
    """What is granted now, by person; the oldest first."""
    query = select(GrantRow).where(col(GrantRow.withdrawn_at).is_(None))
    if person is not None:
        query = query.where(GrantRow.person == person)
    found = defaultdict[str, list[Grant]](list)
    for grant in sorted(map(as_grant, session.exec(query)), key=rules.order):
        if rules.in_force(grant.until, now):
            found[grant.person].append(grant)
    return found


def as_grant(row: GrantRow) -> Grant:
    return Grant(
        id=row.id,
        person=row.person,
        role=Role(row.role) if row.role is not None else None,
        capability=row.capability,
        object=row.object,
        until=row.until,
        granted_by=row.granted_by,
        granted_at=row.granted_at,
    )
