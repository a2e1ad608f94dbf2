"""What somebody entered, given back with an error, so that it can be mended and sent again, and nothing is lost.

Best on the page of the form itself, where the handler names it (``kit.entered``). Else on the page that tells the error: what was
written as fields, and what was chosen carried along unseen, because a choice without its words cannot be made anew.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, get_args, get_origin
from urllib.parse import urlsplit

from annotated_types import MaxLen
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import BodyKwarg
from litestar.response import Template
from litestar.utils.scope.state import ScopeState
from markupsafe import escape
from pydantic import StringConstraints
from pydantic.fields import FieldInfo

from internationale.errors import InternationaleError
from internationale.kit.entered import PAGE, Entered
from internationale.kit.fields import LINE, Form
from internationale.kit.http import local_path
from internationale.ledger.outages import account
from internationale.messages import Message
from internationale.web.visits import Told, visit

log = logging.getLogger(__name__)

SECRET = re.compile(r"password|passphrase|secret|token|^old$|^new$")
LONG = 60


@dataclass(frozen=True)
class Field:
    """One field as it came. ``kind``: ``line``, ``area``, ``file`` and ``secret`` (never given back) or ``hidden`` (the page's
    own, and what was chosen from words that only the form's page knows).
    """

    name: str
    label: Message | str
    value: str
    kind: str
    error: Message | None


def entered(request: Request[Any, Any, Any], errors: Mapping[str, Message]) -> list[Field]:
    """The fields of the form that was sent, in their order; none when it was no form."""
    return [_field(request, name, value, errors) for name, value in _pairs(_sent(request))]


def own_page(request: Request[Any, Any, Any], told: Told) -> str | None:
    """The form's own page with what was entered and what is wrong; None where there is none. Reads the database.

    It may be that the page cannot be shown any longer, to this reader or at all, or that it has no place any more for all that
    was written: then the error is told on a page of its own.
    """
    make = getattr(request.scope.get("route_handler"), "opt", {}).get(PAGE)
    form = _sent(request)
    if make is None or not form:
        return None
    visit.set(replace(visit.get(), told=told))
    try:
        answer = make(_entered(request, form))
        if not isinstance(answer, Template) or answer.template_name is None:
            return None
        page = rendered(request, answer.template_name, answer.context)
        return page if _holds(page, _written(request, form)) else None
    except InternationaleError:
        return None
    except Exception as error:
        log.error("the page of a form cannot be shown again: %s", account(error))
        return None
    finally:
        visit.set(replace(visit.get(), told=None))


def _written(request: Request[Any, Any, Any], form: Mapping[str, Any]) -> Iterator[str]:
    """What was written in somebody's own words, without what no page shows again."""
    labels = _labels(request)
    for name, field in _fields(request).items():
        if name in labels and _is_written(field) and not SECRET.search(name):
            given = _value(form.get(name), several=_is_several(field))
            yield from given if isinstance(given, list) else [given]


def _holds(page: str, texts: Iterable[str]) -> bool:
    """Whether all the texts stand on a page, white space aside."""
    whole = " ".join(page.split())
    return all(" ".join(str(escape(text)).split()) in whole for text in texts)


def rendered(request: Request[Any, Any, Any], template: str, context: Mapping[str, Any]) -> str:
    """A page of this application."""
    return str(request.app.template_engine.get_template(template).render(context))  # type: ignore[union-attr]  # there is one


def label(request: Request[Any, Any, Any], place: str) -> Message | str:
    """What a field is called on its page; nothing for what is the page's own."""
    labels = _labels(request)
    name = place.partition(".")[0]
    return labels.get(name, "" if labels or name in _fields(request) else place)


def action(request: Request[Any, Any, Any]) -> str:
    """Where to send it again."""
    query = request.scope["query_string"].decode("latin-1")
    return str(request.scope["path"]) + (f"?{query}" if query else "")


def encoding(request: Request[Any, Any, Any]) -> str:
    """How the form is sent."""
    data = getattr(request.scope.get("route_handler"), "parsed_data_field", None)
    declared = getattr(data, "kwarg_definition", None)
    multipart = isinstance(declared, BodyKwarg) and declared.media_type == RequestEncodingType.MULTI_PART
    return str((RequestEncodingType.MULTI_PART if multipart else RequestEncodingType.URL_ENCODED).value)


def back(request: Request[Any, Any, Any]) -> str:
    """The page that somebody came from, if it is one of ours."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    if parts.netloc != request.headers.get("host"):
        return "/"
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""))


def _sent(request: Request[Any, Any, Any]) -> Mapping[str, Any]:
    form = ScopeState.from_scope(request.scope).form
    return form if isinstance(form, dict) else {}


def _entered(request: Request[Any, Any, Any], form: Mapping[str, Any]) -> Entered:
    here = visit.get()
    reader = replace(here.reader, language=here.language)
    place = {name: str(value) for name, value in request.path_params.items()}
    values = {name: _value(form.get(name), several=_is_several(field)) for name, field in _fields(request).items()}
    return Entered(request.app.state["section"], reader, request, place, values)


def _value(given: Any, *, several: bool) -> Any:
    texts: list[str] = [each for each in (given if isinstance(given, list) else [given]) if isinstance(each, str)]
    return texts if several else (texts or [""])[-1]


def _field(request: Request[Any, Any, Any], name: str, value: Any, errors: Mapping[str, Message]) -> Field:
    labels, known = _labels(request), _fields(request).get(name)
    said, error = labels.get(name, name), errors.get(name)
    if isinstance(value, UploadFile):
        return Field(name, said, "", "file", error)
    if SECRET.search(name):
        return Field(name, said, "", "secret", error)
    if known is not None and (name not in labels or not _is_written(known)):
        return Field(name, said, value, "hidden", error)
    long = len(value) > LONG or "\n" in value or (known is not None and _longest(known) > LINE)
    return Field(name, said, value, "area" if long else "line", error)


def _is_several(field: FieldInfo) -> bool:
    return get_origin(field.annotation) in (list, tuple)


def _is_written(field: FieldInfo) -> bool:
    """Whether it is text in somebody's own words, or a number: not a choice among given ones."""
    kind, rules = _kind(field)
    return kind in (str, int) and not any(isinstance(rule, StringConstraints) and rule.pattern for rule in rules)


def _kind(field: FieldInfo) -> tuple[Any, Sequence[Any]]:
    """The type of each value of a field, with its rules."""
    if not _is_several(field):
        return field.annotation, field.metadata
    each = get_args(field.annotation)[0]
    return (get_args(each)[0], get_args(each)[1:]) if get_origin(each) is Annotated else (each, ())


def _longest(field: FieldInfo) -> int:
    _kind_of_it, rules = _kind(field)
    bounds = [rule.max_length for rule in rules if isinstance(rule, StringConstraints | MaxLen)]
    return max((bound for bound in bounds if bound is not None), default=LINE)


def _form(request: Request[Any, Any, Any]) -> type[Form] | None:
    field = getattr(request.scope.get("route_handler"), "parsed_data_field", None)
    form = getattr(field, "annotation", None)
    return form if isinstance(form, type) and issubclass(form, Form) else None


def _labels(request: Request[Any, Any, Any]) -> Mapping[str, Message]:
    form = _form(request)
    return form.labels if form else {}


def _fields(request: Request[Any, Any, Any]) -> Mapping[str, FieldInfo]:
    form = _form(request)
    return form.model_fields if form else {}


def _pairs(form: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in form.items():
        for each in value if isinstance(value, Sequence) and not isinstance(value, str) else [value]:
            yield str(name)[:100], each if isinstance(each, UploadFile) else str(each)
