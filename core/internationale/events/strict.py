"""Strict JSON: one meaning per document, whoever reads it. Every signed thing is read by these rules.

To people a text has one meaning, too, only where nothing in it hides or moves what stands beside it. So no text has control
characters (a terminal obeys them) but tab and line ends, nor the directional embeddings, overrides and isolates of Unicode
(UAX #9, 2.1 to 2.4; "Trojan Source", Boucher and Anderson 2021): what was signed must be what is read.
"""

import json
import re
from typing import Annotated, Any

import msgspec

from internationale.errors import Untrusted

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
_FORBIDDEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ENCODED = re.compile(rb"\x7f|\xc2[\x80-\x9f]|\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])")
"""Of these, what may stand in JSON without an escape, in UTF-8."""
_ESCAPES = (b"\\u", b"\\b", b"\\f")
"""The ways to write the others."""


def _plain(depth: int) -> Any:
    scalar = str | bool | Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)] | None
    if not depth:
        return scalar
    return scalar | list[_plain(depth - 1)] | dict[str, _plain(depth - 1)]  # type: ignore[misc]  # made at run time


_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_plain(8))


def read(body: bytes) -> Any:
    """JSON without floats, duplicate keys, huge integers, forbidden characters or deep nesting."""
    try:
        document = _DECODER.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _read_slowly(body)  # which says why, or knows better
    if msgspec.json.encode(document) == body and not _may_forbid(body):
        return document  # written as we would write it ourselves, it can have no other meaning
    return _read_slowly(body)


def _read_slowly(body: bytes) -> Any:
    try:
        document = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_float=_no_number,
            parse_constant=_no_number,
            parse_int=_small_integer,
        )
    except (ValueError, RecursionError) as error:
        raise Untrusted("malformed_json") from error
    if _may_forbid(body) or body.count(b"{") + body.count(b"[") > MAX_DEPTH:
        _check_values(document)
    return document


def _may_forbid(body: bytes) -> bool:
    """Whether any text in it can have a forbidden character: none can without one of these bytes."""
    return any(escape in body for escape in _ESCAPES) or _ENCODED.search(body) is not None


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise Untrusted("duplicate_key")
    return document


def _no_number(text: str) -> Any:
    raise Untrusted("bad_number", place=text[:32])


def _small_integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise Untrusted("bad_number", place=text[:32])
    return int(text)


def _check_values(document: object) -> None:
    """Walks without recursion, so that no input decides how deep our own stack goes."""
    pending: list[tuple[object, int]] = [(document, 1)]
    while pending:
        value, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise Untrusted("too_deep")
        if isinstance(value, str):
            _check_text(value)
        elif isinstance(value, list):
            pending.extend((item, depth + 1) for item in value)
        elif isinstance(value, dict):
            for key, item in value.items():
                _check_text(key)
                pending.append((item, depth + 1))


def _check_text(text: str) -> None:
    """Besides: NUL cannot be stored by every database, and a lone surrogate has no UTF-8."""
    if _FORBIDDEN.search(text):
        raise Untrusted("bad_text")
