"""A text of nothing but marks is shown as it was written: what one section says must not cost seconds for each reader."""

from typing import Any

import pytest
from markdown_it import MarkdownIt

from internationale.testing import carrying
from internationale.testing.people import member
from internationale.text import costing
from internationale_statements import port


@pytest.mark.parametrize("unit", ["![", "![a\n\n", "|\n"])
def test_an_issued_statement_of_marks(three: Any, ic: Any, fr: Any, browser: Any, monkeypatch: Any, unit: str) -> None:
    """In one block, and in many of which none would be too much; on every page that shows it."""
    begin = "|a|b|\n|-|-|\n" if unit == "|\n" else ""
    words = begin + unit * (costing.MOST // len(unit) + 5_000)
    with fr.writing() as session:
        id = port.propose(fr, session, language="fr", title="T", text=words, by=member(fr, "delegate"))
    carrying.hand_on(*three)
    with fr.writing() as session:
        ref = fr.documents.get(session, id).ref
        port.issue(fr, session, id, ref=ref, by=member(fr, "delegate"))
    carrying.hand_on(*three)
    parse, parsed = MarkdownIt.parse, [0]

    def counted(parser: MarkdownIt, source: str, env: Any = None) -> Any:
        parsed[0] += costing.cost(source)
        return parse(parser, source, env)

    monkeypatch.setattr(MarkdownIt, "parse", counted)
    for person in (browser(ic, language="en"), browser(ic, "member", language="ar")):
        page = person.get(f"/statements/{id}").text
        assert "![a" in page if unit == "![a\n\n" else unit.strip() * 2 in page.replace("\n", "")
    for path in (f"/documents/{id}", f"/documents/{id}/revisions/1"):
        assert browser(ic, "member", language="en").get(path).status_code == 200
    assert parsed[0] < costing.MOST


def test_a_translation_longer_than_any_text_is_shown_all_the_same(three: Any, ic: Any, fr: Any, ar: Any, browser: Any) -> None:
    """Whoever translates a public text must not take its page from the world."""
    with fr.writing() as session:
        text = "\n\n".join(f"Paragraphe {number}." for number in range(40))
        id = port.propose(fr, session, language="fr", title="T", text=text, by=member(fr, "delegate"))
        port.issue(fr, session, id, ref=fr.documents.get(session, id).ref, by=member(fr, "delegate"))
    carrying.hand_on(*three)
    with ar.writing() as session:
        units = ar.documents.read(session, id, "ar").units
        words = {unit.block.id: f"{number}: " + "x " * 30_000 for number, unit in enumerate(units) if number}
        ar.documents.offer(session, id, "ar", {units[0].block.id: "T", **words}, revision=1, by=member(ar, "translator"))
    carrying.hand_on(*three)
    for each in three:
        answer = browser(each, language="ar").get(f"/statements/{id}/in/ar")
        assert (answer.status_code, "40: x x x" in answer.text) == (200, True)
