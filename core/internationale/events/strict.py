"""Strict JSON: one meaning per document, whoever reads it. Every signed thing is read by these rules."""

import json
from typing import Annotated, Any

import msgspec

from internationale.errors import Untrusted

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32


def _plain(depth: int) -> Any:
    scalar = str | bool | Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)] | None
    if not depth:
        return scalar
    return scalar | list[_plain(depth - 1)] | dict[str, _plain(depth - 1)]  # type: ignore[misc]  # made at run time


_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_plain(8))


def read(body: bytes) -> Any:
    """JSON without floats, duplicate keys, huge integers, NUL, lone surrogates or deep nesting."""
    try:
        document = _DECODER.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _read_slowly(body)  # which says why, or knows better
    if msgspec.json.encode(document) == body and b"\\u" not in body:
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
    if b"\\u" in body or body.count(b"{") + body.count(b"[") > MAX_DEPTH:  # NUL and surrogates can only come escaped
        _check_values(document)
    return document


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
    """NUL cannot be stored by every database, and a lone surrogate has no UTF-8."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text if letter >= "\ud800"):
        raise Untrusted("bad_text")
