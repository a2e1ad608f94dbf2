"""Accepting an invitation."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import Invalid, Section, TooSoon, Turns, http
from internationale.kit.entered import PAGE, Entered
from internationale_members import forms
from internationale_members.pages import signing
from internationale_members.queries import accounts, invitations, sessions
from internationale_members.rules import roles

INVITATION = "/members/invitation/{secret:str}"


def routes(hashing: Turns) -> list[Any]:
    return [
        get(INVITATION, sync_to_thread=True, opt={http.UNKEPT: True})(look),
        post(INVITATION, opt={http.UNKEPT: True, PAGE: again})(hashing.take(accept)),
    ]


def look(section: NamedDependency[Section], secret: FromPath[str]) -> Template:
    return _form(section, secret, {})


def again(entered: Entered) -> Template:
    """The form with what was entered; a password is typed anew."""
    handle, language = entered.values["handle"], entered.values["language"]
    ticks = {name: entered.values[name] == "true" for name in ("accept", "passing")}
    return _form(entered.section, entered.place["secret"], {"handle": handle, "chosen": language, **ticks})


def accept(
    section: NamedDependency[Section],
    request: Request[Any, Any, Any],
    secret: FromPath[str],
    data: URLEncodedBody[forms.AcceptInBrowser],
) -> Template | Redirect:
    try:
        account = invitations.accept(
            section, secret, handle=data.handle, password=data.password, language=data.language, accepted=data.accept
        )
    except (Invalid, TooSoon) as error:
        given = {"handle": data.handle, "chosen": data.language, "accept": data.accept, "passing": data.passing}
        return _form(section, secret, given, error)
    with section.writing(anybody=True) as session:
        new = sessions.begin(
            session, section, account, device=signing.device(request), previous=signing.current(section, request)
        )
    return signing.signed_in(section, request, new, "/", passing=data.passing)


def _form(section: Section, secret: str, entered: dict[str, Any], error: Invalid | TooSoon | None = None) -> Template:
    with section.reading() as session:
        context = {
            "handle": "",
            "chosen": None,
            "accept": False,
            "passing": False,
            "welcome": invitations.look(session, section, secret),
            "languages": accounts.languages(session, section),
            "role_names": roles.NAMES,
            "errors": {error.place: error.message} if error else {},
        }
    answer = Template("members/invitation.html", context=context | entered, status_code=400 if error else 200)
    if isinstance(error, TooSoon):
        answer.status_code = 429
        answer.headers["Retry-After"] = str(error.seconds)
    return answer
