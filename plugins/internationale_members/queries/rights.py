"""Giving roles and rights: the grants room does it, after looking whether there is such a person."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session

from internationale.kit import Capability, Message, Reader, Role, Section
from internationale.kit.grants import Grant
from internationale_members.queries import accounts


def give_role(session: Session, section: Section, account: str, role: Role, *, until: date | None, by: Reader | None) -> Grant:
    """``until`` is the last day, in UTC. Raises ``NotFound`` and what ``kit.grants.Grants`` raises."""
    person = accounts.get(session, account).id
    return section.grants.give_role(session, person, role, until=_end(until), by=by)


def give_capability(
    session: Session, section: Section, account: str, capability: str, *, object: str, until: date | None, by: Reader | None
) -> Grant:
    """``object``: empty for all. Raises ``NotFound`` and what ``kit.grants.Grants`` raises."""
    person = accounts.get(session, account).id
    return section.grants.give_capability(session, person, capability, object=object or None, until=_end(until), by=by)


def assignable_roles(section: Section, by: Reader) -> Sequence[Role]:
    roles = section.grants.assignable(by)
    return [role for role in Role if role in roles]


def assignable_capabilities(section: Section, by: Reader) -> Sequence[Capability]:
    roles = section.grants.assignable(by)
    return [capability for capability in section.grants.vocabulary() if capability.roles & roles]


def sentences(section: Section) -> Mapping[str, Message]:
    """What each capability allows, in words."""
    return {capability.name: capability.sentence for capability in section.grants.vocabulary()}


def _end(until: date | None) -> datetime | None:
    """The moment after the last day."""
    return None if until is None else datetime.combine(until, time(), UTC) + timedelta(days=1)
