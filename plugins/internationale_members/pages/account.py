"""One's own account."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Response, Template

from internationale.kit import Conflict, InternationaleError, Invalid, Message, Place, Reader, Section, TooSoon, Turns, http
from internationale.kit.entered import PAGE, Entered
from internationale_members import forms
from internationale_members.pages import signing
from internationale_members.queries import accounts, credentials, leaving, links, naming, people, sessions
from internationale_members.rules import roles, terms

ACCOUNT = "/members/account"


def routes(hashing: Turns) -> list[Any]:
    return [
        get(ACCOUNT, sync_to_thread=True)(show),
        post(ACCOUNT, sync_to_thread=True, opt={PAGE: again})(change_settings),
        post(f"{ACCOUNT}/handle", sync_to_thread=True, opt={PAGE: handle_again})(change_handle),
        post(f"{ACCOUNT}/password", opt={http.UNCOUNTED: True, PAGE: password_again})(hashing.take(change_password)),
        post(f"{ACCOUNT}/tokens", opt={http.UNCOUNTED: True, PAGE: token_again})(hashing.take(make_token)),
        post(f"{ACCOUNT}/tokens/{{id:str}}/withdraw", sync_to_thread=True)(withdraw_token),
        post(f"{ACCOUNT}/devices/sign-out", sync_to_thread=True)(sign_out_everywhere),
        post(f"{ACCOUNT}/devices/{{id:str}}/sign-out", sync_to_thread=True)(sign_out_device),
        get(f"{ACCOUNT}/export", sync_to_thread=True)(export),
        get(f"{ACCOUNT}/leave", sync_to_thread=True)(ask_leave),
        post(f"{ACCOUNT}/leave", opt={http.UNCOUNTED: True, PAGE: leave_again})(hashing.take(leave)),
    ]


def show(section: NamedDependency[Section], reader: NamedDependency[Reader], request: Request[Any, Any, Any]) -> Template:
    return _page(section, reader, request)


def change_settings(
    section: NamedDependency[Section], reader: NamedDependency[Reader], data: URLEncodedBody[forms.Settings]
) -> Redirect:
    account = accounts.in_person(reader)
    with section.writing() as session:
        accounts.set_language(session, section, account, data.language)
        accounts.set_name(session, account, data.name)
    return _back()


def again(entered: Entered) -> Template:
    """The account with the settings that were entered."""
    return _page(entered.section, entered.reader, entered.request, settings=entered.values)


def handle_again(entered: Entered) -> Template:
    """The account with the handle that was entered."""
    return _page(entered.section, entered.reader, entered.request, entered=entered.values["handle"])


def password_again(entered: Entered) -> Template:
    """The account; a password is typed anew."""
    return _page(entered.section, entered.reader, entered.request)


def token_again(entered: Entered) -> Template:
    """The account with what the token should be for, and for how long."""
    return _page(entered.section, entered.reader, entered.request, token=entered.values)


def leave_again(entered: Entered) -> Template:
    """The page that asks, with the handle that was entered."""
    return _leave_page(entered.section, entered.reader, handle=entered.values["handle"])


def change_handle(
    section: NamedDependency[Section],
    reader: NamedDependency[Reader],
    request: Request[Any, Any, Any],
    data: URLEncodedBody[forms.Handle],
) -> Template | Redirect:
    try:
        naming.change_handle(section, reader, data.handle)
    except (Invalid, TooSoon, Conflict) as error:
        return _page(section, reader, request, error, entered=data.handle)
    return _back()


def change_password(
    section: NamedDependency[Section],
    reader: NamedDependency[Reader],
    request: Request[Any, Any, Any],
    data: URLEncodedBody[forms.NewPassword],
) -> Template | Redirect:
    still = signing.is_known(section, request, accounts.own(reader))  # before they are known in no browser any more
    secret = signing.current(section, request)
    try:
        credentials.change_password(
            section,
            reader,
            **data.model_dump(),
            secret=secret,
            address=http.address(request),
            browser=http.browser(request, section),
        )
    except (Invalid, TooSoon) as error:
        return _page(section, reader, request, error)
    return signing.known(section, request, secret, _back("#password")) if still else _back("#password")


def make_token(
    section: NamedDependency[Section],
    reader: NamedDependency[Reader],
    request: Request[Any, Any, Any],
    data: URLEncodedBody[forms.MakeToken],
) -> Template:
    """Shown on the answer itself, this once: a redirect would have to keep the secret somewhere."""
    browser = http.browser(request, section)
    try:
        words, address = data.model_dump(), http.address(request)
        _id, secret = credentials.make_token(section, reader, **words, address=address, browser=browser)
    except (Invalid, TooSoon, Conflict) as error:
        return _page(section, reader, request, error, token=data.model_dump(exclude={"password"}))
    return _page(section, reader, request, new_token=secret)


def withdraw_token(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: URLEncodedBody[forms.Nothing]
) -> Redirect:
    with section.writing() as session:
        credentials.withdraw_token(session, accounts.own(reader), id)
    return _back("#tokens")


def sign_out_everywhere(
    section: NamedDependency[Section],
    reader: NamedDependency[Reader],
    request: Request[Any, Any, Any],
    data: URLEncodedBody[forms.Nothing],
) -> Redirect:
    still = signing.is_known(section, request, accounts.own(reader))
    secret = signing.current(section, request)
    with section.writing() as session:
        credentials.end_all(session, accounts.own(reader), but=secret)
    return signing.known(section, request, secret, _back("#devices")) if still else _back("#devices")


def sign_out_device(
    section: NamedDependency[Section], reader: NamedDependency[Reader], id: FromPath[str], data: URLEncodedBody[forms.Nothing]
) -> Redirect:
    with section.writing() as session:
        sessions.end_one(session, accounts.in_person(reader), id)
    return _back("#devices")


def export(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Response[bytes]:
    with section.reading() as session:
        found = leaving.export(session, section, accounts.own(reader))
    return Response(
        json.dumps(found, ensure_ascii=False, indent=2).encode(),
        media_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="internationale-{section.code}.json"'},
    )


def ask_leave(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
    return _leave_page(section, reader)


def leave(
    section: NamedDependency[Section],
    reader: NamedDependency[Reader],
    request: Request[Any, Any, Any],
    data: URLEncodedBody[forms.Leave],
) -> Template | Redirect:
    try:
        browser = http.browser(request, section)
        leaving.leave(section, reader, **data.model_dump(), address=http.address(request), browser=browser)
    except (Invalid, TooSoon) as error:
        return _leave_page(section, reader, error, handle=data.handle)
    answer = signing.signed_out(section, request)
    http.clear_browser(answer, section)  # else it would say for half a year that somebody of the section was there
    return answer


def _page(
    section: Section,
    reader: Reader,
    request: Request[Any, Any, Any],
    error: InternationaleError | None = None,
    *,
    entered: str | None = None,
    settings: Mapping[str, Any] = MappingProxyType({}),
    token: Mapping[str, Any] = MappingProxyType({}),
    new_token: str = "",
) -> Template:
    """``entered``: a handle; ``settings``: by field; ``token``: the same. What was entered and refused."""
    account, secret = accounts.own(reader), signing.current(section, request)
    with section.reading() as session:
        person = people.one(session, section, account)
        context = {
            "person": person,
            "entered": person.handle if entered is None else entered,
            "settings": settings,
            "token": token,
            "languages": accounts.languages(session, section),
            "needs_old": person.has_password and not sessions.by_link_lately(session, section, account, secret),
            "devices": sessions.devices(session, section, account, secret),
            "links": links.made_for(session, account),
            "tokens": credentials.tokens(session, section, account),
            "new_token": new_token,
            "token_days": (terms.TOKEN_DAYS, terms.TOKEN_LONGEST_DAYS),
            "role_names": roles.NAMES,
            "panels": section.panels(Place.ACCOUNT, None, reader),
            "errors": _errors(error),
        }
    return _answer("members/account.html", context, error)


def _leave_page(section: Section, reader: Reader, error: InternationaleError | None = None, *, handle: str = "") -> Template:
    with section.reading() as session:
        person = people.one(session, section, accounts.own(reader))
    return _answer("members/leave.html", {"person": person, "handle": handle, "errors": _errors(error)}, error)


def _answer(template: str, context: dict[str, Any], error: InternationaleError | None) -> Template:
    answer = Template(template, context=context, status_code=_status(error))
    if isinstance(error, TooSoon):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _errors(error: InternationaleError | None) -> dict[str, Message]:
    return {} if error is None else {error.place: error.message}


def _status(error: InternationaleError | None) -> int:
    if error is None:
        return 200
    return 429 if isinstance(error, TooSoon) else 409 if isinstance(error, Conflict) else 400


def _back(place: str = "") -> Redirect:
    return Redirect(ACCOUNT + place, status_code=303)
