"""From what somebody typed to the whole text, and back."""

from hypothesis import given
from hypothesis import strategies as st

from internationale.rooms.documents.rules import ids
from internationale.rooms.documents.rules.writing import INLINE, PART, as_kept, inserted, replaced, rewritten, write
from internationale.text.blocks import identify, join, split

TEXTS = st.lists(st.sampled_from(["# A", "- a", "- b", "one two", "\n", "\r\n", " ", "> q", "1. x"]), max_size=12).map("\n".join)


def state(text):
    return identify(split(text), ids.mint_block)


@given(TEXTS)
def test_what_a_browser_brings_back_unchanged_is_unchanged(text):
    posted = text.replace("\r\n", "\n").strip("\r\n")
    if "\r\n" not in text or "\n" not in text.replace("\r\n", ""):  # a text with both kinds of line ends is not kept
        assert as_kept(text, posted) == text


@given(TEXTS, st.data())
def test_a_paragraph_replaced_by_itself_changes_nothing(text, data):
    blocks = state(text)
    if blocks:
        block = data.draw(st.sampled_from(blocks))
        if block.source and ("\r\n" not in block.source or "\n" not in block.source.replace("\r\n", "")):
            assert replaced(blocks, block.id, block.source.replace("\r\n", "\n")) == join(blocks)


@given(TEXTS, st.data())
def test_an_inserted_paragraph_stands_apart_and_touches_nothing(text, data):
    blocks = state(text)
    after = data.draw(st.sampled_from(["", *(block.id for block in blocks)]))
    whole = inserted(blocks, after, "Something new.")
    position = whole.index("Something new.")
    before = join(blocks[: 1 + next((n for n, block in enumerate(blocks) if block.id == after), -1)])
    assert whole.startswith(before)
    assert whole.endswith(join(blocks)[len(before) :])
    assert before == "" or "\n\n" in whole[len(before.rstrip("\n")) : position]


def test_items_of_a_list_stay_one_list():
    blocks = state("- a\n- b\n")
    assert inserted(blocks, blocks[0].id, "- new") == "- a\n- new\n- b\n"


def test_long_changes_become_parts_of_bounded_size():
    text = "words and words\n\n" * 10_000
    written = write((), rewritten((), text))
    assert written.changes is None
    assert len(written.parts) > 1
    assert max(map(len, written.parts)) <= PART
    assert sum(map(len, written.parts)) > INLINE


def test_ids_belong_to_one_section_only():
    assert ids.section_of(ids.mint("fr")) == "fr"
    assert ids.section_of(ids.mint("fr-b")) == "fr-b"
    for strange in ("", "fr", "fr-", "fr-ABCDEFABCDEF", "fr-aaaaaaaaaaaa\n", "a" * 400, "\0-aaaaaaaaaaaa", "-aaaaaaaaaaaa"):
        assert ids.section_of(strange) == ""
