"""What a second person reads before it is signed: the words, and then exactly what will be signed."""

import re
from typing import Any

import pytest

from internationale.rooms.exchange.rules.reading import Said, read

ANNOUNCED = "a second person decides on this before it is signed"


@pytest.fixture
def ic(federation: Any) -> Any:
    (section,) = federation("ic", release=frozenset({"documents.opened", "actions.called", "documents.amendment_proposed"}))
    return section


def draft(browser: Any, section: Any, text: str) -> Any:
    rosa = browser(section, "delegate", "member", handle="rosa", language="en")
    sent = {"title": "Bread", "language": "en", "audience": "international", "text": text}
    page = rosa.post("/programme/new", files={name: (None, value) for name, value in sent.items()})
    return rosa, page


def test_a_second_person_is_announced_before(ic: Any, federation: Any, browser: Any) -> None:
    _rosa, page = draft(browser, ic, "Bread.")
    assert ANNOUNCED in page.text
    assert "Hand it to a second person</button>" in page.text
    assert "Sign and circulate" not in page.text


def test_nobody_is_announced_where_nobody_decides(federation: Any, browser: Any) -> None:
    (alone,) = federation("ic", release=frozenset({"statements.issued"}))
    _rosa, page = draft(browser, alone, "Bread.")
    assert ANNOUNCED not in page.text
    assert "Sign and circulate</button>" in page.text


@pytest.mark.parametrize("text", ["Bread for *all*.\n\n- and roses\n", "Bread for *all*.\n\n- and roses\n" + "\nMore.\n" * 9000])
def test_the_second_person_reads_words_and_can_see_the_bytes(ic: Any, browser: Any, text: str) -> None:
    rosa, page = draft(browser, ic, text)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    waits = rosa.post("/programme", data=fields)
    assert waits.url.path.startswith("/federation/release/")
    page = browser(ic, "secretary", handle="clara", language="en").get(waits.url.path).text
    assert "<h3>Bread</h3>" in page
    assert "Bread for <em>all</em>." in page
    assert "all sections of the International" in page
    exact = page.index("<details><summary>Exactly what will be signed</summary>")
    assert page.index("Bread for <em>") < exact < page.index("op: insert" if len(text) < 1000 else "&#34;op&#34;")


def test_what_is_read_of_a_message() -> None:
    operations = [
        {"op": "replace", "block": "a", "start": 0, "end": 5, "quote": "Bread", "text": "Roses"},
        {"op": "delete", "block": "b", "quote": "Old.\n"},
        {"op": "insert", "after": "a", "id": "c", "raw": "New.\n"},
    ]
    data = {
        "document": "ic-1",
        "title": "T",
        "language": "en",
        "note": "Why.",
        "changes": {"operations": operations},
        "digest": "0",
    }
    changes = (("Bread", "Roses"), ("Old.\n", ""), ("", "New.\n"))
    assert read(data, ()) == Said("en", "T", "", changes, ("Why.",))
    unknown = {"surprise": {"inside": ["One.", 2, None]}, "id": "x"}
    assert read(unknown, ("no JSON",)) == Said("", "", "", (), ("One.",))
