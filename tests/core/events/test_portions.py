"""What travels is cut into portions: nothing lost, nothing turned round, none too heavy."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from internationale.events.portions import portions


@dataclass(frozen=True)
class Thing:
    body: bytes


@given(st.lists(st.binary(max_size=6).map(Thing)), st.integers(0, 12), st.none() | st.integers(1, 4))
def test_portions_are_as_full_as_may_be(things: list[Thing], heaviest: int, most: int | None) -> None:
    cut = [*portions(things, heaviest, most)]
    assert [thing for portion in cut for thing in portion] == things
    for portion in cut:
        assert len(portion) == 1 or sum(len(thing.body) for thing in portion) <= heaviest
        assert 0 < len(portion) <= (most or len(things))
    for portion, (first, *_others) in pairwise(cut):
        full = most is not None and len(portion) == most
        assert full or sum(len(thing.body) for thing in [*portion, first]) > heaviest
