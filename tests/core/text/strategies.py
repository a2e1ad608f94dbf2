"""Texts to try things on: arbitrary ones, Markdown-like ones, and such as an organisation writes."""

import itertools

from hypothesis import strategies as st

from internationale.text import blocks

_marks = st.sampled_from(
    [
        "- ",
        "1. ",
        "# ",
        "> ",
        "\n",
        "\n\n",
        "  ",
        "    ",
        "a",
        "b c",
        "```",
        "|",
        "---",
        "\r\n",
        "\r",
        "\t",
        "[f]: /u",
        "<div>",
        "*",
        "\x0b",
        "\u2028",
    ]
)
_words = st.sampled_from(
    ["the", "party", "workers", "of", "all", "fight", "for", "bread", "and", "not", "war", "中", "文", ".", ",", "\n"]
)
_paragraph = st.lists(_words, min_size=1, max_size=12).map(" ".join)
_blocks = st.sampled_from(
    ["# A", "- x", "- y\n  - z", "---", "> q", "1. b", "```\nx\n```", "alpha beta gamma delta", "one two three four"]
)

markdown = st.one_of(st.text(), st.lists(_marks).map("".join))
texts = st.one_of(st.text(), st.lists(st.one_of(_paragraph, _blocks)).map("\n\n".join))


def minter(prefix="n"):
    """Block ids that are the same in every run."""
    numbers = itertools.count()
    return lambda: f"{prefix}{next(numbers)}"


def state(text, prefix="o"):
    """A text as it was never seen before."""
    return blocks.identify(blocks.split(text), minter(prefix))
