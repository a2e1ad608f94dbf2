"""Inviting, for whoever looks after the members."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import Reader, Section
from internationale.kit.entered import PAGE, Entered
from internationale_members import forms
from internationale_members.queries import branches, invitations, rights
from internationale_members.rules import roles

INVITATIONS = "/members/invitations"


def routes() -> list[Any]:
    return [
        get(INVITATIONS, sync_to_thread=True)(every),
        post(INVITATIONS, sync_to_thread=True, opt={PAGE: again})(invite),
        post(f"{INVITATIONS}/{{id:str}}/withdraw", sync_to_thread=True)(withdraw),
    ]


def every(section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> Template:
    return _page(section, reader, page)


def invite(section: NamedDependency[Section], reader: NamedDependency[Reader], data: URLEncodedBody[forms.Invite]) -> Template:
    """The link is shown on the answer itself, this once: a redirect would have to keep the secret somewhere."""
    section.require(reader, roles.INVITE)
    with section.writing() as session:
        _id, secret = invitations.make(
            session, section, role=data.role, branch=data.branch, days=data.days, note=data.note, by=reader
        )
    return _page(section, reader, new_link=invitations.link(section, secret))


def again(entered: Entered) -> Template:
    """The form with what was entered."""
    return _page(entered.section, entered.reader, values=entered.values)


def withdraw(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: URLEncodedBody[forms.Nothing]
) -> Redirect:
    section.require(reader, roles.INVITE)
    with section.writing() as session:
        invitations.withdraw(session, section, id)
    return Redirect(INVITATIONS, status_code=303)


def _page(
    section: Section, reader: Reader, page: int = 1, *, new_link: str = "", values: Mapping[str, Any] = MappingProxyType({})
) -> Template:
    section.require(reader, roles.INVITE)
    with section.reading() as session:
        context = {
            "found": invitations.page(session, section, page),
            "branches": branches.every(session),
            "assignable": rights.assignable_roles(section, reader),
            "role_names": roles.NAMES,
            "duties": roles.DUTIES,
            "new_link": new_link,
            "values": values,
        }
    return Template("members/invitations.html", context=context)
