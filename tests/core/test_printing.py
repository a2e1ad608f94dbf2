"""What others wrote stays on its line in a terminal."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from internationale.kit import printing


@given(st.text())
def test_nothing_is_hidden_and_no_line_is_added(text: str) -> None:
    shown = printing.visible(text)
    for letter in shown:
        assert letter in "\u200c\u200d\u200e\u200f" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    assert all(line.startswith("  │ ") for line in printing.quoted(text).splitlines())


def test_by_example() -> None:
    assert printing.visible("Section française, القسم العربي") == "Section française, القسم العربي"
    assert printing.visible("a\nb\x1b[8m\u202e\u200b") == r"a\nb\x1b[8m\u202e\u200b"
    assert printing.row("a\tb", 1) == "a\\tb\t1"
    assert printing.quoted("one\ntwo\r\x0cthree") == "  │ one\n  │ two\n  │ \n  │ three"
