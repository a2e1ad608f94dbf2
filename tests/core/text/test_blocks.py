from hypothesis import given

from internationale.text import blocks, numbering

from .strategies import markdown, state

TEXT = """\
# Programme

We demand peace.
And bread.

- wages
  - and prices

  said so
- rents

> quoted
> - whole

[source]: https://example.org

| a | b |
|---|---|
| 1 | 2 |

    code

***
"""


@given(markdown)
def test_blocks_partition_every_text(text):
    spans = blocks.split(text)
    assert blocks.join(spans) == text
    assert all(span.raw for span in spans)
    assert all(span.source for span in spans) or len(spans) == 1


@given(markdown)
def test_kinds_found_again_from_the_parts(text):
    before = state(text)
    assert blocks.described([(block.id, block.raw) for block in before]) == before


def test_kinds():
    assert [(span.kind, span.level) for span in blocks.split(TEXT)] == [
        ("heading", 1),
        ("paragraph", 0),
        ("list_item", 1),
        ("list_item", 2),
        ("paragraph", 0),
        ("list_item", 1),
        ("quotation", 0),
        ("other", 0),
        ("table", 0),
        ("code", 0),
        ("rule", 0),
    ]


def test_what_people_cite_is_numbered_through():
    assert numbering.number(blocks.split(TEXT)) == ("", "1", "2", "3", "4", "5", "6", "", "7", "8", "")


def test_white_space_belongs_to_the_block_before():
    assert [span.raw for span in blocks.split("\n\n One\n\n\nTwo\r\n\r\n")] == ["\n\n One\n\n\n", "Two\r\n\r\n"]


def test_the_hash_leaves_white_space_out():
    one, other = state("A paragraph.")[0], state("\nA paragraph.\n\n")[0]
    assert one.hash == other.hash == blocks.source_hash("A paragraph.")


def test_a_translation_takes_the_place_of_the_source():
    assert state("\n  - wages\n\n")[0].with_source("- salaires").raw == "\n  - salaires\n\n"


def test_a_hundred_thousand_lines_take_no_long_time():
    text = "- a\n\n" * 20_000 + "> " * 2_000 + "\n" + "[" * 20_000 + "*" * 20_000
    assert blocks.join(blocks.split(text)) == text


def test_a_text_of_more_marks_than_anybody_reads_is_not_looked_into():
    """A word changed in a list of twenty thousand letters would cost everybody seconds."""
    for line, marks in (("- a\n", 1), ("1. > - a\n", 3), ("## a\r", 2), ("> " * 30 + "a\n", blocks.DEEP)):
        most = line * (blocks.MARKS // marks)
        assert blocks.described([("o1", most)])[0].kind != "paragraph", line
        assert blocks.described([("o1", most + line)])[0].kind == "paragraph", line
        assert blocks.described([("o1", most + "a - b. 1)\n" * 9_000)])[0].kind != "paragraph", line


def test_a_text_of_more_lines_than_anybody_reads_is_not_looked_into():
    most, more = "# a\n" + "b\n" * (blocks.LINES - 1), "# a\n" + "b\n" * blocks.LINES
    assert [block.kind for block in blocks.described([("o1", most[:4]), ("o2", most[4:])])] == ["heading", "paragraph"]
    assert [block.kind for block in blocks.described([("o1", more[:4]), ("o2", more[4:])])] == ["paragraph", "paragraph"]
