"""What somebody entered, given back with an error, so that it can be mended and sent again, and nothing is lost."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.utils.scope.state import ScopeState

from internationale.kit.fields import Form
from internationale.kit.http import local_path
from internationale.messages import Message

SECRET = re.compile(r"password|secret|token|^old$|^new$")
LONG = 60


@dataclass(frozen=True)
class Entered:
    """One field as it came. ``kind``: ``line``, ``area``, ``secret`` (never given back) or ``hidden`` (the page's own)."""

    name: str
    label: Message | str
    value: str
    kind: str
    error: Message | None


def entered(request: Request[Any, Any, Any], errors: Mapping[str, Message]) -> list[Entered]:
    """The fields of the form that was sent, in their order; none when it was no form."""
    form = ScopeState.from_scope(request.scope).form
    if not isinstance(form, dict):
        return []
    return [_field(request, name, value, errors) for name, value in _pairs(form)]


def label(request: Request[Any, Any, Any], place: str) -> Message | str:
    """What a field is called on its page; its name where the form does not say."""
    return _labels(request).get(place, place)


def action(request: Request[Any, Any, Any]) -> str:
    """Where to send it again."""
    query = request.scope["query_string"].decode("latin-1")
    return str(request.scope["path"]) + (f"?{query}" if query else "")


def back(request: Request[Any, Any, Any]) -> str:
    """The page that somebody came from, if it is one of ours."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    if parts.netloc != request.headers.get("host"):
        return "/"
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""))


def _field(request: Request[Any, Any, Any], name: str, value: str, errors: Mapping[str, Message]) -> Entered:
    labels = _labels(request)
    error = errors.get(name)
    if SECRET.search(name):
        return Entered(name, labels.get(name, name), "", "secret", error)
    if labels and name not in labels and error is None:
        return Entered(name, name, value, "hidden", None)
    return Entered(name, labels.get(name, name), value, "area" if len(value) > LONG or "\n" in value else "line", error)


def _labels(request: Request[Any, Any, Any]) -> Mapping[str, Message]:
    field = getattr(request.scope.get("route_handler"), "parsed_data_field", None)
    form = getattr(field, "annotation", None)
    return form.labels if isinstance(form, type) and issubclass(form, Form) else {}


def _pairs(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in form.items():
        for each in value if isinstance(value, list) else [value]:
            yield str(name)[:100], str(each)
