"""One's own account, through the API; and joining, where an invitation takes the place of a token."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from internationale.kit import Reader, Role, Section, Turns, http
from internationale_members import forms
from internationale_members.queries import accounts, credentials, invitations, leaving, naming, people, sessions

ME = "/api/v1/members/me"


@dataclass(frozen=True)
class Me:
    """Who asks, and what they may."""

    id: str
    handle: str
    name: str
    branch: str
    language: str
    roles: tuple[Role, ...]
    capabilities: dict[str, list[str] | None]
    """Each capability held with the objects it is held for; null: for all."""
    joined: datetime


@dataclass(frozen=True)
class Joined:
    account: str


@dataclass(frozen=True)
class NewToken:
    """``token`` is shown this once."""

    id: str
    token: str


def routes(hashing: Turns) -> list[Any]:
    return [
        post("/api/v1/members/join", opt={http.UNKEPT: True})(hashing.take(join)),
        get(ME, sync_to_thread=True)(me),
        put(ME, status_code=204, sync_to_thread=True)(change_settings),
        put(f"{ME}/handle", status_code=204, sync_to_thread=True)(change_handle),
        put(f"{ME}/password", status_code=204, opt={http.UNCOUNTED: True})(hashing.take(change_password)),
        get(f"{ME}/devices", sync_to_thread=True)(devices),
        delete(f"{ME}/devices", sync_to_thread=True)(sign_out_everywhere),
        delete(f"{ME}/devices/{{id:str}}", sync_to_thread=True)(sign_out_device),
        get(f"{ME}/tokens", sync_to_thread=True)(tokens),
        post(f"{ME}/tokens", opt={http.UNCOUNTED: True})(hashing.take(make_token)),
        delete(f"{ME}/tokens/{{id:str}}", sync_to_thread=True)(withdraw_token),
        get(f"{ME}/export", sync_to_thread=True)(export),
        post(f"{ME}/leave", status_code=204, opt={http.UNCOUNTED: True})(hashing.take(leave)),
    ]


def join(
    section: NamedDependency[Section],
    request: Request[Any, Any, Any],  # by which its turn is kept
    data: JSONBody[forms.AcceptHere],
) -> Joined:
    account = invitations.accept(
        section, data.invitation, handle=data.handle, password=data.password, language=data.language, accepted=data.accept
    )
    return Joined(account)


def me(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Me:
    with section.reading() as session:
        person = people.one(session, section, accounts.own(reader))
    return Me(
        id=person.id,
        handle=person.handle,
        name=person.name,
        branch=person.branch,
        language=person.language,
        roles=person.roles,
        capabilities={
            name: None if None in objects else sorted(object for object in objects if object is not None)
            for name, objects in sorted(reader.capabilities.items())
        },
        joined=person.joined,
    )


def change_settings(section: NamedDependency[Section], reader: NamedDependency[Reader], data: JSONBody[forms.Settings]) -> None:
    account = accounts.in_person(reader)
    with section.writing() as session:
        accounts.set_language(session, section, account, data.language)
        accounts.set_name(session, account, data.name)


def change_handle(section: NamedDependency[Section], reader: NamedDependency[Reader], data: JSONBody[forms.Handle]) -> None:
    naming.change_handle(section, reader, data.handle)


def change_password(
    section: NamedDependency[Section],
    reader: NamedDependency[Reader],
    request: Request[Any, Any, Any],
    data: JSONBody[forms.NewPassword],
) -> None:
    browser = http.browser(request, section)
    credentials.change_password(section, reader, **data.model_dump(), secret=None, address=http.address(request), browser=browser)


def devices(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Sequence[sessions.Device]:
    with section.reading() as session:
        return sessions.devices(session, section, accounts.own(reader), None)


def sign_out_everywhere(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> None:
    with section.writing() as session:
        credentials.end_all(session, accounts.own(reader))


def sign_out_device(section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str]) -> None:
    with section.writing() as session:
        sessions.end_one(session, accounts.in_person(reader), id)


def tokens(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Sequence[credentials.TokenEntry]:
    with section.reading() as session:
        return credentials.tokens(session, section, accounts.own(reader))


def make_token(
    section: NamedDependency[Section],
    reader: NamedDependency[Reader],
    request: Request[Any, Any, Any],
    data: JSONBody[forms.MakeToken],
) -> NewToken:
    browser = http.browser(request, section)
    made = credentials.make_token(section, reader, **data.model_dump(), address=http.address(request), browser=browser)
    return NewToken(*made)


def withdraw_token(section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str]) -> None:
    with section.writing() as session:
        credentials.withdraw_token(session, accounts.own(reader), id)


def export(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> dict[str, object]:
    with section.reading() as session:
        return leaving.export(session, section, accounts.own(reader))


def leave(
    section: NamedDependency[Section],
    reader: NamedDependency[Reader],
    request: Request[Any, Any, Any],
    data: JSONBody[forms.Leave],
) -> None:
    browser = http.browser(request, section)
    leaving.leave(section, reader, **data.model_dump(), address=http.address(request), browser=browser)
