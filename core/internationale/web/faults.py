"""Errors as people and programs meet them: a page in the reader's language, or JSON below ``/api/``.

What is said is the error's own message, its place, and what to do next. What was entered is given back, so that nothing typed
is ever lost. What was not meant to happen is logged without any content and shown without any detail.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import quote

from litestar import Request
from litestar.exceptions import HTTPException, InternalServerException, ValidationException
from litestar.response import Redirect, Response
from sqlalchemy.exc import DataError

from internationale import i18n
from internationale.errors import (
    Conflict,
    Held,
    InternationaleError,
    Invalid,
    Misconfigured,
    NotFound,
    Paused,
    Refused,
    SignedOut,
    TooSoon,
    without_content,
)
from internationale.ledger.outages import account, outage
from internationale.messages import Message, marker
from internationale.web import mistakes, reposting
from internationale.web.threads import Threaded
from internationale.web.visits import NOBODY, Told, visit

_ = marker("core")
log = logging.getLogger(__name__)

SIGN_IN = "/members/sign-in"
API = "/api/"

STATUS: Mapping[type[InternationaleError], tuple[int, str]] = {
    Refused: (403, "refused"),
    Invalid: (400, "invalid"),
    NotFound: (404, "not_found"),
    Conflict: (409, "conflict"),
    TooSoon: (429, "too_soon"),
    Paused: (503, "paused"),
    Misconfigured: (500, "misconfigured"),
}
TITLES = {
    400: _("Something is not right yet"),
    401: _("Signing in is needed"),
    403: _("This is not for you to do"),
    404: _("There is no such page"),
    409: _("Something changed meanwhile"),
    413: _("This is too large"),
    429: _("Please wait a moment"),
    503: _("This has to wait"),
}
GONE = _("This is not here, or not any more")
"""The title where a page of ours says what it does not find: the address is right, and says so itself."""
NEXT = {
    400: _("Mend it and send it again. Nothing was changed."),
    403: _("If you think it should be, ask the secretary of your section."),
    404: _("It may have been moved, or the address may be mistyped."),
    409: _("Look at it again as it is now, then decide anew."),
    429: _("Nothing was changed."),
    503: _("Nothing was lost: send it again later. The host can see the reason in the state of the section."),
}
SENTENCES = {
    400: _("The request cannot be understood."),
    401: _("Nobody has been given this token, or it was withdrawn or has ended."),
    404: _("Nothing is found under this address."),
    405: _("This cannot be done with this address."),
    413: _("What was sent is larger than can be taken."),
    415: _("The content must be sent as another type."),
}
AGAIN = frozenset([403, 429, 500, 503])
"""What may go well later, as it is: it is offered to be sent again also where nothing was written."""
NAMES = {401: "unauthorized", 404: "not_found", 405: "method", 413: "too_large", 415: "wrong_type"}
_LEFT = "client disconnected prematurely"
"""What Litestar says where somebody goes away before all of their request has come."""
AWAY = _("The database of this section does not answer now, or cannot take anything in.")
UNEXPECTED = _("Something went wrong here, and not through you. The host finds it under the number %(number)s.")


@dataclass(frozen=True)
class Fault:
    """An error in the API: ``place`` is the field as the API names it."""

    status: int
    error: str
    message: str
    place: str = ""
    others: tuple[Mapping[str, str], ...] = ()


def handlers() -> dict[Any, Any]:
    """The exception handlers of the application."""
    malformed = dict.fromkeys((RecursionError, UnicodeError, OverflowError, DataError), _malformed)
    return {
        InternationaleError: on_purpose,
        Held: _held,
        ValidationException: _validation,
        HTTPException: _http,
        **malformed,
        Exception: _unexpected,
    }


def on_purpose(request: Request[Any, Any, Any], error: InternationaleError) -> Response[Any]:
    """One of our own errors."""
    if isinstance(error, SignedOut):  # what is shown with it is shown to nobody in particular
        visit.set(replace(visit.get(), reader=NOBODY))
    for kind, (status, name) in STATUS.items():
        if isinstance(error, kind):
            if kind is Misconfigured:
                log.error("misconfigured: %s", error)
            answer = _answer(request, status, name, error)
            if isinstance(error, TooSoon):
                answer.headers["Retry-After"] = str(error.seconds)
            return answer
    return _unexpected(request, error)


def _held(request: Request[Any, Any, Any], error: Held) -> Response[Any]:
    """Kept until a second person releases it: where to see it."""
    if request.scope["path"].startswith(API):
        return Response({"held": error.id, "message": i18n.word(error.message)}, status_code=202)
    return Redirect(f"/federation/release/{error.id}", status_code=303)


def _validation(request: Request[Any, Any, Any], error: ValidationException) -> Response[Any]:
    return on_purpose(request, mistakes.of_exception(error))


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """What Litestar itself refuses: unknown addresses, methods, sizes."""
    status = error.status_code
    if isinstance(error, InternalServerException) and error.detail == _LEFT:
        return Response("", status_code=400)  # nobody hears it
    if isinstance(error, InternalServerException) and isinstance(getattr(error.__cause__, "errors", None), list):
        return on_purpose(request, mistakes.of_exception(error))  # a field has the name of one of the handler's own arguments
    if status >= 500:
        return _unexpected(request, error)
    told = InternationaleError(SENTENCES.get(status, SENTENCES[400]))
    response = _answer(request, status, NAMES.get(status, "invalid"), told)
    for name, value in (error.headers or {}).items():
        response.headers.setdefault(name, value)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _malformed(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """What only a malformed request can bring about: numbers and texts that no database takes, bottomless nesting."""
    log.warning("malformed request refused: %s", type(error).__name__)
    return _answer(request, 400, "invalid", Invalid(SENTENCES[400]))


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    route = getattr(request.scope.get("route_handler"), "handler_name", "")
    if outage(error):
        log.error("the database is in trouble at %s %s: %s", request.method, route, account(error))
        return on_purpose(request, Paused(AWAY))
    number = secrets.token_hex(4)
    log.error("fault %s at %s %s: %s", number, request.method, route, without_content(error))
    return _answer(request, 500, "unexpected", InternationaleError(UNEXPECTED % {"number": number}))


def _answer(request: Request[Any, Any, Any], status: int, name: str, error: InternationaleError) -> Response[Any]:
    others = error.others if isinstance(error, Invalid) else ()
    if request.scope["path"].startswith(API):
        rest = tuple({"message": i18n.word(other.message), "place": other.place} for other in others)
        return Response(asdict(Fault(status, name, i18n.word(error.message), error.place, rest)), status_code=status)
    if status == 403 and not visit.get().reader.signed_in and isinstance(error, Refused):
        if request.method == "GET":
            return Redirect(sign_in_path(request), status_code=303)
        return _page(request, 403, [error], TITLES[401])
    title = GONE if isinstance(error, NotFound) else TITLES.get(status, _("That did not work"))
    return _page(request, status, [error, *others], title)


def sign_in_path(request: Request[Any, Any, Any]) -> str:
    """The sign-in page, coming back to this one."""
    query = request.scope["query_string"].decode("latin-1")
    return f"{SIGN_IN}?next={quote(request.scope['path'] + ('?' + query if query else ''), safe='')}"


def _page(request: Request[Any, Any, Any], status: int, errors: list[Any], title: Message) -> Response[Any]:
    signed_in = visit.get().reader.signed_in
    next = None if title is GONE or (status == 403 and not signed_in) else NEXT.get(status)
    told = Told(title, tuple((error.place, reposting.label(request, error.place), error.message) for error in errors), next)

    def make() -> str:
        return reposting.own_page(request, told) or _told(request, status, told)

    return Threaded(make, status)


def _told(request: Request[Any, Any, Any], status: int, told: Told) -> str:
    """The page that tells an error where the form's own page cannot."""
    fields = reposting.entered(request, {place: message for place, _label, message in told.errors})
    signed_in = visit.get().reader.signed_in
    unplaced = not any(place for place, _label, _message in told.errors)
    hopeless = any(field.error for field in fields if field.kind == "hidden") or status == 404
    hopeless = hopeless or (status == 409 and unplaced) or (status == 403 and signed_in)
    context = {
        "told": told,
        "sign_in": SIGN_IN if status == 403 and not signed_in else None,
        "entered": fields,
        "written": any(field.kind != "hidden" for field in fields),
        "again": bool(fields) and not hopeless and (status in AGAIN or any(field.kind != "hidden" for field in fields)),
        "action": reposting.action(request),
        "encoding": reposting.encoding(request),
        "back": reposting.back(request),
        "status": status,
    }
    return reposting.rendered(request, "error.html", context)
