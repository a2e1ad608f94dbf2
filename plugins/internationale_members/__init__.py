"""Members: the section's directory of people, and the ways to sign in. It has no events: nothing of it leaves the section."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from internationale.kit import (
    Capability,
    Check,
    MenuItem,
    Need,
    Reader,
    Restored,
    Role,
    Section,
    Task,
    Turns,
    Utterance,
    hookimpl,
    marker,
)
from internationale.kit.grants import holds
from internationale_members import api, pages
from internationale_members import commands as hosting
from internationale_members import tasks as clearing
from internationale_members.queries import accounts, closings, readers, restoring, waiting
from internationale_members.rules import roles

_ = marker("members")


@hookimpl
def capabilities() -> Sequence[Capability]:
    secretary = frozenset({Role.SECRETARY})
    return [
        Capability(roles.INVITE, _("Invite people to the section"), secretary),
        Capability(roles.MANAGE, _("See the members and look after their accounts"), secretary),
    ]


@hookimpl
def routes() -> Sequence[Any]:
    hashing = Turns(at_once=2, waiting=64, of_one=16)
    return [*pages.routes(hashing), *api.routes(hashing)]


@hookimpl
def commands(cli: Any) -> None:
    hosting.add_to(cli)


@hookimpl
def tasks() -> Sequence[Task]:
    return [
        Task("members.clear", timedelta(hours=6), clearing.clear),
        Task("members.closings", timedelta(minutes=10), closings.catch_up),
    ]


@hookimpl
def checks() -> Sequence[Check]:
    return [Check("members", waiting.without_secretary), Check("restored", restoring.told), Check("closings", closings.told)]


@hookimpl
def starting(section: Section, session: Session, restored: Restored | None) -> None:
    if restored is not None:
        restoring.end_ways_in(session, section, restored)
    restoring.close_again(session, section)


@hookimpl
def identify(section: Section, session: Session, scope: str, secret: str, again: bool) -> Reader | None:
    known = readers.by_token if scope == "token" else readers.by_session
    return known(section, session, secret, again=again)


@hookimpl
def closed(session: Session, account: str) -> bool | None:
    return accounts.is_closed(session, account)


@hookimpl
def releasing(session: Session, utterance: Utterance, by: Reader) -> None:
    accounts.check_name(session, utterance, by)


@hookimpl
def menu(section: Section, reader: Reader) -> Sequence[MenuItem]:
    return [MenuItem(_("Members"), "/members")] if holds(reader, roles.MANAGE) else []


@hookimpl
def needs(section: Section, session: Session, reader: Reader) -> Sequence[Need]:
    return waiting.needs(section, session, reader)
