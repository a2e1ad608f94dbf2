import pytest
from hypothesis import given

from internationale.text import compare
from internationale.text.compare import DELETE, EQUAL, INSERT, State
from internationale.text.derive import derive
from internationale.text.operations import apply
from internationale.text.words import similarity

from .strategies import minter, state, texts


@given(texts, texts)
def test_accept_all_gives_the_new_text_and_reject_all_the_old(old, new):
    found = compare.words(old, new)
    assert "".join(text for op, text in found if op != DELETE) == new
    assert "".join(text for op, text in found if op != INSERT) == old


@given(texts, texts)
def test_edits_say_the_same_as_pieces(old, new):
    text = old
    for start, end, replacement in reversed(compare.edits(old, new)):
        text = text[:start] + replacement + text[end:]
    assert text == new


@given(texts)
def test_equal_texts_have_no_marks(text):
    assert compare.words(text, text) == (((EQUAL, text),) if text else ())
    assert similarity(text, text) == 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "The party of the workers fights for peace.",
            "The party fights not for peace.",
            "The party -of the workers -fights +not +for peace.",
        ),
        ("one two three four", "un deux trois four", "-one two three-+un deux trois+ four"),
        ("wages, prices and rents", "salaries, costs and rents", "-wages, prices-+salaries, costs+ and rents"),
        ("我们的党为工人服务。", "我们的党永远为工人服务。", "我们的党+永远+为工人服务。"),
        ("نطالب بالسلام والخبز", "نطالب فورا بالسلام والخبز", "نطالب +فورا +بالسلام والخبز"),
        ("พรรค", "พรรกค", "พรร+ก+ค"),
        ("in 1917 we", "in 1918 we", "in -1917-+1918+ we"),
    ],
)
def test_marks_little_in_every_script(old, new, expected):
    marks = {EQUAL: "", INSERT: "+", DELETE: "-"}
    assert "".join(f"{marks[op]}{text}{marks[op]}" for op, text in compare.words(old, new)) == expected


@given(texts, texts)
def test_every_block_is_accounted_for_once(old, new):
    before = state(old)
    after = apply(before, derive(before, new, minter()))
    found = compare.blocks(before, after)
    assert [change.new for change in found if change.new] == list(after)
    assert sorted(change.old.id for change in found if change.old) == sorted(block.id for block in before)


def test_what_became_of_each_block():
    before = state("A a a.\n\nB b b.\n\nC c c.\n\nD d d.\n\n")
    after = apply(before, derive(before, "C c c.\n\nA a a.\n\nB b x.\n\nNew.\n\n", minter()))
    assert [
        (change.state, change.new.source if change.new else change.old.source) for change in compare.blocks(before, after)
    ] == [
        (State.MOVED, "C c c."),
        (State.SAME, "A a a."),
        (State.CHANGED, "B b x."),
        (State.DELETED, "D d d."),
        (State.INSERTED, "New."),
    ]


@pytest.mark.timeout(30)
def test_long_white_space_ends_soon():
    old, new = "x" + " \n" * 500_000 + "z", "y" + " \n" * 500_000 + "z"
    assert compare.words(old, new)[-1] == (INSERT, new)


def test_long_texts_end_soon():
    one, other = "a b c d e f g h " * 20_000, "z y x w v u t s " * 20_000
    assert compare.words(one, other)[-1] == (EQUAL, " ")
