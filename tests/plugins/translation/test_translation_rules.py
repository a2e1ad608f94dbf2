from datetime import UTC, datetime

import pytest

from internationale.kit.documents import Block, Rendering, Unit, UnitState
from internationale_translation.rules.desk import Draft, Line, open_lines, still_right, translatable, written
from internationale_translation.rules.memory import Memory, digest

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BLOCK = Block(id="b1", kind="paragraph", level=0, source="We demand peace and bread.", number="1", hash="new")
MISSING = Unit(BLOCK, UnitState.MISSING)
CURRENT = Unit(BLOCK, UnitState.CURRENT, text="Nous exigeons la paix et le pain.", by="fr")
OUTDATED = Unit(BLOCK, UnitState.OUTDATED, text="Nous exigeons la paix.", made_from="We demand peace.", by="fr")
DRAFT = Draft("b1", BLOCK.source, "new", "Nous voulons la paix et le pain.", NOW)
STALE = Draft("b1", "We demand peace.", "old", "Nous voulons la paix.", NOW)


@pytest.mark.parametrize(
    ("unit", "draft", "text", "kept"),
    [
        (MISSING, None, "", None),
        (MISSING, None, DRAFT.text, DRAFT),
        (MISSING, DRAFT, "", None),
        (CURRENT, None, CURRENT.text, None),
        (CURRENT, DRAFT, CURRENT.text, None),
        (OUTDATED, None, OUTDATED.text, None),
        (OUTDATED, STALE, STALE.text, STALE),
        (OUTDATED, STALE, DRAFT.text, DRAFT),
    ],
)
def test_what_is_kept_of_what_stands_in_the_field(unit, draft, text, kept):
    assert written(unit, draft, text, NOW) == kept


def test_still_right_makes_a_draft_of_today_s_wording():
    said = still_right(Line(OUTDATED, None), NOW)
    assert said == Draft("b1", BLOCK.source, "new", OUTDATED.text, NOW)
    assert written(OUTDATED, said, OUTDATED.text, NOW) == said
    assert Line(OUTDATED, said).sharable


def test_a_draft_of_an_earlier_wording_is_shown_with_the_change_and_not_shared():
    line = Line(OUTDATED, STALE)
    assert (line.text, line.made_from, line.sharable) == (STALE.text, "We demand peace.", False)
    assert ("insert", " and bread") in line.source_pieces


@pytest.mark.parametrize(
    ("unit", "draft", "sharable", "left"),
    [
        (MISSING, None, False, True),
        (MISSING, DRAFT, True, True),
        (CURRENT, None, False, False),
        (CURRENT, DRAFT, True, True),
        (OUTDATED, None, False, True),
    ],
)
def test_what_can_be_shared_and_what_is_left(unit, draft, sharable, left):
    line = Line(unit, draft)
    assert (line.sharable, bool(open_lines([line]))) == (sharable, left)


def test_a_rule_between_paragraphs_is_not_translated():
    assert not translatable(Unit(BLOCK, UnitState.CURRENT, text="***"))
    assert translatable(CURRENT)


def test_a_hundred_means_the_very_same():
    memory = Memory([Rendering("We demand peace!", "La paix !", "ic"), Rendering("We demand peace.", "La paix.", "fr")])
    assert [(found.score, found.text) for found in memory.like("We demand peace.")] == [(100, "La paix."), (93, "La paix !")]
    assert [found.text for found in memory.exact("We demand peace.")] == ["La paix."]


def test_a_not_more_is_shown():
    source = "The sections send delegates to the congress of the International in every second year."
    memory = Memory([Rendering(source.replace("send", "do not send"), "N'envoient pas.", "ic")])
    (found,) = memory.like(source)
    assert 75 <= found.score < 100
    assert ("delete", "do not ") in found.pieces


def test_the_memory_names_every_section_that_said_so_and_leaves_out_what_is_on_the_page():
    memory = Memory([Rendering("A b c.", "X.", "ic"), Rendering("A b c.", "X.", "fr"), Rendering("A b c.", "Y.", "ar")])
    assert [(found.text, found.sections) for found in memory.like("A b c.")] == [("X.", ("fr", "ic")), ("Y.", ("ar",))]
    assert [found.text for found in memory.like("A b c.", but="X.")] == ["Y."]
    assert memory.like("Something that is not like it at all.") == ()


def test_the_digest_names_a_text():
    assert digest("X.") == digest("X.") != digest("Y.")
