"""Reads the bodies of requests strictly, before Litestar reads them leniently.

Litestar guesses: it replaces bytes that are not UTF-8, takes the last of two equal keys, reads any content type as the one
declared, ``true`` as a number, and keeps the last thousand form bodies (passwords included) in a cache. So bodies are parsed
here and handed to it.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from litestar import Request
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException
from litestar.params import BodyKwarg
from litestar.utils.scope.state import ScopeState
from pydantic import BaseModel, ValidationError

from internationale.errors import Invalid
from internationale.kit.http import UNCOUNTED
from internationale.messages import marker
from internationale.web import gathering, mistakes
from internationale.web.gathering import SHORT
from internationale.web.threads import aside
from internationale.web.visits import visit

_ = marker("core")
T = TypeVar("T")

MAX_BODY = 3_000_000
"""The largest body, in bytes: a whole document with room for its encoding as a form."""
MAX_FIELDS = 2000
AT_ONCE = 2
"""Bodies that are parsed at a time, but for short ones."""
FORM, JSON, MULTIPART = RequestEncodingType.URL_ENCODED, RequestEncodingType.JSON, RequestEncodingType.MULTI_PART


async def take(request: Request[Any, Any, Any]) -> None:
    """Parse the body as what the handler expects, in a thread where it is long. Raises ``Invalid`` (400), ``ClientException``
    (415, and what ``gathering.begin`` raises), and ``TooSoon`` (429) when whoever is signed in has sent too much.
    """
    expected = _expected(request)
    if expected is None or request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    gathering.begin(request, page=expected is not JSON)
    kind, parameters = request.content_type
    if not kind and not await request.body():
        kind = expected  # nothing was sent: nothing to misread
    if kind != expected or parameters.get("charset", "utf-8").lower().strip('"') not in {"utf-8", "utf8"}:
        raise ClientException(expected.value, status_code=415)
    state = ScopeState.from_scope(request.scope)
    if expected is FORM:
        state.form = await _apart(request, parse_form)
    elif expected is JSON:
        state.json = await _apart(request, lambda body: _strictly(request, parse_json(body), body))
    await _count(request, expected)


async def _apart(request: Request[Any, Any, Any], parse: Callable[[bytes], T]) -> T:
    body = await request.body()
    if len(body) <= SHORT:
        return parse(body)
    async with request.app.state["parsing"]:
        return await aside(parse, body)


async def _count(request: Request[Any, Any, Any], expected: RequestEncodingType) -> None:
    size = 0 if expected is MULTIPART else len(await request.body())  # files are not read into the memory to be counted
    if request.route_handler.opt.get(UNCOUNTED) and expected is not MULTIPART and size <= SHORT:
        return
    account = visit.get().reader.id
    if account is not None and (size or expected is MULTIPART):
        request.app.state["writings"].spend(account, size)


def parse_form(body: bytes) -> dict[str, Any]:
    """``application/x-www-form-urlencoded``; a field given several times becomes a list."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeError as error:
        raise Invalid(_("The text is not in UTF-8.")) from error
    except ValueError as error:
        raise Invalid(_("There are too many fields.")) from error
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def parse_json(body: bytes) -> Any:
    """JSON without duplicate keys, NaN or infinity; not nested beyond what Python can read."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise Invalid(_("The text is not in UTF-8.")) from error
    except RecursionError as error:
        raise Invalid(_("This is nested too deeply.")) from error
    except ValueError as error:
        raise Invalid(_("This is not valid JSON.")) from error


def _strictly(request: Request[Any, Any, Any], value: Any, body: bytes) -> Any:
    """The form that the handler expects. Litestar would take ``true`` and ``"1"`` for a number, as a page's form must."""
    form = request.route_handler.parsed_data_field.annotation if request.route_handler.parsed_data_field else None
    if not (isinstance(form, type) and issubclass(form, BaseModel)):
        return value
    try:
        return form.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise mistakes.of_pydantic(error) from error


def _expected(request: Request[Any, Any, Any]) -> RequestEncodingType | None:
    field = request.route_handler.parsed_data_field
    if field is None:
        return None
    declared = field.kwarg_definition
    return RequestEncodingType(declared.media_type) if isinstance(declared, BodyKwarg) else JSON


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Invalid(_("This field is given twice."), place=name[:100])
        found[name] = value
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
