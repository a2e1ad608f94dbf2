"""Whoever can read a sealed text can say that it has shown it to others; that is its word, and keeps nobody from showing it."""

from collections.abc import Callable
from typing import Any

import pytest

from internationale.errors import Conflict
from internationale.events.sealed import Reshared
from internationale.kit import NotFound, Utterance
from internationale.rooms.sealing import port, queries
from internationale.section import Section
from internationale.testing import carrying, oracle
from internationale.testing.people import member, speaker

Make = Callable[..., Any]


def carry(*sections: Section) -> None:
    for _round in range(2):
        events, texts = carrying.said(*sections), carrying.parts(*sections)
        for section in sections:
            section.accept(events)
            section.add_parts(texts)


def readable(section: Section, document: str) -> bool:
    with section.reading() as session:
        try:
            return bool(section.documents.get(session, document).title == "T")
        except NotFound:
            return False


def again(section: Section, document: str) -> list[tuple[str, str]]:
    with section.reading() as session:
        return [(each.section, each.by) for each in queries.shared_again(session, document, ("fr", "ic"))]


@pytest.fixture
def document(federation: Make) -> tuple[str, list[Section]]:
    """A text of ``ic`` for ``fr``, which says that it has shown it to ``ar``, with nothing inside."""
    three = ic, fr, _ar = federation("ic", "fr", "ar")
    with ic.writing() as session:
        said = {"kind": "programme", "language": "en", "title": "T", "text": "One.", "audience": "fr ic"}
        document = ic.documents.open(session, **said, by=member(ic, "delegate"))
    carry(*three)
    with fr.writing() as session:
        claim = Reshared(subject=document, events=(str(fr.documents.get(session, document).ref),))
        fr.publish(session, Utterance(claim, parts=(b"nothing",), audience="ar fr ic"), by=speaker(fr))
    carry(*three)
    return document, list(three)


def test_the_home_shows_its_text_whatever_another_says_to_have_shown(document: Any, browser: Any) -> None:
    id, (ic, fr, ar) = document
    assert not readable(ar, id)
    with ic.writing() as session:
        assert port.share(ic, session, id, with_="ar", by=member(ic, "delegate")) == 1
    carry(ic, fr, ar)
    assert readable(ar, id)
    with ic.writing() as session, pytest.raises(Conflict, match="shown everything already"):
        port.share(ic, session, id, with_="ar", by=member(ic, "delegate"))
    for section in (ic, fr, ar):
        assert again(section, id) == [("ar", "fr"), ("ar", "ic")]
        oracle.replayed(section)


def test_whose_word_it_is_is_told(document: Any, browser: Any) -> None:
    id, (ic, fr, ar) = document
    says = "says that it has shown something of it to"
    for section in (ic, fr):
        person = browser(section, "delegate", language="en")
        for path in (f"/documents/{id}", f"/sealing/{id}"):
            page = person.get(path).text
            assert (says in page, "Shown to" in page) == (True, False)
    with ic.writing() as session:
        port.share(ic, session, id, with_="ar", by=member(ic, "delegate"))
    carry(ic, fr, ar)
    for section in (ic, fr, ar):
        page = browser(section, "delegate", language="en").get(f"/documents/{id}").text
        assert (page.count(says), page.count("Shown to")) == (1, 1)
        answer = browser(section, "delegate").get(f"/api/v1/sealing/{id}").json()
        assert [(each["section"], each["by"]) for each in answer["again"]] == [("ar", "fr"), ("ar", "ic")]
