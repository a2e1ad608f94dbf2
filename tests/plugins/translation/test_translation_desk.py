"""The translator's work in three sections, through the plugin's deeds."""

from dataclasses import replace
from datetime import datetime

import click
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner

import internationale_translation
from internationale.kit import Conflict, Invalid, NotFound, Refused
from internationale.kit.documents import UnitState
from internationale.testing.people import member
from internationale_translation import port, queries
from internationale_translation.queries import Bench
from internationale_translation.rows import DraftRow
from internationale_translation.rules.memory import digest

from .story import FRENCH, TEXT, TITLE


def test_a_rule_is_no_work(story):
    assert [line.unit.block.source for line in story.desk().lines] == list(FRENCH)
    assert story.states() == [UnitState.MISSING] * 4


def test_drafts_are_private_until_shared(story):
    assert story.work(port.save, texts=story.texts(), revision=1) == 4
    assert [line.text for line in story.desk().lines] == list(FRENCH.values())
    story.carry()
    assert story.states() == [UnitState.MISSING] * 4
    assert story.work(port.share, texts=story.texts(), revision=1) == 4
    story.carry()
    assert story.states() == [UnitState.CURRENT] * 4
    assert story.desk().drafts == 0
    assert story.states(code="ic", language="fr") == [UnitState.CURRENT] * 4


def test_drafts_are_each_translator_s_own(story):
    story.work(port.save, texts=story.texts(), revision=1)
    assert story.desk(code="ar", language="fr").drafts == 0


def test_what_stays_as_it_was_is_no_draft(story):
    texts = story.texts()
    story.work(port.save, texts=texts, revision=1)
    assert story.work(port.save, texts=texts, revision=1) == 0
    assert story.work(port.save, texts=dict.fromkeys(texts, ""), revision=1) == 4
    assert story.desk().drafts == 0


def test_exactly_the_changed_paragraph_becomes_outdated(story):
    story.work(port.share, texts=story.texts(), revision=1)
    story.carry()
    story.revise(TEXT.replace("rise with prices", "rise with prices and rents"))
    lines = story.desk().lines
    assert [line.unit.state for line in lines] == [UnitState.CURRENT, UnitState.CURRENT, UnitState.OUTDATED, UnitState.CURRENT]
    assert [piece for piece in lines[2].source_pieces if piece.op != "equal"] == [("insert", " and rents")]
    assert lines[2].text == FRENCH["Wages must rise with prices."]


def test_still_right_with_one_click(story):
    story.work(port.share, texts=story.texts(), revision=1)
    block = story.block("Wages must rise with prices.")
    story.revise(TEXT.replace("Wages must", "The wages must"))
    assert story.work(port.confirm, blocks=[block]) == 1
    (line,) = story.desk().sharable
    story.work(port.share_drafts, chosen={block: digest(line.text)}, revision=2)
    story.carry()
    assert story.states() == [UnitState.CURRENT] * 4


def test_nothing_is_still_right_that_never_was(story):
    with pytest.raises(Invalid):
        story.work(port.confirm, blocks=[story.block("We demand peace.")])


def test_a_draft_written_before_the_change_is_kept_and_not_shared(story):
    block = story.block("We demand peace.")
    story.work(port.save, texts={block: FRENCH["We demand peace."]}, revision=1)
    story.revise(TEXT.replace("demand peace", "demand peace now"))
    desk = story.desk()
    assert (desk.sharable, [line.text for line in desk.stale]) == ((), [FRENCH["We demand peace."]])
    with pytest.raises(Conflict):
        story.work(port.share_drafts, chosen={block: digest(FRENCH["We demand peace."])}, revision=2)


def test_saving_a_page_that_was_opened_before_the_revision(story):
    block = story.block("We demand peace.")
    story.revise(TEXT.replace("demand peace", "demand peace now"))
    story.work(port.save, texts={block: "Nous exigeons la paix."}, revision=1)
    assert [line.made_from for line in story.desk().stale] == ["We demand peace."]


def test_only_what_was_seen_is_shared(story):
    block = story.block("We demand peace.")
    story.work(port.save, texts={block: "Paix !"}, revision=1)
    with pytest.raises(Conflict):
        story.work(port.share_drafts, chosen={block: digest("Guerre !")}, revision=1)
    with pytest.raises(Conflict):
        story.work(port.share, texts={block: "Paix !"}, revision=7)


def test_memory_suggests_what_any_section_offered(story):
    story.work(port.share, texts=story.texts(), revision=1)
    story.document = story.at(
        "ic",
        lambda section, session: section.documents.open(
            session,
            kind="statement",
            language="en",
            title="Another",
            text="We demand peace now.\n\nThe rich shall pay.\n",
            audience="international",
            by=story.author,
        ),
    )
    story.carry()
    near = story.work(queries.suggestions, block=story.block("We demand peace now."))
    same = story.work(queries.suggestions, block=story.block("The rich shall pay."))
    assert [(found.score < 100, found.text, found.sections) for found in near] == [(True, FRENCH["We demand peace."], ("fr",))]
    assert [(found.score, found.text) for found in same] == [(100, FRENCH["The rich shall pay."])]
    story.work(port.adopt, block=story.block("The rich shall pay."), digest=digest(same[0].text))
    assert [line.text for line in story.desk().sharable] == [FRENCH["The rich shall pay."]]


def test_memory_suggests_nothing_of_texts_that_the_reader_may_not_read(story):
    story.work(port.share, texts=story.texts(), revision=1)
    said = {"language": "en", "title": "Another", "text": "The rich shall pay.", "audience": "international"}
    of = story.document
    story.document = story.at(
        "ic", lambda section, session: section.documents.open(session, kind="statement", **said, by=story.author)
    )
    story.carry()
    fr, block = story.sections["fr"], story.block("The rich shall pay.")
    reader = member(fr, "member", "translator", language="en")
    narrow = replace(reader, capabilities={**reader.capabilities, "documents.read": frozenset([story.document])})
    both = replace(reader, capabilities={**reader.capabilities, "documents.read": frozenset([story.document, of])})
    with fr.reading() as session:
        benches = [Bench(fr, session, story.document, "fr", who) for who in (reader, both, narrow)]
        found = [[each.text for each in queries.suggestions(bench, block)] for bench in benches]
        desks = [queries.with_suggestions(bench, desk, desk.lines) for bench in benches for desk in [queries.desk(bench)]]
    assert found == [[FRENCH["The rich shall pay."]], [FRENCH["The rich shall pay."]], []]
    assert [any(line.suggestions for line in lines) for lines in desks] == [True, True, False]


def test_who_may(story):
    with pytest.raises(Refused):
        story.work(port.save, roles=("member",), texts={}, revision=1)


@pytest.mark.parametrize("language", ["en", "xx", "../fr"])
def test_only_into_languages_of_the_federation(story, language):
    with pytest.raises(NotFound):
        story.desk(language=language)


def test_unknown_paragraphs_and_documents(story):
    with pytest.raises(Invalid):
        story.work(port.save, texts={"nobody": "x"}, revision=1)
    story.document = "ic-nothing"
    with pytest.raises(NotFound):
        story.desk()


def test_what_waits_for_a_translator(story):
    def titles():
        reader = member(story.sections["fr"], "translator", language="fr")
        return story.at("fr", lambda section, session: [str(need.title) for need in queries.needs(section, session, reader)])

    assert titles() == ["“Against the war” is not translated yet."]
    story.work(port.save, texts=story.texts(), revision=1)
    assert "You have 4 drafts for “Against the war” that nobody else can see yet." in titles()
    story.work(port.share, texts=story.texts(), revision=1)
    assert titles() == []
    story.revise(TEXT.replace("peace", "peace and bread").replace("The rich", "Only the rich"))
    assert titles() == ["2 paragraphs of “Against the war” have changed since they were translated."]


def test_drafts_are_taken_along_and_go_with_their_translator(story):
    block = story.block("We demand peace.")
    story.work(port.save, texts={block: "Nous exigeons la paix."}, revision=1)
    (draft,) = story.at("fr", lambda section, session: section.kept(session, "fr-rosa"))["translation"]["drafts"]
    assert (draft["source"], draft["text"]) == ("We demand peace.", "Nous exigeons la paix.")
    assert datetime.fromisoformat(draft["changed"]).tzinfo is not None
    story.at("fr", lambda section, session: section.forget(session, "fr-clara"))
    assert story.work(queries.drafts) != {}
    story.at("fr", lambda section, session: section.forget(session, "fr-rosa"))
    assert story.work(queries.drafts) == {}
    assert "translation" not in story.at("fr", lambda section, session: section.kept(session, "fr-rosa"))


def test_the_matrix(story):
    (row,) = story.at("fr", queries.matrix)
    assert (row.document.title, [cell.missing for cell in row.cells]) == (TITLE, [4])


def test_the_host_sees_how_far_it_is(story):
    cli = click.Group()
    internationale_translation.commands(cli)
    story.work(port.share, texts=dict(list(story.texts().items())[:1]), revision=1)
    answer = CliRunner().invoke(cli, ["translation", "progress"], obj=lambda: story.sections["fr"])
    assert answer.output == f"1\t0\t3\tfr\t{story.document}\tAgainst the war\n"


def test_the_migration_makes_the_table(fr):
    def ours(name, kind, _):
        return kind != "table" or name == "translation_draft"

    with fr.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours})
        assert compare_metadata(context, DraftRow.metadata) == []
