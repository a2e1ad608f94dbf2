"""What showing a text costs is known before it is shown: counted in marks, never in seconds."""

import pytest
from markdown_it import MarkdownIt

from internationale.text import costing, render
from internationale.text.remembering import SHARE, Remembered

UNITS = {
    "pictures": "![",
    "links": "[a](b) ",
    "emphasis": "**a*",
    "entities": "&amp;",
    "addresses": "<http://a>",
    "lists": "- a\n",
    "lists in lists": "- - - - a\n",
    "quotations": "> a\n\n",
    "headings": "# a\n",
    "paragraphs": "a\n\n",
    "lines": "a\r",
    "code": "`a`",
    "signs": "a-",
    "rows": "|\n",
}


def most_of(unit: str, begin: str = "") -> int:
    """How often a unit may stand in a text."""
    low, high = 1, render.MAX_TEXT // len(unit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if costing.cost(begin + unit * middle) <= costing.MOST else (low, middle - 1)
    return low


@pytest.mark.parametrize("name", UNITS)
def test_what_is_shown_as_markdown_has_no_more_elements_than_its_marks(name):
    """Each mark makes at most three tags, and sixty characters with those around what stands there."""
    begin = "|a|b|\n|-|-|\n" if name == "rows" else ""
    text = begin + UNITS[name] * most_of(UNITS[name], begin)
    shown = render.html(text)
    assert shown.count("<") <= 3 * costing.MOST
    assert len(shown) <= 5 * len(text) + 60 * costing.MOST


@pytest.mark.parametrize("name", UNITS)
def test_what_costs_more_is_never_parsed(name, monkeypatch):
    begin = "|a|b|\n|-|-|\n" if name == "rows" else ""
    text = begin + UNITS[name] * (most_of(UNITS[name], begin) + 10)
    assert costing.is_too_much([text])
    monkeypatch.setattr(render, "_PARSER", None)
    for shown in (render.html(text), render.block(text, "[a]: b", (1,))):
        assert shown.startswith("<p>")
        assert len(shown) <= 5 * len(text)


def test_cells_that_a_row_leaves_out_are_counted():
    table = "|a" * 1_000 + "|\n" + "|-" * 1_000 + "|\n"
    assert costing.cost(table) < 4_000
    assert costing.cost(table + "|\n" * 20) - costing.cost(table) > 20_000
    assert costing.is_too_much([table + "|\n" * 30])


def test_what_people_write_is_not_too_much():
    """Five hundred pages of forty lines, with a link, a list and a word in bold on each."""
    page = "A line of a book, with a comma and a full stop - and a dash. Seventy letters or so.\n" * 37
    text = (page + "\n- **one** [there](https://example.org)\n- two\n\n") * 480
    assert not costing.is_too_much([text])
    assert not costing.is_too_much(["plain words " * 150_000])
    assert costing.is_too_much(["plain words " * 85_000] * 2)


def test_many_blocks_cost_what_they_cost_together():
    block = "![" * (costing.MOST // 20)
    assert not costing.is_too_much([block] * 10)
    assert costing.is_too_much([block] * 11)


def test_as_it_was_written():
    """In paragraphs, nothing obeyed, nothing left out."""
    written = "# a *b* <i>&amp;\nline\r\n \r\n\n![x](y) \u202e\n"
    shown = "<p># a *b* &lt;i&gt;&amp;amp;\nline</p>\n<p>![x](y) &amp;#x202E;\n</p>\n"
    assert render.html(written, plain=True) == render.block(written, plain=True) == shown
    assert render.html(" \n", plain=True) == ""


def test_a_text_is_read_once(monkeypatch):
    text, parsed = "Said once, *read often*: test_a_text_is_read_once", []
    parser = render._PARSER
    monkeypatch.setattr(
        MarkdownIt, "parse", lambda self, *given, _parse=MarkdownIt.parse: parsed.append(1) or _parse(self, *given)
    )
    assert render._PARSER is parser
    assert (
        render.html(text)
        == render.html(text)
        == render.block(text)
        == f"<p>{text.replace('*read often*', '<em>read often</em>')}</p>\n"
    )
    assert len(parsed) == 1
    assert render.block(text, "[a]: b") == render.html(text)
    assert len(parsed) == 3  # with other definitions it might have been another text


def test_memory_is_bounded():
    memory = Remembered(80)
    for number in range(20):
        memory.keep(number, "x" * 10)
        memory.get(0)
    assert [number for number in range(20) if memory.get(number)] == [0, *range(13, 20)]
    memory.keep("long", "x" * (80 // SHARE + 1))
    assert memory.get("long") is None
    memory.keep(0, "another")
    assert memory.get(0) == "x" * 10
