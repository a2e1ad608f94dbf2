"""Whose translation is shown, and that it is said whose: no section puts words into another's mouth by what it is called."""

import pytest

from internationale.kit import INTERNATIONAL, PUBLIC
from internationale.kit.documents import TITLE, Title
from internationale.testing import carrying
from internationale.testing.people import speaker


def opened(section, language, audience=INTERNATIONAL):
    with section.writing() as session:
        said = {"kind": "word", "language": language, "title": "Hours", "text": "Thirty-five.", "audience": audience}
        return section.documents.open(session, **said, by=speaker(section))


def offer(section, document, language, words=None):
    with section.writing() as session:
        units = section.documents.read(session, document, language).units
        texts = {unit.block.id: words or section.code for unit in units}
        section.documents.offer(session, document, language, texts, revision=1, by=speaker(section))


def shown(section, document, language):
    with section.reading() as session:
        reading = section.documents.read(session, document, language)
        titles = section.documents.titles(session, [document], language)
        (pinned,) = section.documents.titles_pinned(session, [reading.ref], language).values()
    assert titles[document] == pinned == Title(reading.title, reading.title_language, reading.title_by)
    assert {unit.by for unit in reading.units} == {*reading.translators}
    return reading.units[1].text


@pytest.mark.parametrize(
    ("home", "language", "expected"),
    [
        (0, "fr", {"ic": "ic", "fr": "fr", "ar": "ar"}),  # our own section's before all others
        (1, "en", {"ic": "ic", "fr": "fr", "ar": "ar"}),
    ],
)
def test_each_section_shows_its_own_words_first(three, home, language, expected):
    document = opened(three[home], "eo")
    carrying.hand_on(*three)
    for section in three:
        offer(section, document, language)
    carrying.hand_on(*three)
    assert {section.code: shown(section, document, language) for section in three} == expected


def test_then_those_of_the_section_whose_text_it_is(three, ic, fr, ar):
    document = opened(ic, "en")
    carrying.hand_on(*three)
    offer(ic, document, "fr")
    offer(fr, document, "fr")
    carrying.hand_on(*three)
    assert [shown(section, document, "fr") for section in three] == ["ic", "fr", "ic"]


def test_then_those_of_a_section_that_works_in_the_language(three, ic, fr, ar):
    """``ar`` comes before ``ic`` by its code, and does not work in English."""
    document = opened(fr, "fr")
    carrying.hand_on(*three)
    offer(ar, document, "en")
    offer(ic, document, "en")
    carrying.hand_on(*three)
    assert [shown(section, document, "en") for section in three] == ["ic", "ic", "ar"]


def test_the_page_and_the_api_say_whose_words_they_are(three, ic, fr, ar, browser):
    document = opened(fr, "fr", PUBLIC)
    carrying.hand_on(*three)
    offer(ar, document, "en", "Strike!")
    carrying.hand_on(*three)
    passer_by = browser(ic, language="en")
    page = passer_by.get(f"/documents/{document}?read=en").text
    assert (
        page.index("Translated by:")
        < page.index("الفرع العربي</", page.index("Translated by:"))
        < page.index("Strike!", page.index("<article"))
    )
    assert "Translated by:" not in passer_by.get(f"/documents/{document}?read=fr").text
    answer = passer_by.get(f"/api/v1/documents/{document}", params={"language": "en"}).json()
    assert (answer["translators"], {unit["by"] for unit in answer["units"]}) == (["ar"], {"ar"})
    assert answer["event"] == answer["document"]["event"]


def test_a_title_that_was_changed_is_not_shown_in_the_words_of_the_old_one(three, ic, fr):
    document = opened(ic, "en")
    carrying.hand_on(*three)
    offer(fr, document, "fr", "Heures")
    with ic.writing() as session:
        said = {"title": "No hours", "text": "Thirty-five.", "note": ""}
        ic.documents.revise(session, document, base=1, **said, by=speaker(ic))
    carrying.hand_on(*three)
    with fr.reading() as session:
        now, before = (fr.documents.read(session, document, "fr", revision=number) for number in (2, 1))
        pinned = fr.documents.titles_pinned(session, [now.ref, before.ref], "fr")
    assert [(each.title, each.title_language) for each in (now, before)] == [("No hours", "en"), ("Heures", "fr")]
    assert pinned == {now.ref: Title("No hours", "en"), before.ref: Title("Heures", "fr", "fr")}
    assert now.units[0].block.id == TITLE
