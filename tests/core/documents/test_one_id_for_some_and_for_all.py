"""One opening said twice, sealed for some and openly: what was said of the sealed text is never read with the open one."""

import random

import pytest

from internationale.kit import Utterance
from internationale.kit.documents import TITLE
from internationale.rooms.documents.events import AmendmentProposed
from internationale.rooms.documents.queries import documents
from internationale.rooms.documents.rules import writing
from internationale.testing import carrying, oracle
from internationale.testing.people import member, speaker

ID = "fr-aaaaaaaaaaaa"
SOME = "ar fr"
READERS = ("member", "")


def say(section, payload, audience):
    with section.writing() as session:
        return section.publish(session, Utterance(payload, audience=audience), by=speaker(section))[0].ref


def opening(title):
    return writing.opening(ID, kind="draft", language="fr", title=title, text="Un.\n\nDeux.")[0]


def offered(section, words, ref, language="ar"):
    """Offers all of a text, made of these words."""
    with section.writing() as session:
        reading = section.documents.read(session, ID, language, revision=ref)
        units = {unit.block.id: f"{words} {unit.block.id}" for unit in reading.units}
        section.documents.offer(session, ID, language, units, revision=ref, by=speaker(section))


@pytest.fixture
def twins(three, fr, ar):
    """``fr`` opens a text for ``ar``, which puts it into its language, and then the same blocks for the world."""
    said = opening("Entre nous")
    sealed = say(fr, said, SOME)
    carrying.hand_on(*three)
    offered(ar, "our secret words", sealed)
    offered(ar, "nia sekreto", sealed, "eo")
    carrying.hand_on(*three)
    found = sealed, say(fr, said.model_copy(update={"title": "Titre"}), "public")
    carrying.hand_on(*three)
    return found


def test_what_was_sealed_is_not_read_with_the_open_text(three, twins, browser):
    for section in three:
        for role in READERS:
            reader = browser(section, *[role][: bool(role)], language="ar")
            page = reader.get(f"/documents/{ID}?read=ar").text
            assert ("Deux." in page, "our secret words" in page) == (True, False)
            assert "read=eo" not in page
            api = reader.get(f"/api/v1/documents/{ID}?language=ar")
            assert [unit["state"] for unit in api.json()["units"]] == ["missing"] * 3
            assert reader.get(f"/api/v1/documents/{ID}?language=eo").status_code == 400
            progress = {each["language"]: each["missing"] for each in reader.get(f"/api/v1/documents/{ID}/progress").json()}
            assert progress["ar"] == 3
        with section.reading() as session:
            assert section.documents.titles(session, [ID], "ar")[ID].text == "Titre"
            assert section.documents.renderings(session, "fr", "ar", member(section)) == []
        oracle.replayed(section)


def test_the_sealed_text_keeps_what_was_said_of_it(three, fr, ar, twins):
    sealed, open_one = twins
    offered(fr, "for all", open_one)
    carrying.hand_on(*three)
    for section in (fr, ar):
        with section.reading() as session:
            for ref, words in ((sealed, "our secret words"), (open_one, "for all")):
                reading = section.documents.read(session, ID, "ar", revision=ref)
                assert [unit.text for unit in reading.units] == [f"{words} {unit.block.id}" for unit in reading.units]
                assert section.documents.titles_pinned(session, [ref], "ar")[ref].text == f"{words} {TITLE}"
            assert section.documents.titles(session, [ID], "ar")[ID].text == f"for all {TITLE}"
            said = section.documents.renderings(session, "fr", "ar", member(section))
            assert {each.text.rpartition(" ")[0] for each in said} == {"for all"}


def test_passers_by_learn_nothing_of_the_texts_that_are_not_for_them(three, fr, ar, twins, browser):
    international = say(fr, opening("Entre camarades"), "international")
    carrying.hand_on(*three)
    offered(ar, "for comrades", international)
    carrying.hand_on(*three)
    for section in three:
        page = browser(section, language="ar").get(f"/documents/{ID}?read=ar").text
        assert ("Deux." in page, "for comrades" in page) == (True, False)
        assert "Entre camarades" not in browser(section, language="en").get(f"/documents/{ID}/revisions").text
        assert "Entre camarades" in browser(section, "member", language="en").get(f"/documents/{ID}/revisions").text
        assert "Entre nous" not in browser(section, language="en").get(f"/documents/{ID}/revisions").text
    assert "Entre nous" in browser(ar, "member", language="en").get(f"/documents/{ID}/revisions").text


def test_amendments_to_the_sealed_text_are_not_counted_with_the_open_one(three, fr, ar, twins):
    sealed, open_one = twins
    for ref, audience in ((sealed, SOME), (open_one, "international")):
        with ar.writing() as session:
            blocks = documents.text_pinned(session, ID, ref).blocks
            written = writing.write(blocks, writing.rewritten(blocks, "Un.\n\nTrois."))
            amendment = f"ar-{ref.sequence:012}"
            said = {"document": ID, "amendment": amendment, "language": "fr", "title": "T", "reason": "R"}
            proposed = AmendmentProposed(**said, changes=written.changes, digest=written.digest)
            ar.publish(session, Utterance(proposed, refs=(ref,), audience=audience), by=speaker(ar))
    carrying.hand_on(*three)
    for section in three:
        with section.reading() as session:
            assert documents.summary(session, ID).open_amendments == 1


@pytest.mark.parametrize("seed", range(4))
def test_rows_are_the_same_in_any_order(federation, three, fr, ar, twins, seed):
    """Also where offers for some and for all are of one section, language, block and source."""
    sealed, open_one = twins
    offered(ar, "for all", open_one)
    offered(ar, "for some again", sealed)
    carrying.hand_on(*three)
    expected = oracle.rows(fr)
    assert oracle.rows(ar) == expected
    everything = carrying.said(*three)
    random.Random(seed).shuffle(everything)
    with fr.writing() as session:
        for table in ("event", "mention", "parked", "waiting", "head"):
            session.connection().exec_driver_sql(f"DELETE FROM ledger_{table}")
        fr.ledger.replay_all(session, fr.now())
    for delivery in everything:
        fr.accept([delivery])
    assert oracle.rows(fr) == expected
    oracle.replayed(fr)
