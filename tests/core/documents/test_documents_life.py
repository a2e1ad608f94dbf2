"""A document's life through the section's two doors."""

import pytest
from sqlalchemy.event import listen, remove

from internationale.errors import Conflict, Invalid, NotFound, Refused
from internationale.kit import INTERNATIONAL, Reader
from internationale.kit.documents import TITLE, Progress, Title, UnitState
from internationale.rooms.documents.port import amending, revising
from internationale.rooms.documents.port.amending import Proposal
from internationale.rooms.documents.queries import amendments, documents, translations
from internationale.rooms.documents.rows.shared import Revision
from internationale.testing import carrying
from internationale.testing.people import speaker
from internationale.text.blocks import join

FIRST = "# Hours\n\nWe stand for thirty-five hours.\n\nNight work is paid double.\n\n---\n\nThe books are open.\n"


def opened(section, text, **changed):
    said = {"kind": "draft", "language": "en", "title": "Hours", "text": text, "audience": INTERNATIONAL} | changed
    with section.writing() as session:
        return section.documents.open(session, **said, by=speaker(section))


def exact(section, document, number=None):
    with section.reading() as session:
        return join(documents.text(session, document, number).blocks)


def units(section, document, language):
    with section.reading() as session:
        reading = section.documents.read(session, document, language)
        return {unit.block.source: unit for unit in reading.units}, reading


def block_of(section, document, words):
    return next(unit.block.id for source, unit in units(section, document, "en")[0].items() if words in source)


def proposal(section, document, words, **changed):
    with section.reading() as session:
        revision = documents.summary(session, document).revision
    said = {
        "block": block_of(section, document, words),
        "revision": revision,
        "change": "replace",
        "language": "en",
        "title": "Thirty",
        "reason": "Because.",
        "text": "We stand for thirty hours.",
    }
    return Proposal(**(said | changed))


def test_an_opened_document_reads_the_same_everywhere(three, ic, text):
    document = opened(ic, text.first)
    carrying.hand_on(*three)
    for section in three:
        assert exact(section, document) == text.first
        with section.reading() as session:
            (summary,) = section.documents.list(session, "draft")
        assert (summary.id, summary.home, summary.title, summary.revision) == (document, "ic", "Hours", 1)
        _, reading = units(section, document, "en")
        assert [unit.block.number for unit in reading.units] == ["", "", "1", "2", "", "3"]
        assert reading.complete


def test_a_long_text_travels_in_parts(three, ic, fr):
    long = "\n\n".join(f"Paragraph {number} of many. " + "words and more words " * 20 for number in range(2_000)) + "\n"
    document = opened(ic, long)
    waiting = fr.accept(carrying.said(ic))
    assert waiting == ["waiting"]
    assert fr.add_parts(carrying.parts(*three))
    assert exact(fr, document) == long
    with ic.writing() as session:
        ic.documents.revise(
            session,
            document,
            base=1,
            title="Hours",
            text=long.replace("Paragraph 7 ", "Section 7 "),
            note="",
            by=speaker(ic),
        )
    carrying.hand_on(*three)
    assert exact(fr, document) == long.replace("Paragraph 7 ", "Section 7 ")


def test_a_revision_outdates_exactly_the_changed_paragraphs(three, ic, fr, text):
    document = opened(ic, text.first)
    carrying.hand_on(*three)
    known, _ = units(fr, document, "fr")
    texts = {unit.block.id: f"[fr] {source}" for source, unit in known.items() if unit.state is UnitState.MISSING}
    assert TITLE in texts
    assert len(texts) == 5
    with fr.writing() as session:
        fr.documents.offer(session, document, "fr", texts, revision=1, by=speaker(fr))
        assert list(fr.documents.progress(session, document)) == [Progress("ar", 0, 0, 5), Progress("fr", 5, 0, 0)]
    with ic.writing() as session:
        ic.documents.revise(session, document, base=1, title="Hours", text=text.second, note="", by=speaker(ic))
    carrying.hand_on(*three)
    for section in three:
        now, reading = units(section, document, "fr")
        states = {source: unit.state for source, unit in now.items() if unit.state is not UnitState.CURRENT}
        assert states == {"We stand for thirty hours.": UnitState.OUTDATED}
        unit = now["We stand for thirty hours."]
        assert (unit.made_from, unit.text, unit.by) == (
            "We stand for thirty-five hours.",
            "[fr] We stand for thirty-five hours.",
            "fr",
        )
        assert not reading.complete
        with section.reading() as session:
            assert list(section.documents.progress(session, document)) == [Progress("ar", 0, 0, 5), Progress("fr", 4, 1, 0)]
            assert section.documents.read(session, document, "fr", revision=1).complete
            assert section.documents.titles(session, [document], "fr") == {document: Title(texts[TITLE], "fr", "fr")}
            for language in ("ar", "en"):
                assert section.documents.titles(session, [document], language) == {document: Title("Hours", "en")}
            assert section.documents.titles(session, [], "fr") == section.documents.progress_of(session, []) == {}
            with pytest.raises(NotFound):
                section.documents.titles(session, [document, "ic-nothing"], "fr")


def test_a_source_that_comes_back_makes_its_translation_current_again(ic, text):
    document = opened(ic, text.first)
    known, _ = units(ic, document, "fr")
    block = known["We stand for thirty-five hours."].block.id
    by = speaker(ic)
    for base, words in ((1, "A"), (2, "B")):
        with ic.writing() as session:
            ic.documents.offer(session, document, "fr", {block: words}, revision=base, by=by)
            after = text.second if base == 1 else text.first
            ic.documents.revise(session, document, base=base, title="Hours", text=after, note="", by=by)
    now, _ = units(ic, document, "fr")
    assert (now["We stand for thirty-five hours."].state, now["We stand for thirty-five hours."].text) == (UnitState.CURRENT, "A")


def test_of_strangers_translations_the_first_sections_is_shown(three, ic, fr, ar, text):
    document = opened(ic, text.first)
    carrying.hand_on(*three)
    block = block_of(ic, document, "books")
    for section in (fr, ar):
        with section.writing() as session:
            section.documents.offer(session, document, "eo", {block: section.code}, revision=1, by=speaker(section))
    carrying.hand_on(*three)
    shown = {section.code: units(section, document, "eo")[0]["The books are open."].by for section in three}
    assert shown == {"ic": "ar", "fr": "fr", "ar": "ar"}


def test_an_amendment_goes_round_and_is_taken_in(three, ic, fr, text):
    document = opened(ic, text.first)
    carrying.hand_on(*three)
    with fr.writing() as session:
        amendment = amending.propose(fr, session, document, proposal(fr, document, "thirty-five"), speaker(fr, "lucie"))
    carrying.hand_on(*three)
    for section in three:
        with section.reading() as session:
            card = amendments.one(session, document, amendment)
            (line,) = amendments.proposed(session, card)
            assert section.documents.get(session, document).open_amendments == 1
        assert (card.section, card.author, card.state, card.blocks) == ("fr", "lucie", "open", (line.block,))
        assert [tuple(piece) for piece in line.pieces] == [
            ("equal", "We stand for thirty"),
            ("delete", "-five"),
            ("equal", " hours."),
        ]
    by = speaker(ic)
    with ic.writing() as session:
        amending.decide(ic, session, document, amendment, decision="accepted", reason="It is right.", by=by)
        assert [card.id for card in revising.waiting(session, document)] == [amendment]
        draft = revising.draft(session, document, [amendment])
        assert (draft.text, draft.colliding) == (text.second, ())
        revising.revise(ic, session, document, base=1, title="Hours", text=draft.text, note="", by=by, taking=[amendment])
        assert revising.waiting(session, document) == []
    carrying.hand_on(*three)
    for section in three:
        assert exact(section, document) == text.second
        with section.reading() as session:
            card = amendments.one(session, document, amendment)
            assert (card.state, card.verdicts[0].reason) == ("accepted", "It is right.")
            assert documents.revision(session, document, 2).amendments == (amendment,)


def test_accepted_amendments_that_collide_are_left_to_people(ic, text):
    document = opened(ic, text.first)
    by = speaker(ic)
    words = ("We stand for thirty hours.", "We stand for twenty hours.", "The books are open to all.")
    made = []
    with ic.writing() as session:
        for said in words:
            target = "books" if "books" in said else "thirty-five"
            given = proposal(ic, document, target, text=said)
            made.append(amending.propose(ic, session, document, given, by))
            amending.decide(ic, session, document, made[-1], decision="accepted", reason="Yes.", by=by)
        draft = revising.draft(session, document, made)
        overlaps = [amendments.overlapping(session, amendments.one(session, document, id)) for id in made]
    assert [[card.id for card in cards] for cards in overlaps] == [[made[1]], [made[0]], []]
    assert draft.text == text.second.replace("open.", "open to all.")
    assert [card.id for card in draft.taken] == [made[0], made[2]]
    assert [card.id for card in draft.colliding] == [made[1]]


@pytest.mark.parametrize(
    ("change", "words", "after"),
    [
        ("delete", "", FIRST.replace("We stand for thirty-five hours.\n\n", "")),
        (
            "insert",
            "And for thirty.",
            FIRST.replace("\n\nNight", "\n\nAnd for thirty.\n\nNight"),
        ),
    ],
)
def test_paragraphs_are_inserted_and_taken_out(ic, text, change, words, after):
    document = opened(ic, text.first)
    by = speaker(ic)
    with ic.writing() as session:
        given = proposal(ic, document, "thirty-five", change=change, text=words)
        amendment = amending.propose(ic, session, document, given, by)
        amending.decide(ic, session, document, amendment, decision="accepted", reason="Yes.", by=by)
        assert revising.draft(session, document, [amendment]).text == after


def test_what_may_not_be_is_refused_in_words(three, ic, fr, text):
    document = opened(ic, text.first)
    carrying.hand_on(*three)
    home, french = speaker(ic), speaker(fr)
    given = proposal(fr, document, "thirty-five")
    with fr.writing() as session:
        room = fr.documents
        with pytest.raises(Refused):
            room.revise(session, document, base=1, title="Hours", text=text.second, note="", by=french)
        with pytest.raises(Refused):
            amending.propose(fr, session, document, given, Reader(id="a", handle="a"))
        with pytest.raises(NotFound):
            room.get(session, "ic-000000000000")
        with pytest.raises(NotFound):
            room.get(session, "\0")
        with pytest.raises(Invalid):
            room.offer(session, document, "fr", {"nowhere": "x"}, revision=1, by=french)
        with pytest.raises(Invalid):
            room.offer(session, document, "en", {TITLE: "x"}, revision=1, by=french)
        with pytest.raises(NotFound):
            room.offer(session, document, "fr", {TITLE: "x"}, revision=2, by=french)
        with pytest.raises(Invalid):
            room.open(session, kind="unheard", language="fr", title="T", text="x", audience=INTERNATIONAL, by=french)
        amendment = amending.propose(fr, session, document, given, french)
        with pytest.raises(Refused):
            amending.decide(fr, session, document, amendment, decision="accepted", reason="x", by=french)
        amending.withdraw(fr, session, document, amendment, reason="", by=french)
        with pytest.raises(Conflict):
            amending.withdraw(fr, session, document, amendment, reason="", by=french)
    carrying.hand_on(*three)
    with ic.writing() as session:
        with pytest.raises(Conflict):
            amending.decide(ic, session, document, amendment, decision="accepted", reason="x", by=home)
        with pytest.raises(Conflict):
            ic.documents.revise(session, document, base=1, title="Hours", text=text.first, note="", by=home)
        ic.documents.revise(session, document, base=1, title="Hours", text=text.second, note="", by=home)
        with pytest.raises(Conflict):
            ic.documents.revise(session, document, base=1, title="Hours", text=text.third, note="", by=home)


def test_bytes_come_out_as_they_went_in(three, ic, ar):
    strange = "\ufeff\r\n# Titre\r\n\r\n* un\r\n* deux  \r\n\r\n\tcode\r\n[lien]: http://example.org\r\n\r\n\r\n"
    document = opened(ic, strange)
    carrying.hand_on(*three)
    assert exact(ar, document) == strange


def test_a_revision_is_taken_in_without_reading_all_before_it(ic, fr, draft, text):
    """There may be thousands, each with a long note, and whoever revises decides how many."""
    document, _block = draft
    many = 12
    for number in range(1, many + 1):
        with ic.writing() as session:
            said = f"{text.first}\nRevision {number}.\n"
            ic.documents.revise(session, document, base=number, title="T", text=said, note="N", by=speaker(ic))
    read = []
    listen(Revision, "load", note := lambda row, _context: read.append(row.number))
    try:
        assert fr.accept(carrying.said(ic)) == ["duplicate", *["applied"] * many]
    finally:
        remove(Revision, "load", note)
    assert len(read) <= 2 * many
    with fr.reading() as session:
        assert [card.number for card in documents.revisions(session, document)] == [*range(1, many + 2)]
        assert documents.revision(session, document, 7).number == 7


def test_no_section_buries_the_languages_of_the_others(ic, fr, ar, draft):
    """One offers a title in a thousand made-up languages; the page of the text would list them all, and count in each."""
    document, block = draft
    noise = [f"en-{number:05}" for number in range(translations.INTO + 5)]
    for section, language, unit in [(ar, "de", TITLE), *((fr, language, TITLE) for language in noise), (fr, noise[-1], block)]:
        with section.writing() as session:
            section.documents.offer(session, document, language, {unit: "x"}, revision=1, by=speaker(section))
    carrying.hand_on(ic, fr, ar)
    with ic.reading() as session:
        assert translations.languages_offered(session, document, INTERNATIONAL) == {
            "de",
            noise[-1],
            *noise[: translations.INTO - 1],
        }
