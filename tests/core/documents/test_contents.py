"""The text of each revision is kept whole or by its changes: it reads the same, and a small change costs little."""

import random

import pytest
from sqlmodel import func, select

from internationale.kit import Utterance
from internationale.rooms.documents.queries import documents
from internationale.rooms.documents.rows import contents
from internationale.rooms.documents.rows.shared import Content
from internationale.rooms.documents.rules import state, writing
from internationale.testing import carrying, oracle
from internationale.testing.people import speaker
from internationale.text import numbering
from internationale.text.blocks import join
from internationale.text.operations import Join, Move, Split, apply

LETTERS = "abcdefghijklmnopqrstuvwxyz     "


@pytest.fixture
def opened(ic):
    def opened(text):
        with ic.writing() as session:
            said = {"kind": "draft", "language": "en", "title": "Hours", "text": text, "audience": "international"}
            document = ic.documents.open(session, **said, by=speaker(ic))
            return document, documents.text(session, document).revision.ref

    return opened


def revise(section, document, before, change):
    """The next revision on one; ``change``: from its blocks to operations. Returns its ref and its text."""
    with section.writing() as session:
        base = documents.text_pinned(session, document, before)
        number = base.revision.number + 1
        operations = change(base.blocks)
        payload, parts = writing.revision(document, number, base.blocks, operations, title=f"T{number}", note="")
        ref = section.publish(session, Utterance(payload, refs=(before,), parts=parts), by=speaker(section))[0].ref
        derived = apply(base.blocks, operations)
        return ref, as_items(derived, numbering.number(derived))


def text_of(session, document, ref):
    text = documents.text_pinned(session, document, ref)
    return as_items(text.blocks, text.numbers)


def as_items(blocks, numbers):
    return [(block.id, block.kind, block.level, block.raw, number) for block, number in zip(blocks, numbers, strict=True)]


def edited(chance, blocks):
    """The words of some paragraphs become others, and one goes, comes, or changes its kind."""
    text = [block.raw for block in blocks]
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(text))
        if chance.random() < 0.2 and len(text) > 20:
            del text[place]
        elif chance.random() < 0.3:
            text.insert(place, f"{chance.choice(['', '## ', '- ', '> '])}{words(chance, 200)}\n\n")
        else:
            text[place] = text[place].replace(chance.choice(LETTERS[:26]), chance.choice(LETTERS[:26]), 3)
    return writing.rewritten(blocks, "".join(text))


def words(chance, length):
    return "".join(chance.choices(LETTERS, k=length)).strip()


def size(section):
    """Characters of all contents, and the most changes on a whole one."""
    with section.reading() as session:
        columns = select(func.sum(func.length(Content.blocks) + func.length(Content.operations)), func.max(Content.depth))
        return session.exec(columns).one()


def test_every_revision_of_a_long_text_reads_as_it_was_derived(three, ic, fr, ar, federation, opened):
    chance = random.Random(7)
    document, first = opened("".join(f"{words(chance, 500)}\n\n" for _ in range(80)))
    refs = [first]
    expected = {}
    for _ in range(90):  # most on the last, some on an earlier one
        before = refs[-1] if chance.random() < 0.9 else chance.choice(refs)
        ref, expected[ref] = revise(ic, document, before, lambda blocks: edited(chance, blocks))
        refs.append(ref)
    written, depth = size(ic)
    assert contents.DEEPEST >= depth >= 5
    assert written < sum(len(str(text)) for text in expected.values()) / 3
    carrying.hand_on(*three)
    late = federation.fresh("late")
    carrying.hear(late, carrying.said(*three), 3)
    late.add_parts(carrying.parts(*three))
    state._memory = state._Memory()  # as after a restart
    for section in (ic, fr, late):
        with section.reading() as session:
            assert {ref: text_of(session, document, ref) for ref in expected} == expected
            together = contents.texts(session, [ref.event_id for ref in expected])
            assert {ref: as_items(*together[ref.event_id]) for ref in expected} == expected
    assert oracle.rows(late) == oracle.rows(ic) == oracle.rows(fr)
    oracle.replayed(late)


def test_moving_cutting_and_joining_long_blocks_costs_no_whole_text_each_time(three, ic, opened):
    chance = random.Random(8)
    document, ref = opened("".join(f"{words(chance, 30_000)}\n\n" for _ in range(8)))
    whole, _depth = size(ic)
    revisions = 3 * contents.DEEPEST

    def recut(blocks):
        place = chance.randrange(len(blocks) - 1)
        block, following = blocks[place], blocks[place + 1]
        if len(blocks) > 12:
            return (Join(block.id, following.id),)
        if chance.random() < 0.5 and len(block.raw) > 1:
            return (Split(block.id, chance.randint(1, len(block.raw) - 1), f"{chance.getrandbits(48):012x}"),)
        return (Move(block.id, following.id),)

    for _ in range(revisions):
        ref, text = revise(ic, document, ref, recut)
    written, depth = size(ic)
    assert depth == contents.DEEPEST
    assert written < whole * (2 + revisions // (contents.DEEPEST + 1)) < whole * revisions / 30
    with ic.reading() as session:
        assert join(documents.text_pinned(session, document, ref).blocks) == "".join(item[3] for item in text)


def test_short_texts_are_kept_whole(three, ic, opened):
    document, ref = opened("One.\n\nTwo.\n")
    for number in range(5):
        ref, _text = revise(ic, document, ref, lambda blocks, n=number: writing.rewritten(blocks, f"One.\n\n{n}.\n"))
    assert size(ic)[1] == 0
