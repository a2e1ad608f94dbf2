"""Where a table begins and ends, without its cells: whoever looks for blocks reads none of them, and they cost most.

The rule is markdown-it-py's own (tables of GitHub Flavored Markdown, with its bound on cells that short rows leave out): a table
ends here where it ends on the page.
"""

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as with_cells
from markdown_it.rules_block.table import MAX_AUTOCOMPLETED_CELLS


def without_cells(parser: MarkdownIt) -> MarkdownIt:
    """The same parser, for which a table is two tokens."""
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    return parser


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if not with_cells(state, start, end, True):
        return False
    if silent:
        return True
    former, state.parentType = state.parentType, "table"
    opening = state.push("table_open", "table", 1)
    state.line = _end(state, start, end)
    opening.map = [start, state.line]
    state.push("table_close", "table", -1)
    state.parentType = former
    return True


def _end(state: StateBlock, start: int, end: int) -> int:
    """The first line that is no row of the table which begins at ``start``."""
    width, missing = _cells(_line(state, start)), 0
    others = state.md.block.ruler.getRules("blockquote")  # what ends a table is what ends a quotation
    for number in range(start + 2, end):
        row = _line(state, number)
        if not row or state.sCount[number] < state.blkIndent or state.is_code_block(number):
            return number
        missing += width - _cells(row)
        if missing > MAX_AUTOCOMPLETED_CELLS or any(rule(state, number, end, True) for rule in others):
            return number
    return end


def _line(state: StateBlock, number: int) -> str:
    return mdTrim(state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]])


def _cells(row: str) -> int:
    """How many cells a row has: one more than pipes that are not escaped, but for those at its ends."""
    cells = row.count("|") - row.count("\\|") + 1 - row.startswith("|")
    return cells - (cells > 0 and (row.endswith("|") and not row.endswith("\\|")))


_PARSER = without_cells(MarkdownIt("commonmark").enable("table"))
_PARSER.core.ruler.enableOnly(["normalize", "block"])


def cells(markdown: str) -> int:
    """How many cells the tables of a text have on a page at most: a row has as many as its table's first, whatever it says."""
    if "|" not in markdown:
        return 0
    lines = markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = 0
    for token in _PARSER.parse(markdown):
        if token.type == "table_open" and token.map is not None:
            start, end = token.map
            found += (lines[start].count("|") + 1) * (end - start - 1)
    return found
