"""Signing in and out."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import Invalid, Message, Reader, Section, TooSoon, Turns, http
from internationale.kit.entered import PAGE, Entered
from internationale_members import forms
from internationale_members.queries import browsers, links, sessions
from internationale_members.rules import devices, terms

LINK = "/members/link/{secret:str}"


def routes(hashing: Turns) -> list[Any]:
    return [
        get("/members/sign-in", sync_to_thread=True)(ask),
        post("/members/sign-in", opt={http.UNKEPT: True, http.UNCOUNTED: True, PAGE: again})(hashing.take(sign_in)),
        post("/members/sign-out", sync_to_thread=True)(sign_out),
        get(LINK, sync_to_thread=True, opt={http.UNKEPT: True})(confirm),
        post(LINK, sync_to_thread=True, opt={http.UNKEPT: True})(follow),
    ]


def ask(
    section: NamedDependency[Section], reader: NamedDependency[Reader], request: Request[Any, Any, Any]
) -> Template | Redirect:
    next = http.local_path(request.query_params.get("next"))
    return Redirect(next, status_code=303) if reader.signed_in else _form(next)


def again(entered: Entered) -> Template:
    """The form with what was entered; the password is typed anew."""
    values = entered.values
    return _form(http.local_path(values["next"]), values["handle"], passing=values.get("passing") == "true")


def sign_in(
    section: NamedDependency[Section], request: Request[Any, Any, Any], data: URLEncodedBody[forms.SignIn]
) -> Template | Redirect:
    next = http.local_path(data.next)
    try:
        secret = sessions.sign_in(
            section,
            data.handle,
            data.password,
            address=http.address(request),
            device=device(request),
            previous=current(section, request),
            browser=http.browser(request, section),
        )
    except TooSoon as error:
        answer = _form(next, data.handle, error.message, status=429, passing=data.passing)
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    except Invalid as error:
        return _form(next, data.handle, error.message, status=400, passing=data.passing)
    return signed_in(section, request, secret, next, passing=data.passing)


def sign_out(section: NamedDependency[Section], request: Request[Any, Any, Any]) -> Redirect:
    secret = current(section, request)
    with section.reading() as session:
        known = sessions.is_known(session, secret)
    if known:  # else there is nothing to write, and nobody waits for that
        with section.writing(anybody=True) as session:
            sessions.end(session, secret)
    return signed_out(section, request)


def confirm(section: NamedDependency[Section], secret: FromPath[str]) -> Template:
    """Only asks: whoever looks at a link before its person does (a messenger's preview, a scanner) must not use it up."""
    with section.reading() as session:
        handle = links.look(session, section, secret)
    return Template("members/link.html", context={"handle": handle})


def follow(
    section: NamedDependency[Section], request: Request[Any, Any, Any], secret: FromPath[str], data: URLEncodedBody[forms.Follow]
) -> Redirect:
    with section.reading() as session:
        links.look(session, section, secret)  # who has no link does not wait for a turn to write
    with section.writing(anybody=True) as session:
        new = links.use(session, section, secret, device=device(request), previous=current(section, request))
    return signed_in(section, request, new, "/", passing=data.passing)


def signed_in(section: Section, request: Request[Any, Any, Any], secret: str, next: str, *, passing: bool) -> Redirect:
    """On to the page that was wanted, with the new session; the browser is known from now on. ``passing``: at a machine of others
    the session goes with the browser, which is not known afterwards.
    """
    answer = Redirect(next, status_code=303)
    if passing:
        http.set_session(answer, section, secret, lasting=None)
        return answer
    http.set_session(known(section, request, secret, answer), section, secret)
    return answer


def known(section: Section, request: Request[Any, Any, Any], secret: str | None, answer: Redirect) -> Redirect:
    """The answer, with which the browser is known to be that of whoever has the session with this ``secret``."""
    if cookie := browsers.remember(section, secret, http.browser(request, section)):
        http.set_browser(answer, section, cookie, lasting=terms.BROWSER)
    return answer


def is_known(section: Section, request: Request[Any, Any, Any], account: str) -> bool:
    """Whether the browser is known to be this person's: at a machine of others it is not, whoever else is known there."""
    with section.reading() as session:
        return browsers.known(session, section, account, http.browser(request, section)) != ""


def signed_out(section: Section, request: Request[Any, Any, Any]) -> Redirect:
    answer = Redirect("/", status_code=303)
    http.clear_session(answer, section)
    http.clear_language(answer, section, request)
    answer.headers["Clear-Site-Data"] = '"storage"'  # drafts kept by the browser; never "cookies", which other ports share
    return answer


def current(section: Section, request: Request[Any, Any, Any]) -> str | None:
    """The secret in this browser's cookie, whatever it is worth."""
    return request.cookies.get(http.cookie_name(section))


def device(request: Request[Any, Any, Any]) -> str:
    return devices.describe(request.headers.get("user-agent", ""))


def _form(next: str, handle: str = "", error: Message | None = None, *, status: int = 200, passing: bool = False) -> Template:
    context = {"next": next, "handle": handle, "error": error, "passing": passing}
    return Template("members/sign_in.html", context=context, status_code=status)
