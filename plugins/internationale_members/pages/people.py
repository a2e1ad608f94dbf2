"""The members and their branches, for whoever looks after them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import Conflict, Reader, Section
from internationale.kit.entered import PAGE, Entered
from internationale_members import forms
from internationale_members.queries import branches, links, people, restoring, rights
from internationale_members.rules import roles

PERSON = "/members/people/{id:str}"


def routes() -> list[Any]:
    return [
        get("/members", sync_to_thread=True)(every),
        post("/members/looked-through", sync_to_thread=True)(looked_through),
        get(PERSON, sync_to_thread=True)(one),
        post(f"{PERSON}/branch", opt={PAGE: again}, sync_to_thread=True)(set_branch),
        post(f"{PERSON}/roles", opt={PAGE: again}, sync_to_thread=True)(give_role),
        post(f"{PERSON}/rights", opt={PAGE: again}, sync_to_thread=True)(give_capability),
        post(f"{PERSON}/grants/{{grant:str}}/withdraw", sync_to_thread=True)(withdraw),
        post(f"{PERSON}/disable", sync_to_thread=True)(disable),
        post(f"{PERSON}/enable", sync_to_thread=True)(enable),
        post(f"{PERSON}/link", sync_to_thread=True)(make_link),
        get("/members/branches", sync_to_thread=True)(every_branch),
        post("/members/branches", opt={PAGE: branches_again}, sync_to_thread=True)(add_branch),
        post("/members/branches/{id:str}", opt={PAGE: branches_again}, sync_to_thread=True)(rename_branch),
        post("/members/branches/{id:str}/remove", sync_to_thread=True)(remove_branch),
    ]


def every(
    section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1, find: FromQuery[str] = ""
) -> Template:
    section.require(reader, roles.MANAGE)
    with section.reading() as session:
        found = people.page(session, section, page, find)
        reverted = restoring.reverted(session)
    context = {
        "found": found,
        "find": find,
        "role_names": roles.NAMES,
        "reverted": [restoring.title(reverted), restoring.CHANGES] if reverted is not None else [],
    }
    return Template("members/people.html", context=context)


def looked_through(
    section: NamedDependency[Section], reader: NamedDependency[Reader], data: URLEncodedBody[forms.Nothing]
) -> Redirect:
    """Somebody has looked through the accounts that came back with a backup."""
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        restoring.looked_through(session, by=reader)
    return Redirect("/members", status_code=303)


def one(section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str]) -> Template:
    return _person(section, reader, id)


def set_branch(
    section: NamedDependency[Section],
    reader: NamedDependency[Reader],
    id: FromPath[str],
    data: URLEncodedBody[forms.PersonBranch],
) -> Redirect:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        people.set_branch(session, id, data.branch)
    return _back(id)


def give_role(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: URLEncodedBody[forms.GiveRole]
) -> Redirect:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        rights.give_role(session, section, id, data.role, until=data.until, by=reader)
    return _back(id)


def give_capability(
    section: NamedDependency[Section],
    reader: NamedDependency[Reader],
    id: FromPath[str],
    data: URLEncodedBody[forms.GiveCapability],
) -> Redirect:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        rights.give_capability(session, section, id, data.capability, object=data.object, until=data.until, by=reader)
    return _back(id)


def withdraw(
    section: NamedDependency[Section],
    reader: NamedDependency[Reader],
    id: FromPath[str],
    grant: FromPath[str],
    data: URLEncodedBody[forms.Nothing],
) -> Redirect:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        section.grants.withdraw(session, id, grant, by=reader)
    return _back(id)


def disable(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: URLEncodedBody[forms.Nothing]
) -> Redirect:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        people.disable(session, section, id, by=reader)
    return _back(id)


def enable(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: URLEncodedBody[forms.Nothing]
) -> Redirect:
    section.require(reader, roles.MANAGE)
    people.enable(section, id, by=reader)
    return _back(id)


def make_link(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: URLEncodedBody[forms.Nothing]
) -> Template:
    """Shown on the answer itself, this once: a redirect would have to keep the secret somewhere."""
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        secret = links.make(session, section, id, by=reader)
    return _person(section, reader, id, new_link=links.link(section, secret))


def again(entered: Entered) -> Template:
    """The person's page with what was to be given."""
    return _person(entered.section, entered.reader, entered.place["id"], giving=entered.values)


def every_branch(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
    return _branches(section, reader)


def add_branch(
    section: NamedDependency[Section], reader: NamedDependency[Reader], data: URLEncodedBody[forms.Named]
) -> Template | Redirect:
    section.require(reader, roles.MANAGE)
    try:
        with section.writing() as session:
            branches.add(session, data.name)
    except Conflict as error:
        return _branches(section, reader, error, of="", name=data.name)
    return Redirect("/members/branches", status_code=303)


def rename_branch(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: URLEncodedBody[forms.Named]
) -> Template | Redirect:
    section.require(reader, roles.MANAGE)
    try:
        with section.writing() as session:
            branches.rename(session, id, data.name)
    except Conflict as error:
        return _branches(section, reader, error, of=id, name=data.name)
    return Redirect("/members/branches", status_code=303)


def branches_again(entered: Entered) -> Template:
    """The branches with the name that was entered for a new one, or for one of them."""
    return _branches(entered.section, entered.reader, of=entered.place.get("id", ""), name=entered.values["name"])


def remove_branch(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: URLEncodedBody[forms.Nothing]
) -> Redirect:
    section.require(reader, roles.MANAGE)
    with section.writing() as session:
        branches.remove(session, id)
    return Redirect("/members/branches", status_code=303)


def _person(
    section: Section, reader: Reader, id: str, *, new_link: str = "", giving: Mapping[str, Any] = MappingProxyType({})
) -> Template:
    section.require(reader, roles.MANAGE)
    with section.reading() as session:
        person = people.one(session, section, id)
        context = {
            "person": person,
            "offers": people.offers(session, section, person, reader),
            "branches": branches.every(session),
            "assignable": rights.assignable_roles(section, reader),
            "rights": rights.assignable_capabilities(section, reader),
            "sentences": rights.sentences(section),
            "role_names": roles.NAMES,
            "duties": roles.DUTIES,
            "new_link": new_link,
            "giving": giving,
        }
    return Template("members/person.html", context=context)


def _branches(
    section: Section, reader: Reader, error: Conflict | None = None, *, of: str | None = None, name: str = ""
) -> Template:
    """``name`` was entered ``of`` a branch, or (empty) of a new one, and refused."""
    section.require(reader, roles.MANAGE)
    with section.reading() as session:
        context = {"branches": branches.every(session), "error": error.message if error else None, "of": of, "name": name}
    return Template("members/branches.html", context=context, status_code=409 if error else 200)


def _back(id: str) -> Redirect:
    return Redirect(f"/members/people/{id}", status_code=303)
