"""What pages call the sections: two that look alike are told apart, also where the page is read from the right."""

import pytest

from internationale.rooms.roster import port as roster
from internationale.testing import carrying
from internationale.testing.founding import unite
from internationale.testing.people import member

TWIN = "Intern\u0430tional Committee"  # one letter of another script
SHOWN = '<span class="section"><bdi lang="en">{}</bdi> <small dir="ltr">({})</small></span>'


@pytest.fixture
def two(federation):
    """The committee, and a section that calls itself like it."""
    sections = [federation.alone("ic"), federation.alone("fr", name=TWIN, languages=("en",))]
    unite(sections)
    return sections


def opened(section, handle):
    with section.writing() as session:
        said = {"kind": "statement", "language": "en", "title": "Peace", "text": "Peace.", "audience": "international"}
        return section.documents.open(session, **said, by=member(section, "delegate", handle=handle))


def test_the_code_stands_beside_the_name_wherever_somebody_signs(two, browser):
    ic, fr = two
    document = opened(fr, "InternationalCommittee")
    carrying.hand_on(*two)
    reader = browser(ic, member(ic, "member", "delegate", "host", language="en"))
    by = SHOWN.format(TWIN, "fr") + ", by <bdi>InternationalCommittee</bdi>"
    assert by in reader.get(f"/documents/{document}/revisions").text
    for path in (f"/documents/{document}", "/federation", f"/statements/{document}", "/statements", "/programme/new"):
        assert SHOWN.format(TWIN, "fr") in reader.get(path).text, path
    assert SHOWN.format("International Committee", "ic") in reader.get("/federation").text


def test_in_arabic_the_sentence_goes_round_it(two, browser):
    ic, fr = two
    document = opened(fr, "clara")
    carrying.hand_on(*two)
    page = browser(ic, member(ic, "member", language="ar"), language="ar").get(f"/documents/{document}/revisions").text
    assert 'dir="rtl"' in page
    assert SHOWN.format(TWIN, "fr") in page


def proposed(section):
    with section.writing() as session:
        draft = roster.draft(session, "renew", "", section.now())
        roster.propose(section, session, draft, why="A year has passed.", by=member(section, "delegate"))


def drafted(section):
    with section.writing() as session:
        said = {"kind": "programme", "language": "en", "title": "Bread", "text": "Bread.", "audience": "international"}
        section.documents.open(session, **said, by=member(section, "delegate"))


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["Circulated by: {}", "Proposed by {}, for version 3."]),
        ("ar", ["عمّمه: \u2068{}\u2069", "اقترحه \u2068{}\u2069،"]),
    ],
)
def test_what_waits_for_somebody_says_of_which_of_them(two, browser, language, sentences):
    ic, fr = two
    drafted(fr)
    proposed(fr)
    carrying.hand_on(*two)
    page = browser(ic, member(ic, "member", "delegate", "host", language=language), language=language).get("/").text
    for sentence in sentences:
        assert sentence.format(f"{TWIN} (fr)") in page, sentence
