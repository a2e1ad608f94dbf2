"""Turning what a person wrote into something to be said: operations, numbers, digest, and parts when it is long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from internationale.errors import Invalid
from internationale.messages import marker
from internationale.rooms.documents.events import Changes, Opened, Revised
from internationale.rooms.documents.rules.ids import mint_block
from internationale.text import numbering
from internationale.text.blocks import LIST_ITEM, Block, Span, described, join, split
from internationale.text.derive import derive
from internationale.text.operations import Operation, applied, digest, to_json

_ = marker("core")

INLINE = 96 * 1024
"""The most bytes of JSON that changes may take inside an event; what is longer travels in parts."""
PART = 200 * 1024
"""The most bytes of one part."""


@dataclass(frozen=True)
class Written:
    """Changes ready to be said: inside the event (``changes``) or beside it (``parts``), and the digest of the result."""

    changes: Changes | None
    parts: tuple[bytes, ...]
    digest: str


def write(base: tuple[Block, ...], operations: tuple[Operation, ...], *, numbered: bool = True) -> Written:
    """Apply the operations and describe them. Raises ``Conflict`` or ``Invalid`` when they do not fit the base."""
    result = applied(base, operations)
    numbers = numbering.number(described(result)) if numbered else ()
    changes = Changes(operations=tuple(to_json(operations)), numbers=numbers)
    body = msgspec.json.encode(changes.model_dump())
    if len(body) <= INLINE:
        return Written(changes, (), digest(result))
    return Written(None, tuple(body[start : start + PART] for start in range(0, len(body), PART)), digest(result))


def rewritten(base: tuple[Block, ...], text: str) -> tuple[Operation, ...]:
    """The operations from a base to a whole new text. Raises ``Invalid`` for a text without words."""
    if not text.strip():
        raise Invalid(_("A document needs a text."), place="text")
    return derive(base, text, mint_block)


def as_kept(base: str, typed: str) -> str:
    """What was typed into a browser, with the line ends and the outer white space of the text it was made from.

    Browsers post every line end as CRLF, and forms make it LF; what nobody changed must come out unchanged.
    """
    if "\r\n" in base:
        typed = typed.replace("\r\n", "\n").replace("\n", "\r\n")
    bare = base.strip("\r\n")
    lead = base[: base.index(bare)] if bare else ""
    return lead + typed.strip("\r\n") + base[len(lead) + len(bare) :]


def opening(document: str, *, kind: str, language: str, title: str, text: str) -> tuple[Opened, tuple[bytes, ...]]:
    """The opening of a document. Raises ``Invalid`` for a text without words."""
    written = write((), rewritten((), text))
    opened = Opened(
        document=document,
        kind=kind,
        language=language,
        title=title,
        changes=written.changes,
        numbering=numbering.RULE,
        digest=written.digest,
    )
    return opened, written.parts


def revision(
    document: str, number: int, base: tuple[Block, ...], operations: tuple[Operation, ...], **said: Any
) -> tuple[Revised, tuple[bytes, ...]]:
    """The next revision; ``said``: title, note and the amendments that it takes in."""
    written = write(base, operations)
    revised = Revised(
        document=document, number=number, changes=written.changes, numbering=numbering.RULE, digest=written.digest, **said
    )
    return revised, written.parts


def replaced(base: tuple[Block, ...], block: str, text: str) -> str:
    """The whole text with one block saying something else; an empty text takes the block out. Raises ``Invalid``."""
    _known(base, block)
    return join(_saying(item, text) if item.id == block else item for item in base if item.id != block or text.strip())


def inserted(base: tuple[Block, ...], after: str, text: str) -> str:
    """The whole text with a new block after another (``""``: at the beginning). Raises ``Invalid``."""
    if after:
        _known(base, after)
    before = base[: 1 + next((n for n, item in enumerate(base) if item.id == after), -1)]
    following = base[len(before) :]
    spans: list[Block | Span] = list(split(text))
    gaps = [_gap([*before[-1:], *spans[:1]]), _gap([*spans[-1:], *following[:1]])]
    return _apart(_apart(join(before), text.strip("\n") + "\n", gaps[0]), join(following), gaps[1])


def _saying(block: Block, text: str) -> Block:
    return block.with_source(as_kept(block.source, text.strip()))


def _gap(neighbours: Sequence[Block | Span]) -> int:
    """How many line ends must stand between two blocks: one between items of a list, else a blank line."""
    return 1 if all(item.kind == LIST_ITEM for item in neighbours) else 2


def _apart(first: str, second: str, gap: int) -> str:
    """Two texts with at least so many line ends between them, and nothing else touched."""
    if not first or not second:
        return first + second
    return first + "\n" * max(0, gap - (len(first) - len(first.rstrip("\n")))) + second


def _known(base: tuple[Block, ...], block: str) -> None:
    if all(item.id != block for item in base):
        raise Invalid(_("This paragraph is not in the text."), place="block")
