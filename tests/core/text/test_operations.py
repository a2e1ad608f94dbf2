import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.errors import Conflict, Invalid
from internationale.text import blocks, operations
from internationale.text.derive import derive
from internationale.text.operations import Delete, Insert, Join, Move, Replace, Split

from .strategies import minter, state, texts

TEXT = """\
# Programme

We fight for peace and bread in all countries of the world today.

Second paragraph says something entirely different about wages. It continues with prices and rents for all.

Third one is about elections of delegates.

Fourth is short."""
BASE = state(TEXT)
PARAGRAPHS = TEXT.split("\n\n")


@given(texts, texts)
def test_derived_operations_give_the_text_exactly(old, new):
    base = state(old)
    changed = operations.apply(base, derive(base, new, minter()))
    assert blocks.join(changed) == new
    assert [(block.kind, block.level, block.raw) for block in changed] == [(s.kind, s.level, s.raw) for s in blocks.split(new)]


@given(st.integers(1, 12), st.data())
def test_unchanged_blocks_keep_their_ids(length, data):
    paragraphs = [f"Paragraph {number} says something of its own: {number * 7919}." for number in range(length)]
    base = state("\n\n".join([*paragraphs, ""]))
    changed = data.draw(st.integers(0, length - 1))
    paragraphs[changed : changed + 1] = data.draw(st.lists(st.sampled_from(["New.", "Another one."]), max_size=2))
    after = {block.raw: block.id for block in operations.apply(base, derive(base, "\n\n".join([*paragraphs, ""]), minter()))}
    assert all(after[block.raw] == block.id for number, block in enumerate(base) if number != changed)


@given(texts, texts)
def test_operations_travel_as_plain_json(old, new):
    found = derive(state(old), new, minter())
    assert operations.from_json(operations.to_json(found)) == found


@given(texts)
def test_the_same_text_is_no_change(text):
    assert derive(state(text), text, minter()) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(TEXT.replace("bread", "bread, land"), [Replace("o1", 28, 28, "", ", land")], id="edit"),
        pytest.param(
            TEXT.replace("wages. It", "wages.\n\nIt"), [Replace("o2", 63, 64, " ", "\n\n"), Split("o2", 65, "n0")], id="split"
        ),
        pytest.param(
            TEXT.replace("today.\n\nSecond", "today. Second"), [Replace("o1", 65, 67, "\n\n", " "), Join("o1", "o2")], id="join"
        ),
        pytest.param("\n\n".join(PARAGRAPHS[n] for n in (0, 2, 1, 3, 4)), [Move("o2", "o0")], id="move"),
        pytest.param(TEXT.replace("Third", "New one.\n\nThird"), [Insert("o2", "n0", "New one.\n\n")], id="insert"),
        pytest.param("\n\n".join(PARAGRAPHS[n] for n in (0, 1, 2, 4)), [Delete("o3", PARAGRAPHS[3] + "\n\n")], id="delete"),
    ],
)
def test_the_authors_intent(text, expected):
    assert list(derive(BASE, text, minter())) == expected


def test_a_moved_and_edited_paragraph_keeps_its_id():
    moved = (
        "\n\n".join([PARAGRAPHS[0], PARAGRAPHS[3], PARAGRAPHS[4], PARAGRAPHS[2], PARAGRAPHS[1].replace("bread", "land")]) + "\n"
    )
    after = operations.apply(BASE, derive(BASE, moved, minter()))
    assert sorted(block.id for block in after) == sorted(block.id for block in BASE)


def test_a_first_revision_is_all_inserts():
    assert {type(operation) for operation in derive((), TEXT, minter())} == {Insert}


@pytest.mark.parametrize(
    "wrong",
    [
        [Replace("o1", 0, 2, "We!", "They")],
        [Replace("o1", 0, 2, "It", "They")],
        [Replace("o1", 0, 500, "", "They")],
        [Replace("nobody", 0, 0, "", "They")],
        [Replace("o1", 0, 2, "We", "They"), Replace("o1", 3, 8, "fight", "work")],
        [Delete("o1", "We fight")],
        [Join("o1", "o3")],
        [Join("o1", "o1")],
        [Split("o1", 0, "n0")],
        [Split("o1", 3, "o2")],
        [Insert("o1", "o2", "A.\n\n")],
        [Insert("nobody", "n0", "A.\n\n")],
        [Insert("o1", "n0", "")],
        [Move("o1", "o1")],
    ],
)
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(Conflict):
        operations.apply(BASE, wrong)


def test_the_order_of_operations_is_fixed():
    with pytest.raises(Invalid):
        operations.apply(BASE, [Move("o1", "o2"), Replace("o1", 0, 2, "We", "They")])


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({}, "operations"),
        ([1], "operations.0"),
        ([{"op": "burn"}], "operations.0"),
        ([{"op": ["move"]}], "operations.0"),
        ([{"op": "move", "block": "a"}], "operations.0.after"),
        ([{"op": "move", "block": "", "after": ""}], "operations.0.block"),
        ([{"op": "move", "block": "a" * 65, "after": ""}], "operations.0.block"),
        ([{"op": "split", "block": "a", "at": True, "new": "b"}], "operations.0.at"),
        ([{"op": "split", "block": "a", "at": 10**30, "new": "b"}], "operations.0.at"),
        ([{"op": "delete", "block": "a", "quote": "x" * 2_000_001}], "operations.0.quote"),
    ],
)
def test_malformed_operations_are_refused_with_their_place(value, place):
    with pytest.raises(Invalid) as raised:
        operations.from_json(value)
    assert raised.value.place == place


def test_the_digest_is_the_documented_one():
    signed = b"intl-blocks-v1" + b"\0a\x002\0x\n" + b"\0b\x003\0" + "中".encode()
    assert operations.digest(blocks.described([("a", "x\n"), ("b", "中")])) == hashlib.sha256(signed).hexdigest()


def test_the_digest_tells_states_apart():
    pairs = [(("a", "x"), ("b", "y")), (("a", "xb"), ("", "y")), (("b", "x"), ("a", "y"))]
    assert len({operations.digest(blocks.described(pair)) for pair in pairs}) == 3


MANY = 20_000


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    ("base", "changes"),
    [
        pytest.param(
            ["x" * 1_900_000], [Replace("b0", at, at + 1, "x", "y") for at in range(MANY, 0, -1)], id="words of one block"
        ),
        pytest.param(
            ["x" * 1_900_000],
            [Split("b0" if at == 1 else f"n{at - 1}", 1, f"n{at}") for at in range(1, MANY)],
            id="one block cut again and again",
        ),
        pytest.param(
            ["y" * 90 + "\n\n"] * MANY, [Join(f"b{at - 1}", f"b{at}") for at in range(MANY - 1, 0, -1)], id="joined from the end"
        ),
        pytest.param(["y\n\n"] * MANY, [Delete(f"b{at}", "y\n\n") for at in range(MANY - 1, 0, -1)], id="taken out from the end"),
    ],
)
def test_a_long_list_of_operations_takes_no_long_time(base, changes):
    """Another section wrote it, and everybody takes it in: in proportion to its length, whatever it does."""
    text = blocks.described([(f"b{number}", raw) for number, raw in enumerate(base)])
    changed = blocks.join(operations.apply(text, changes))
    assert changed
