"""What a message says, as people read it: its title, its text or what it changes, and what else is said in words."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from internationale.errors import InternationaleError
from internationale.text.blocks import join
from internationale.text.operations import Delete, Insert, Operation, Replace, apply, from_json

_NAMES = frozenset(
    [
        "action",
        "amendment",
        "amendments",
        "attachment",
        "block",
        "chunk",
        "correction_of",
        "digest",
        "document",
        "id",
        "key",
        "kind",
        "language",
        "media",
        "number",
        "numbers",
        "numbering",
        "revision",
        "source_hash",
        "span",
        "subject",
        "title",
        "changes",
        "counted",
        "epochs",
        "first",
        "last",
    ]
)
"""Fields that name or count something. What stands in any other is shown, also where nobody here knows the kind of message."""


@dataclass(frozen=True)
class Said:
    """``language`` is empty where the message does not say it; ``text``: a whole new text in Markdown; ``changes``: pairs of
    words that go and words that come, either of them empty; ``words``: the rest, in the order of the message.
    """

    language: str
    title: str
    text: str
    changes: tuple[tuple[str, str], ...]
    words: tuple[str, ...]


def read(data: Mapping[str, Any], texts: Sequence[str]) -> Said:
    """What ``data`` says, with its long texts."""
    operations = _operations(data, texts)
    whole = ""
    if operations and all(isinstance(operation, Insert) for operation in operations):
        whole = _whole(operations)
    changes = () if whole else tuple(_changes(operations))
    language, title = data.get("language", ""), data.get("title", "")
    return Said(str(language), str(title), whole, changes, tuple(_words(data)))


def _operations(data: Mapping[str, Any], texts: Sequence[str]) -> Sequence[Operation]:
    """What is done to a text; it travels beside the message when it is long."""
    try:
        changes = data.get("changes") or json.loads("".join(texts))
        return from_json(changes["operations"])
    except (ValueError, KeyError, TypeError, InternationaleError):
        return ()


def _whole(operations: Sequence[Operation]) -> str:
    """The text, where all of it is new; nothing where it stands among paragraphs that were there before."""
    try:
        return join(apply((), operations))
    except InternationaleError:
        return ""


def _changes(operations: Sequence[Operation]) -> Iterator[tuple[str, str]]:
    for operation in operations:
        if isinstance(operation, Replace):
            yield operation.quote, operation.text
        elif isinstance(operation, Delete):
            yield operation.quote, ""
        elif isinstance(operation, Insert):
            yield "", operation.raw


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in _NAMES:
                yield from _words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _words(inner)
    elif isinstance(value, str) and value.strip():
        yield value
