"""A table ends where markdown-it-py has it end, although nobody reads its cells."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from internationale.text.tables import without_cells

LINES = [
    "|a|b|",
    "| a | b |",
    "a|b",
    "a",
    "|",
    "||",
    "\\|",
    "a\\|b|",
    "|-|-|",
    "|---|",
    "--|--",
    ":-:|-",
    "- x",
    "> q",
    "",
    "    c",
]
tables = st.lists(
    st.sampled_from([*LINES, "# h", "```", "***", "  |a|b|", "\t|a|", "<div>", "1. b", "\u00a0", "|\x0b"]), max_size=12
)


def found(parser, text):
    """The blocks of a text but for what is in its tables."""
    parser.core.ruler.enableOnly(["normalize", "block"])
    tokens, inside = [], False
    for token in parser.parse(text):
        if token.type == "table_open" or not inside:
            tokens.append((token.type, token.map, token.level))
        inside = token.type != "table_close" and (inside or token.type == "table_open")
        if token.type == "table_close":
            tokens.append((token.type, token.map, token.level))
    return tokens


def whole():
    return MarkdownIt("commonmark").enable("table")


@given(st.one_of(tables.map("\n".join), st.lists(st.sampled_from(["|", "-", "a", "\\", "\n", " "])).map("".join)))
@example("|a|b|\n|-|-|\n|1|2|\n\nend")
@example("- |a|b|\n  |-|-|\n  |1|2|\n- x\n")
@example("> |a|\n> |-|\n> |1|\n|2|")
def test_a_table_ends_where_it_did(text):
    assert found(without_cells(whole()), text) == found(whole(), text)


@pytest.mark.parametrize("columns", [2, 300, 3000])
def test_short_rows_end_it_where_they_would_become_too_many_cells(columns):
    text = "|a" * columns + "|\n" + "|-" * columns + "|\n" + "a\n" * 600
    assert found(without_cells(whole()), text) == found(whole(), text)


def test_a_table_is_two_tokens():
    text = "|a|b|\n|-|-|\n" + "|a|b|\n" * 1000
    assert [token.type for token in without_cells(whole()).parse(text)] == ["table_open", "table_close"]
