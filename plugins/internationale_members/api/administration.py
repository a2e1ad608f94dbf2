"""Looking after the members, through the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from internationale.kit import Reader, Section
from internationale.kit.grants import Grant
from internationale_members import forms
from internationale_members.queries import branches, invitations, links, people, rights
from internationale_members.rules import roles

BASE = "/api/v1/members"
PERSON = f"{BASE}/people/{{id:str}}"


@dataclass(frozen=True)
class NewLink:
    """``link`` is shown this once. ``id`` is the invitation's; empty for a sign-in link."""

    id: str
    link: str


@dataclass(frozen=True)
class NewBranch:
    id: str


def routes() -> list[Any]:
    return [
        get(f"{BASE}/people", sync_to_thread=True)(every),
        get(PERSON, sync_to_thread=True)(one),
        put(f"{PERSON}/branch", status_code=204, sync_to_thread=True)(set_branch),
        post(f"{PERSON}/roles", sync_to_thread=True)(give_role),
        post(f"{PERSON}/rights", sync_to_thread=True)(give_capability),
        delete(f"{PERSON}/grants/{{grant:str}}", sync_to_thread=True)(withdraw),
        post(f"{PERSON}/disable", status_code=204, sync_to_thread=True)(disable),
        post(f"{PERSON}/enable", status_code=204, sync_to_thread=True)(enable),
        post(f"{PERSON}/link", sync_to_thread=True)(make_link),
        get(f"{BASE}/branches", sync_to_thread=True)(every_branch),
        post(f"{BASE}/branches", sync_to_thread=True)(add_branch),
        put(f"{BASE}/branches/{{id:str}}", status_code=204, sync_to_thread=True)(rename_branch),
        delete(f"{BASE}/branches/{{id:str}}", sync_to_thread=True)(remove_branch),
        get(f"{BASE}/invitations", sync_to_thread=True)(every_invitation),
        post(f"{BASE}/invitations", sync_to_thread=True)(invite),
        delete(f"{BASE}/invitations/{{id:str}}", sync_to_thread=True)(withdraw_invitation),
    ]


def every(
    section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1, find: FromQuery[str] = ""
) -> people.PeoplePage:
    section.require(reader, roles.MANAGE)
    with section.reading() as session:
        return people.page(session, section, page, find)


def one(section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str]) -> people.Person:
    section.require(reader, roles.MANAGE)
    with section.reading() as session:
        return people.one(session, section, id)


def set_branch(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: JSONBody[forms.PersonBranch]
) -> None:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        people.set_branch(session, id, data.branch)


def give_role(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: JSONBody[forms.GiveRole]
) -> Grant:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        return rights.give_role(session, section, id, data.role, until=data.until, by=reader)


def give_capability(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: JSONBody[forms.GiveCapability]
) -> Grant:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        return rights.give_capability(session, section, id, data.capability, object=data.object, until=data.until, by=reader)


def withdraw(section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], grant: FromPath[str]) -> None:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        section.grants.withdraw(session, id, grant, by=reader)


def disable(section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str]) -> None:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        people.disable(session, section, id, by=reader)


def enable(section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str]) -> None:
    section.require(reader, roles.MANAGE)
    people.enable(section, id, by=reader)


def make_link(section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str]) -> NewLink:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        return NewLink("", links.link(section, links.make(session, section, id, by=reader)))


def every_branch(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Sequence[branches.BranchEntry]:
    section.require(reader, roles.MANAGE)
    with section.reading() as session:
        return branches.every(session)


def add_branch(section: NamedDependency[Section], reader: NamedDependency[Reader], data: JSONBody[forms.Named]) -> NewBranch:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        return NewBranch(branches.add(session, data.name))


def rename_branch(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: JSONBody[forms.Named]
) -> None:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        branches.rename(session, id, data.name)


def remove_branch(section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str]) -> None:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        branches.remove(session, id)


def every_invitation(
    section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1
) -> invitations.InvitationsPage:
    section.require(reader, roles.INVITE)
    with section.reading() as session:
        return invitations.page(session, section, page)


def invite(section: NamedDependency[Section], reader: NamedDependency[Reader], data: JSONBody[forms.Invite]) -> NewLink:
    section.require(reader, roles.INVITE)
    with section.writing() as session:
        id, secret = invitations.make(
            session, section, role=data.role, branch=data.branch, days=data.days, note=data.note, by=reader
        )
    return NewLink(id, invitations.link(section, secret))


def withdraw_invitation(section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str]) -> None:
    section.require(reader, roles.INVITE)
    with section.writing() as session:
        invitations.withdraw(session, section, id)
