"""A Markdown text as blocks: spans that partition it, so that joining them again gives the same text, byte for byte.

Where a block begins is decided by markdown-it-py's token maps (CommonMark with tables); a leaf list item is a block of its
own, a quotation is one block. White space belongs to the block before it (at the very beginning: to the first block), so
no block is blank unless the whole text is.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from internationale.text.tables import without_cells

HEADING = "heading"
PARAGRAPH = "paragraph"
LIST_ITEM = "list_item"
QUOTATION = "quotation"
TABLE = "table"
CODE = "code"
HTML = "html"
RULE = "rule"
OTHER = "other"
"""Lines that show nothing themselves, such as link definitions; and a text without any block."""

LINES = 20_000
"""The most lines of a text that is looked into for the kinds of its blocks: five hundred printed pages."""
MARKS = 4_000
"""The most marks of lists, quotations and headings of such a text: each costs what a whole page of plain lines costs."""
DEEP = 20
"""So many marks of one line are counted; the parser goes no deeper."""
WHITE = " \t\r\n"
"""What Markdown calls white space at the ends of a line."""

Mint = Callable[[], str]
"""Gives a new random block id each time; the caller's, so that this package stays pure."""

_KINDS = {
    "heading_open": HEADING,
    "paragraph_open": PARAGRAPH,
    "blockquote_open": QUOTATION,
    "table_open": TABLE,
    "fence": CODE,
    "code_block": CODE,
    "html_block": HTML,
    "hr": RULE,
    "list_item_open": LIST_ITEM,
}
_LISTS = ("bullet_list_open", "ordered_list_open")
_LINE_END = re.compile(r"\r\n?|\n")
_LEAD = re.compile(r"[ \t>*+\-#0-9.)]+")
_NO_MARK = str.maketrans("", "", " \t0123456789")
_PARSER = without_cells(MarkdownIt("commonmark").enable("table"))
_PARSER.core.ruler.enableOnly(["normalize", "block"])  # what is inside a block does not move its borders, and costs most


@dataclass(frozen=True)
class Span:
    """One block of a text before it has an id.

    ``level``: of a heading 1 to 6, of a list item its depth from 1, else 0. ``raw``: exactly its part of the text.
    """

    kind: str
    level: int
    raw: str

    @property
    def source(self) -> str:
        """The Markdown without the white space around it: what is shown, translated and hashed."""
        return self.raw.strip(WHITE)


@dataclass(frozen=True)
class Block:
    """A block with its permanent id. ``kind`` and ``level`` are derived from the whole text; id and ``raw`` are the state."""

    id: str
    kind: str
    level: int
    raw: str

    @property
    def source(self) -> str:
        """The Markdown without the white space around it: what is shown, translated and hashed."""
        return self.raw.strip(WHITE)

    @property
    def hash(self) -> str:
        """SHA-256 of the source, 64 hex digits: what a translation was made from. White space around it does not count."""
        return source_hash(self.source)

    def with_source(self, source: str) -> "Block":
        """The same block saying something else, with the white space around it kept: how a translation takes its place."""
        lead = self.raw[: len(self.raw) - len(self.raw.lstrip(WHITE))]
        trail = self.raw[len(self.raw.rstrip(WHITE)) :] if self.source else ""
        return replace(self, raw=lead + source + trail)


class Piece(NamedTuple):
    """A block as the state has it. What kind it is, the whole text says (``described``); what was signed never hangs on it."""

    id: str
    raw: str

    @property
    def source(self) -> str:
        """As of a ``Block``."""
        return self.raw.strip(WHITE)


class _Start(NamedTuple):
    line: int
    end: int
    kind: str
    level: int


def source_hash(source: str) -> str:
    """SHA-256 of a source's UTF-8, 64 hex digits."""
    return hashlib.sha256(source.encode()).hexdigest()


def split(markdown: str) -> tuple[Span, ...]:
    """The blocks of a text, in order: ``"".join(span.raw for span in split(text)) == text`` for every text.

    An empty text has no blocks. Takes time in proportion to the length of the text.
    """
    offsets = _line_offsets(markdown)
    starts = _with_gaps(list(_starts(_PARSER.parse(markdown))), markdown, offsets)
    cuts = [offsets[start.line] for start in starts]
    if not cuts:
        return (Span(OTHER, 0, markdown),) if markdown else ()
    ends = [*cuts[1:], len(markdown)]
    cuts[0] = 0
    return tuple(Span(start.kind, start.level, markdown[a:b]) for start, a, b in zip(starts, cuts, ends, strict=True))


def join(blocks: Iterable[Block | Span]) -> str:
    """The text that the blocks are."""
    return "".join(block.raw for block in blocks)


def identify(spans: Iterable[Span], mint: Mint) -> tuple[Block, ...]:
    """Blocks with new ids: the state of a text that was never seen before."""
    return tuple(Block(mint(), span.kind, span.level, span.raw) for span in spans)


def described(pairs: Sequence[tuple[str, str]]) -> tuple[Block, ...]:
    """Blocks of ``(id, raw)`` pairs, with their kinds as they stand in the whole text.

    A block that begins in the middle of a Markdown block (after a merge) is called after the one it begins in. In a text of more
    than ``LINES`` lines or ``MARKS`` marks all blocks are called paragraphs: its home changes one word, and everybody would read
    all of it again.
    """
    whole = "".join(raw for _, raw in pairs)
    if _is_absurd(whole):
        return tuple(Block(id, PARAGRAPH, 0, raw) for id, raw in pairs)
    kinds: list[Block] = []
    spans = iter(split(whole))
    span, end, position = Span(OTHER, 0, ""), 0, 0
    for id, raw in pairs:
        while end <= position and (following := next(spans, None)) is not None:
            span, end = following, end + len(following.raw)
        kinds.append(Block(id, span.kind, span.level, raw))
        position += len(raw)
    return tuple(kinds)


def marks(markdown: str) -> int:
    """How many marks of lists, quotations and headings there may be at the beginnings of its lines."""
    return sum(_marks(markdown, start) for start in _line_offsets(markdown))


def _is_absurd(markdown: str) -> bool:
    return len(_line_offsets(markdown)) > LINES + 1 or marks(markdown) > MARKS


def _marks(markdown: str, start: int) -> int:
    """How many marks there may be at the beginning of a line."""
    lead = _LEAD.match(markdown, start)
    return min(len(lead[0].translate(_NO_MARK)), DEEP) if lead else 0


def _starts(tokens: Iterable[Token]) -> Iterator[_Start]:
    """Where blocks begin. Inside lists every item begins one, and so does what comes after a nested list."""
    containers: list[str] = []
    after_list = False
    for token in tokens:
        if token.nesting == -1:
            if containers and token.type == containers[-1].replace("_open", "_close"):
                containers.pop()
                after_list = token.type.endswith("list_close")
            continue
        inside = containers[-1] if containers else ""
        if token.type in _KINDS and (start := _start(token, containers, inside, after_list=after_list)) is not None:
            yield start
        if token.type in (*_LISTS, "list_item_open", "blockquote_open"):
            containers.append(token.type)
            after_list = False


def _start(token: Token, containers: Sequence[str], inside: str, *, after_list: bool) -> _Start | None:
    if token.map is None or "blockquote_open" in containers:
        return None
    if inside == "list_item_open" and not after_list:
        return None
    level = sum(name == "list_item_open" for name in containers) + 1 if token.type == "list_item_open" else 0
    if token.type == "heading_open":
        level = int(token.tag[1:])
    return _Start(token.map[0], token.map[1], _KINDS[token.type], level)


def _with_gaps(starts: list[_Start], markdown: str, offsets: Sequence[int]) -> list[_Start]:
    """Lines that gave no token (link definitions) but are not blank become blocks of their own; one block per line."""
    complete: list[_Start] = []
    covered = 0
    for start in [*starts, _Start(len(offsets) - 1, len(offsets), "", 0)]:
        first = next((n for n in range(covered, start.line) if markdown[offsets[n] : offsets[n + 1]].strip(WHITE)), None)
        if first is not None:
            complete.append(_Start(first, start.line, OTHER, 0))
        if start.kind and not (complete and complete[-1].line >= start.line):
            complete.append(start)
        covered = max(covered, start.end)
    return complete


def _line_offsets(markdown: str) -> list[int]:
    """Where each line begins, as the parser counts lines, closed by the length of the text."""
    offsets = [0, *(match.end() for match in _LINE_END.finditer(markdown))]
    if offsets[-1] != len(markdown):
        offsets.append(len(markdown))
    return offsets
