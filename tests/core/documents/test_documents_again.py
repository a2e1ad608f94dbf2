"""What is refused, or changed once more before it is sent, comes back with all that was entered."""

import re
from html import unescape

import pytest

from internationale.testing.people import speaker


@pytest.fixture
def path(draft):
    return f"/documents/{draft[0]}"


@pytest.fixture
def clara(ic, browser):
    return browser(ic, "delegate", "member", handle="clara", language="en")


def fields(page, action):
    """The fields of the form that goes to ``action``, as a browser would send them."""
    form = re.search(rf'<form method="post"[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page.text, re.DOTALL)[1]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<input type="radio" name="(\w+)" value="([^"]*)"[^>]* checked', form))
    found |= dict(re.findall(r'<input id="[^"]*" name="(\w+)" type="text" value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL))
    return {name: unescape(value) for name, value in found.items()}


def test_an_amendment_keeps_its_choice_and_its_words(clara, path, draft):
    sent = fields(clara.get(f"{path}/amend?block={draft[1]}"), f"{path}/amend")
    sent |= {"change": "insert", "text": "A new\n\nparagraph.", "title": "New", "reason": ""}
    page = clara.post(f"{path}/amend", data=sent)
    assert page.status_code == 400
    assert fields(page, f"{path}/amend") == sent
    assert re.findall(r'<textarea id="field-reason"[^>]*aria-invalid="true" autofocus>', page.text)
    sent["reason"] = "So & so"
    preview = clara.post(f"{path}/amend", data=sent)
    assert preview.status_code == 200
    changed = clara.post(f"{path}/amend/change", data=fields(preview, f"{path}/amend/change"))
    assert {name: value for name, value in fields(changed, f"{path}/amend").items() if value} == sent


def test_a_decision_without_reasons_keeps_what_was_chosen(clara, path, draft):
    sent = fields(clara.get(f"{path}/amend?block={draft[1]}"), f"{path}/amend") | {"title": "T", "reason": "R", "text": "New."}
    made = clara.post(f"{path}/amendments", data=sent)
    action = f"{made.url.path}/decide"
    page = clara.post(action, data=fields(made, action) | {"decision": "rejected", "reason": " "})
    assert page.status_code == 400
    assert fields(page, action)["decision"] == "rejected"
    assert page.text.count('class="error"') == 1


def test_a_revision_says_what_came_between(clara, ic, path, draft):
    sent = fields(clara.get(f"{path}/revise"), f"{path}/revise")
    with ic.writing() as session:
        ic.documents.revise(session, draft[0], base=1, title="Other", text="Another text.\n", note="", by=speaker(ic))
    for more in ({}, {"confirmed": "true"}):
        page = clara.post(f"{path}/revise", data=sent | {"title": "Mine", "text": "My text.\n"} | more)
        assert page.status_code == 409
        assert "Revision 2 was published while you wrote" in page.text
        mine = fields(page, f"{path}/revise")
        assert (mine["base"], mine["title"], mine["text"].strip()) == ("2", "Mine", "My text.")
    preview = clara.post(f"{path}/revise", data=mine)
    assert preview.status_code == 200
    assert "<del>Another</del>" in preview.text


def test_a_revision_without_a_change_is_not_offered_to_be_signed(clara, path):
    sent = fields(clara.get(f"{path}/revise"), f"{path}/revise")
    preview = clara.post(f"{path}/revise", data=sent)
    assert "Nothing was changed in the text." in preview.text
    assert "Sign and send" not in preview.text
    assert ">Not now</a>" in preview.text
    changed = clara.post(f"{path}/revise/change", data=fields(preview, f"{path}/revise"))
    assert fields(changed, f"{path}/revise") == sent
