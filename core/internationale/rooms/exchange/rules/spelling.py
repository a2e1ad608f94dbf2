"""The contents of a message, spelled out for people: every field and every word of it, without JSON's escapes. Pure."""

from collections.abc import Iterator
from typing import Any

_INDENT = "  "


def spelled(data: Any) -> str:
    """``name: value`` on a line each, what is inside something indented below it, texts of several lines as they are."""
    return "\n".join(_lines(data))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _named(f"{name}:", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named("-", inner)
    else:
        yield from str(value).split("\n")


def _named(name: str, value: Any) -> Iterator[str]:
    simple = not isinstance(value, dict | list)
    if value in ({}, []) or value is None or value == "":
        yield f"{name} –"
    elif simple and "\n" not in str(value).rstrip("\n"):
        yield f"{name} {str(value).rstrip(chr(10))}"
    else:
        yield name
        yield from (_INDENT + line for line in _lines(value))
