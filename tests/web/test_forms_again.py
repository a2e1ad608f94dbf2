"""A form that is refused comes back on its own page, with its own controls and all that was entered."""

import re
from typing import Any

import pytest

from internationale.testing.federations import Federation

from .forms import controls, form, sections

SOME = {"audience": "named", "language": "fr", "title": "Bread", "text": "Bread.\n\nAnd roses."}
ANSWERS = dict.fromkeys(("participants", "demands", "leadership", "outlook", "conditions", "forces"), "All & sundry")
ASK = "Choose at least one section that may read it."


@pytest.fixture
def two(federation: Federation) -> Any:
    return federation("ic", "fr")


NEW = [("/statements/new", {}), ("/actions/new", {**ANSWERS, "first": "2027-05-01", "last": ""}), ("/programme/new", {})]


@pytest.mark.parametrize(("path", "more"), NEW)
def test_what_begins_something_comes_back_with_its_choices(two: Any, browser: Any, path: str, more: dict[str, str]) -> None:
    ic, _fr = two
    rosa = browser(ic, "delegate", language="en")
    sent = SOME | more
    multipart = path == "/programme/new"

    def send(**changed: Any) -> Any:
        fields = sent | changed
        return (
            rosa.post(path, files={name: (None, value) for name, value in fields.items()})
            if multipart
            else rosa.post(path, data=fields)
        )

    page = send()
    assert page.status_code == 400
    mine = form(page, path)
    assert dict(controls(mine)) == {**sent, "text": "Bread.\n\nAnd roses."}
    assert sections(mine) == {"fr": False}
    assert re.search(r'<fieldset class="wrong" id="at-sections" aria-describedby="sections-error">', mine)
    assert f'<p class="error" id="sections-error">{ASK}</p>' in mine
    assert '<div class="notice wrong" role="alert">' in page.text
    assert '<a href="#at-sections"><bdi>The sections that may read it</bdi></a>' in page.text
    assert re.findall(r"name=\"(?:audience|language)\" type=\"text\"", page.text) == []
    assert send(sections="fr").status_code in (200, 201)

    page = send(sections="fr", title="")
    mine = form(page, path)
    assert (page.status_code, sections(mine), dict(controls(mine))["audience"]) == (400, {"fr": True}, "named")
    assert 'aria-describedby=" field-title-error" aria-invalid="true" autofocus' in mine


@pytest.mark.parametrize(("path", "more"), NEW)
def test_nobody_is_widened_to_in_silence(two: Any, browser: Any, path: str, more: dict[str, str]) -> None:
    """A page that says nothing of who may read it is asked, and comes back with nothing chosen."""
    ic, _fr = two
    rosa = browser(ic, "delegate", language="en")
    sent = {name: value for name, value in (SOME | more).items() if name != "audience"}
    page = (
        rosa.post(path, files={name: (None, value) for name, value in sent.items()})
        if path == "/programme/new"
        else rosa.post(path, data=sent)
    )
    assert page.status_code == 400
    mine = form(page, path)
    assert "audience" not in dict(controls(mine))
    assert re.findall(r'name="audience" value="\w+"( required)?( checked)?', mine)[0] == (" required", "")


def test_what_is_refused_in_the_reader_s_language_has_no_word_of_the_machine(two: Any, browser: Any) -> None:
    ic, _fr = two
    for language, ask in (("fr", "Choisissez au moins une section qui pourra le lire."), ("ar", None)):
        page = browser(ic, "delegate", language=language).post("/statements/new", data=SOME)
        assert page.status_code == 400
        assert ask is None or ask in page.text
        assert 'value="named" type="text"' not in page.text


def test_a_draft_is_changed_from_its_preview(two: Any, browser: Any) -> None:
    ic, _fr = two
    rosa = browser(ic, "delegate", language="en")
    sent = SOME | {"sections": "fr"}
    page = rosa.post("/programme/new", files={name: (None, value) for name, value in sent.items()})
    assert 'formaction="/programme/change"' in page.text
    assert ">Not now</a>" in page.text
    again = rosa.post("/programme/change", data=dict(controls(form(page, "/programme"))))
    assert dict(controls(form(again, "/programme/new"))) == sent
