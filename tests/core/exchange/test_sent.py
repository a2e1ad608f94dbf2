"""What left this house: complete, by type, page by page, as files."""

import csv
import json
from collections.abc import Callable
from typing import Any

import pytest

from internationale.kit import Reader
from internationale.section import Section

Make = Callable[..., Any]


@pytest.fixture
def house(federation: Make, member: Make) -> tuple[Section, Reader]:
    """``ic`` has opened a document and amended it twice; ``fr`` has said nothing."""
    ic, _fr = federation("ic", "fr")
    writer = member(ic, "delegate", handle="=rosa")
    for audience in ("public", "international"):
        with ic.writing() as session:
            ic.documents.open(
                session, kind="programme", language="en", title="Title", text="One.\n\nTwo.\n", audience=audience, by=writer
            )
    return ic, writer


def test_everything_is_listed_with_who_can_read_it(house: tuple[Section, Reader], browser: Make) -> None:
    ic, writer = house
    page = browser(ic, writer).get("/federation/sent", headers={"Accept-Language": "en"}).text
    for sentence in (
        "ic:1:1",
        "ic:1:2",
        "everybody, also outside the International",
        "all sections of the International",
        "=rosa",
    ):
        assert sentence in page, sentence
    answer = browser(ic, writer).get("/api/v1/federation/sent").json()
    assert [(each["id"], each["kind"], each["audience"], each["author"]) for each in answer["sent"]] == [
        ("ic:1:2", "documents.opened", "international", "=rosa"),
        ("ic:1:1", "documents.opened", "public", "=rosa"),
    ]
    assert '<option value="org.intl.documents.opened.v1">A new text (2)</option>' in page
    assert page.count("<p><bdi>Title</bdi></p>") == 2
    assert "Share a new text with all sections" not in page  # one of them is for the whole world
    assert answer["types"] == {"org.intl.documents.opened.v1": 2}
    none = browser(ic, writer).get("/api/v1/federation/sent?type=org.intl.nothing.v1&page=7").json()
    assert (none["sent"], none["total"], none["page"], none["pages"]) == ([], 0, 1, 1)


def test_one_message_with_all_that_was_signed(house: tuple[Section, Reader], browser: Make) -> None:
    ic, writer = house
    client = browser(ic, writer)
    page = client.get("/federation/sent/ic:1:1", headers={"Accept-Language": "en"}).text
    assert "Title" in page
    assert "Section française" in page
    whole = client.get("/api/v1/federation/sent/ic:1:1").json()
    assert (whole["data"]["title"], whole["subject"]) == ("Title", "intl.v1.log.ic.1.1")
    for absent in ("ic:1:3", "fr:1:1", "nonsense", "ic:1:99999999999999999999"):
        assert client.get(f"/api/v1/federation/sent/{absent}").status_code == 404


def test_its_contents_are_for_those_who_may_read_what_is_shared(house: tuple[Section, Reader], browser: Make) -> None:
    """An account whose roles have ended can still sign in; it opens no document, and no message with the document in it, nor
    the list of who said what to whom.
    """
    ic, writer = house
    client = browser(ic, Reader(id="ic-emma", handle="emma", language="en"))
    assert "What left this house" in browser(ic, writer).get("/federation", headers={"Accept-Language": "en"}).text
    assert "What left this house" not in client.get("/federation").text
    for path in (
        "/federation/sent/ic:1:2",
        "/api/v1/federation/sent/ic:1:2",
        "/federation/sent",
        "/api/v1/federation/sent",
        "/federation/sent/export?format=csv",
        "/federation/sent/export?format=jsonl",
        "/federation/withdrawn",
        "/api/v1/federation/withdrawn",
    ):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "One." not in answer.text
        assert "=rosa" not in answer.text


def test_it_is_exported_as_a_table_and_as_lines(house: tuple[Section, Reader], browser: Make) -> None:
    ic, writer = house
    client = browser(ic, writer)
    answer = client.get("/federation/sent/export?format=csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="sent-ic.csv"'
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [(row["number"], row["title"], row["author"], row["audience"]) for row in rows] == [
        ("ic:1:2", "Title", "'=rosa", "international"),
        ("ic:1:1", "Title", "'=rosa", "public"),
    ]
    lines = [json.loads(line) for line in client.get("/federation/sent/export?format=jsonl").text.splitlines()]
    assert [line["id"] for line in lines] == ["ic:1:2", "ic:1:1"]


def test_who_has_said_nothing_is_told_so(house: tuple[Section, Reader], federation: Make, browser: Make) -> None:
    (de,) = federation("de")
    page = browser(de, "member").get("/federation/sent", headers={"Accept-Language": "en"}).text
    assert "This section has not said anything to the others yet." in page


def test_only_members_of_the_house_see_it(house: tuple[Section, Reader], browser: Make) -> None:
    ic, _writer = house
    stranger = browser(ic)
    assert stranger.get("/federation/sent", follow_redirects=False).status_code == 303
    for path in ("sent", "sent/ic:1:1"):
        assert stranger.get(f"/api/v1/federation/{path}").status_code == 403
