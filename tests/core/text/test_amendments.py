import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.errors import Conflict
from internationale.text import amendments, blocks
from internationale.text.derive import derive
from internationale.text.operations import Insert, Replace, apply, in_order

from .strategies import minter, state, texts
from .test_operations import BASE, PARAGRAPHS, TEXT

BREAD = TEXT.replace("bread", "bread, land")
TODAY = TEXT.replace("world today", "whole world today")
SPLIT = TEXT.replace("wages. It", "wages.\n\nIt")
MOVED = "\n\n".join(PARAGRAPHS[n] for n in (0, 2, 1, 3, 4))
RECALL = TEXT.replace("delegates", "recallable delegates")
WITHOUT = "\n\n".join(PARAGRAPHS[n] for n in (0, 1, 2, 4))
ADDED = TEXT + "\n\nNew end.\n"


def change(text, prefix="n"):
    return derive(BASE, text, minter(prefix))


@given(texts, st.lists(texts, min_size=1, max_size=3))
def test_a_merge_is_proved_or_refused(base, wanted):
    before = state(base)
    changes = [derive(before, text, minter(f"{number}-")) for number, text in enumerate(wanted)]
    for operations in changes:
        assert amendments.merge(before, [operations, operations]) == in_order(operations)
        assert amendments.rebase(operations, operations) == ()
    collide = any(amendments.collisions(one, other) for n, one in enumerate(changes) for other in changes[:n])
    try:
        merged = amendments.merge(before, changes)
    except Conflict:
        assert collide
    else:
        apply(before, merged)


@given(texts, texts)
def test_two_states_say_the_operations_between_them(old, new):
    before = state(old)
    after = apply(before, derive(before, new, minter()))
    assert apply(before, amendments.between(before, after)) == after


@pytest.mark.parametrize(("one", "other"), [(BREAD, TODAY), (BREAD, SPLIT), (BREAD, MOVED), (RECALL, ADDED), (WITHOUT, ADDED)])
def test_what_touches_different_words_goes_together(one, other):
    assert amendments.collisions(change(one), change(other)) == ()


@pytest.mark.parametrize(
    ("one", "other", "block"),
    [
        (BREAD, TEXT.replace("bread", "bread, wages"), "o1"),
        (BREAD, TEXT.replace("peace and bread", "freedom"), "o1"),
        (SPLIT, MOVED, "o2"),
        (RECALL, WITHOUT, "o3"),
        (ADDED, TEXT + "\n\nAnother end.\n", "o4"),
    ],
)
def test_what_touches_the_same_collides(one, other, block):
    assert [collision.block for collision in amendments.collisions(change(one, "a"), change(other, "b"))] == [block]
    assert amendments.collide(change(one, "a"), change(other, "b"))
    with pytest.raises(Conflict):
        amendments.merge(BASE, [change(one, "a"), change(other, "b")])


def test_many_at_once():
    merged = amendments.merge(BASE, [change(text, f"{n}-") for n, text in enumerate([BREAD, TODAY, SPLIT, RECALL, ADDED])])
    expected = BREAD.replace("world today", "whole world today").replace("wages. It", "wages.\n\nIt")
    assert blocks.join(apply(BASE, merged)) == expected.replace("delegates", "recallable delegates") + "\n\nNew end.\n"


def test_the_same_insertion_counts_once():
    merged = amendments.merge(BASE, [change(ADDED, "a"), change(ADDED, "b"), change(BREAD, "c")])
    assert blocks.join(apply(BASE, merged)) == ADDED.replace("bread", "bread, land")


def test_carried_to_a_later_revision():
    later = apply(BASE, change(BREAD + "\n\nNew end.\n"))
    carried = amendments.carry(change(TODAY), BASE, later)
    assert blocks.join(apply(later, carried)) == TODAY.replace("bread", "bread, land") + "\n\nNew end.\n"


def test_not_carried_when_its_words_were_changed():
    later = apply(BASE, change(TEXT.replace("peace and bread", "freedom")))
    with pytest.raises(Conflict) as raised:
        amendments.carry(change(BREAD), BASE, later)
    assert raised.value.place == "o1"


def test_what_was_adopted_already_is_not_carried_again():
    later = apply(BASE, change(BREAD))
    assert amendments.carry(change(BREAD), BASE, later) == ()


MANY = 20_000


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("one", "other", "met"),
    [
        pytest.param(
            [Insert("b", f"n{at}", f"one {at}") for at in range(MANY)],
            [Insert("b", f"m{at}", f"other {at}") for at in range(MANY)],
            True,
            id="in the same place",
        ),
        pytest.param(
            [Replace("b", at, at + 1, "x", "y") for at in range(MANY, 0, -1)],
            [Insert("b", f"m{at}", f"other {at}") for at in range(MANY)],
            False,
            id="words and places",
        ),
        pytest.param(
            [Replace("b", at, at + 1, "x", "y") for at in range(2 * MANY, 0, -2)],
            [Replace("b", at, at + 1, "x", "y") for at in range(2 * MANY - 1, 0, -2)],
            False,
            id="words beside words",
        ),
    ],
)
def test_whether_two_long_changes_collide_is_known_soon(one, other, met):
    """Another section wrote both: they may meet in more places than memory holds."""
    assert amendments.collide(one, other) is met
