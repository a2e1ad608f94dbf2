"""Long lists, a page at a time."""

import pytest

from internationale.kit import paging


@pytest.mark.parametrize("many", [0, 1, 49, 50, 51, 100, 101])
def test_the_pages_together_are_the_list(many):
    things = list(range(many))
    pages = paging.part(things, 1).pages
    parts = [paging.part(things, number + 1) for number in range(pages)]
    assert [thing for part in parts for thing in part.things] == things
    assert {(part.total, part.pages, len(part.things) <= paging.SHOWN) for part in parts} == {
        (many, max(1, -(-many // 50)), True)
    }


def test_a_page_beyond_the_ends_is_the_first_or_the_last():
    assert [paging.part(list(range(51)), number).page for number in (-(2**70), 0, 1, 2, 3, 2**70)] == [1, 1, 1, 2, 2, 2]
