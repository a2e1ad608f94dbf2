"""Markdown as safe HTML: CommonMark with tables and struck-out text, no raw HTML, nothing loaded from elsewhere.

What comes out has passed an allowlist, whatever went in. A text's highest headings become level 2, because a page has its own
title, the next level 3, so that none is left out whatever signs the writer began with (WCAG 1.3.1, heading order); images
become links, so that reading a text never asks anything of another host.
"""

import hashlib
import re
from collections import ChainMap
from collections.abc import Iterable, MutableMapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any, Self

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from internationale.errors import Invalid
from internationale.messages import marker
from internationale.text import costing
from internationale.text.compare import DELETE, INSERT, Piece
from internationale.text.remembering import Remembered

_ = marker("core")

MAX_TEXT = costing.LONGEST
"""The most characters that are rendered at once."""

_BORROWED, _SHARE = 4_000, 20
"""The most characters that links may take from their definitions: so many, and so many for each character of what is rendered.
A definition may be long and be used often; without a bound a small text becomes a page that no memory holds (cmark has one, too).
"""

_LONGEST_BORROWED = 1_000_000
"""And never more than this; nor do the blocks of a page together (``Allowance``)."""

REMEMBERED = 16_000_000
"""So many characters of HTML are remembered: a text is read more often than it changes."""

_BLOCK_TAGS = {
    "p",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_INLINE_TAGS = {"em", "strong", "s", "code", "a", "br"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_REVERSING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""What turns the words after it around. No text has it as it stands, but Markdown knows entities for it: they are shown and not
obeyed, because people agree to what they see.
"""

_BLANK = re.compile(r"(?:\r\n?|\n)(?:[ \t]*(?:\r\n?|\n))+")


def _image(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: MutableMapping[str, Any]) -> str:
    token = tokens[index]
    shown = self.renderInlineAsText(token.children or [], options, env)
    return f'<a href="{escape(str(token.attrs["src"]))}">{escape(shown or str(token.attrs["src"]))}</a>'


_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_PARSER.add_render_rule("image", _image)


Definition = MutableMapping[str, Any]
"""Where a link leads, and its title, as the parser keeps them."""


class _Definitions(ChainMap[str, Definition]):
    """The link definitions that a piece of a text may use: its own, and before them its text's. What would take more characters
    than it may is not found, and stays the words that were written.
    """

    def __init__(self, known: MutableMapping[str, Definition], most: int) -> None:
        super().__init__({}, known)
        self._left = most
        self.borrowed = 0

    def get(self, key: str, default: Any = None) -> Any:
        found = super().get(key)
        if found is None:
            return default
        length = len(found["href"]) + len(found["title"])
        self._left -= length
        if self._left < 0:
            return default
        self.borrowed += length
        return found


class _Html(str):
    """What is shown; ``borrowed``: so many characters of it links took from their definitions."""

    __slots__ = ("borrowed",)
    borrowed: int

    @classmethod
    def of(cls, html: str, borrowed: int = 0) -> Self:
        made = cls(html)
        made.borrowed = borrowed
        return made


class Allowance:
    """What the blocks of one page may take from definitions together: as much as one text that is as long as all of them. When
    nothing is left, links of the blocks that follow stay the words that were written.
    """

    def __init__(self, length: int) -> None:
        self._left = _may_borrow(length)

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        return self._left <= 0

    def take(self, length: int) -> None:
        """So many characters were borrowed."""
        self._left -= length


def _may_borrow(length: int) -> int:
    return min(_BORROWED + _SHARE * length, _LONGEST_BORROWED)


@lru_cache(maxsize=16)
def _defined(references: str) -> dict[str, Definition]:
    """The definitions of a text, by label. Remembered: all blocks of a page use the same ones."""
    env: dict[str, Any] = {"references": {}}
    _PARSER.parse(_bounded(references), env)
    found: dict[str, Definition] = env["references"]
    return found


_remembered = Remembered(REMEMBERED)


def html(markdown: str, *, plain: bool = False) -> str:
    """A whole text, or any piece of it, as HTML blocks. What costs more than a page may (``costing``) is shown as it was
    written; so is all that is to be ``plain``, because the page that it is on costs more.

    Raises ``Invalid`` when it is over ``MAX_TEXT`` characters and not ``plain``.
    """
    return _shown(markdown, "", (), plain=plain)


def block(
    source: str, references: str = "", levels: Sequence[int] = (), *, plain: bool = False, allowance: Allowance | None = None
) -> str:
    """One block as HTML; ``references`` are the link definitions of its text (the sources of its ``other`` blocks).

    ``levels``: the heading levels of its text, from ``levels``; ``plain``: as of ``html``; ``allowance``: of its page.
    """
    shown = _shown(source, references, tuple(levels), plain=plain, spent=allowance is not None and allowance.empty)
    if allowance is not None:
        allowance.take(shown.borrowed)
    return shown


def levels(sources: Iterable[str]) -> tuple[int, ...]:
    """The heading levels that occur in these blocks, highest first."""
    return tuple(sorted({level for source in sources for level in _levels(_PARSER.parse(_bounded(source)))}))


def _levels(tokens: Iterable[Token]) -> Iterable[int]:
    return (int(token.tag[1:]) for token in tokens if token.type == "heading_open")


def pieces(compared: Iterable[Piece]) -> str:
    """A comparison as HTML: the Markdown source as plain text, with ``ins`` and ``del`` around what differs."""
    tags = {INSERT: "ins", DELETE: "del"}
    marked = ((tags.get(piece.op), escape(piece.text, quote=False)) for piece in compared)
    return "".join(f"<{tag}>{text}</{tag}>" if tag else text for tag, text in marked)


def _shown(markdown: str, references: str, levels: tuple[int, ...], *, plain: bool, spent: bool = False) -> _Html:
    """``spent``: nothing may be borrowed."""
    if plain:
        return _as_written(markdown)
    _bounded(markdown)
    key = hashlib.sha256(markdown.encode(errors="surrogatepass")).digest(), references, levels, spent
    found = _remembered.get(key)
    if not isinstance(found, _Html):
        too_much = costing.is_too_much([markdown])
        found = _as_written(markdown) if too_much else _document(markdown, references, levels, 0 if spent else None)
        _remembered.keep(key, found)
    return found


def _as_written(markdown: str) -> _Html:
    """A text without any Markdown, in paragraphs."""
    shown = "".join(f"<p>{escape(part, quote=False)}</p>\n" for part in _BLANK.split(markdown) if part.strip())
    return _Html.of(_visible(shown))


def _document(markdown: str, references: str, levels: Sequence[int], most: int | None = None) -> _Html:
    """``most``: so much may be borrowed, where it is not what the length of the text allows."""
    known = _defined(references) if references else {}
    definitions = _Definitions(known, _may_borrow(len(markdown)) if most is None else most)
    env: dict[str, Any] = {"references": definitions}
    tokens = _PARSER.parse(_bounded(markdown), env)
    ranks = sorted({*levels, *_levels(tokens)})
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, ranks.index(int(token.tag[1:])) + 2)}"
    html = _cleaned(str(_PARSER.renderer.render(tokens, _PARSER.options, env)), _BLOCK_TAGS | _INLINE_TAGS)
    return _Html.of(html, definitions.borrowed)


def _cleaned(html: str, tags: set[str]) -> str:
    clean = nh3.clean(html, tags=tags, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer nofollow")
    return _visible(clean)


def _visible(html: str) -> str:
    return _REVERSING.sub(lambda found: f"&amp;#x{ord(found[0]):X};", html)


def _bounded(markdown: str) -> str:
    if len(markdown) > MAX_TEXT:
        raise Invalid(_("The text is too long."), place="text")
    return markdown
