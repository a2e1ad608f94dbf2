"""Reading a bundle, a line at a time, so that memory stays flat however long it is.

What it holds is verified like what comes over any other way, so nothing has to be believed here: a damaged line is told of and
skipped, and what was read before a cut counts.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from internationale.bundle.form import VERSION, Damaged, Ending, Header, Heads, Item, Part, Presence, Span, Version
from internationale.errors import Untrusted
from internationale.events import keys, strict
from internationale.events.signed import SignedDocument
from internationale.ledger.deliveries import Delivery

MAX_LINE = 512 * 1024
"""Bytes of one line: 256 KiB in base64 with room around them."""
MAX_LOGS = 10_000


def read(stream: BinaryIO, via: str) -> Iterator[Item]:
    """Everything in a bundle, in its order; last of all an ``Ending``. ``via`` names the way for the log.

    Raises ``Untrusted("malformed_bundle")`` when it does not begin like one.
    """
    lines = _lines(stream)
    first = next(lines, b"")
    yield _header(first)
    digest = hashlib.sha256(first)
    number = 1
    for number, line in enumerate(lines, 2):
        content = _object(line)
        if isinstance(content, dict) and "end" in content:
            yield Ending(content == {"end": number - 1, "sha256": digest.hexdigest()} and next(lines, None) is None)
            return
        digest.update(line)
        item = _item(content, via) if isinstance(content, dict) else content
        yield Damaged(number, item) if isinstance(item, str) else item
    yield Ending(whole=False)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends. What is too long comes without its end: it is no JSON then; the rest of it is passed over."""
    while line := stream.readline(MAX_LINE):
        yield line
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)


def _object(line: bytes) -> dict[str, Any] | str:
    """The line's object, or the code of the reason why there is none."""
    if not line.endswith(b"\n"):
        return "oversize" if len(line) == MAX_LINE else "cut_off"
    try:
        content = strict.read(line)
    except Untrusted as error:
        return error.reason
    return content if isinstance(content, dict) else "malformed_line"


def _header(line: bytes) -> Header:
    content = _object(line)
    if not isinstance(content, dict) or content.get("bundle") != VERSION or not isinstance(content.get("by"), str):
        raise Untrusted("malformed_bundle")
    return Header(content["by"], _spans(content.get("logs")), _spans(content.get("held", [])))


def _spans(logs: object) -> tuple[Span, ...]:
    if not isinstance(logs, list) or len(logs) > MAX_LOGS:
        raise Untrusted("malformed_bundle", place="logs")
    return tuple(map(_span, logs))


def _span(log: object) -> Span:
    if not isinstance(log, dict) or not isinstance(log.get("section"), str):
        raise Untrusted("malformed_bundle", place="logs")
    numbers = [number for name in ("epoch", "first", "last") if type(number := log.get(name)) is int and number > 0]
    if len(numbers) < 3 or numbers[1] > numbers[2]:  # all of them
        raise Untrusted("malformed_bundle", place="logs")
    epoch, first, last = numbers
    return Span(log["section"], epoch, first, last)


def _item(content: dict[str, Any], via: str) -> Item | str:
    """What a line holds, or why not. A kind that is not known here is told of like damage: a newer version may know it."""
    try:
        if "subject" in content:
            return Delivery(_text(content["subject"]), keys.decode(_text(content["body"])), _text(content["signature"]), via)
        if "part" in content:
            return Part(keys.decode(_text(content["part"])))
        if "roster" in content:
            return Version(SignedDocument.from_plain(content["roster"]))
        if "heads" in content:
            return Heads(SignedDocument.from_plain(content["heads"]))
        if "presence" in content:
            return Presence(SignedDocument.from_plain(content["presence"]))
    except (Untrusted, ValueError, KeyError):
        return "malformed_line"
    return "unknown_kind"


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004  # the same answer as for a text that is no base64
    return value
