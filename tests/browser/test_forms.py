"""Forms that are refused, as people meet them: on a phone and without scripts."""

import pytest
from playwright.sync_api import expect
from visiting import MARKS, PHONE_WITHOUT_SCRIPTS

pytestmark = MARKS
WIDTH = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_choice_that_was_forgotten_is_made_on_the_same_page(visitor, demo, language: str) -> None:
    delegate = visitor("fr", "delegate", language=language, screen=PHONE_WITHOUT_SCRIPTS)
    delegate.go(f"/statements/new?lang={language}")
    delegate.write("Title", "Pain")
    delegate.write("Text", "Du pain.\n\nEt des roses.")
    delegate.tick("Only our section and those ticked here")
    delegate.expected = {400}
    delegate.press("See what will be signed")
    delegate.reads("Choose at least one section that may read it.", "Something is not right yet")
    page = delegate.page
    assert page.evaluate(WIDTH) <= 0
    expect(page.locator("[name=text]")).to_have_value("Du pain.\n\nEt des roses.")
    expect(page.locator("[name=audience][value=named]")).to_be_checked()
    expect(page.locator("[name=sections]").first).to_be_focused()
    delegate.expected = set()
    page.locator("[name=sections][value=ic]").check()
    delegate.press("See what will be signed")
    delegate.sees("Et des roses.")
    delegate.reads("Encrypted for these sections only:")


def test_whoever_was_signed_out_signs_in_beside_and_sends_again(visitor, demo) -> None:
    delegate = visitor("fr", "delegate", language="fr", screen=PHONE_WITHOUT_SCRIPTS)
    delegate.go("/statements/new?lang=fr")
    delegate.write("Title", "Pain")
    delegate.write("Text", "Du pain.")
    kept = delegate.context.cookies()
    delegate.context.clear_cookies()
    delegate.expected = {403}
    delegate.press("See what will be signed")
    delegate.reads(
        "Nothing is lost: what you entered is kept on this page. Sign in in a new tab, come back to this one, and send it again."
    )
    link = delegate.page.locator("main").get_by_role("link", name=delegate.said("Sign in in a new tab"))
    with delegate.context.expect_page() as beside:
        link.click()
    expect(beside.value.locator("[name=handle]")).to_be_visible()
    assert beside.value.evaluate("window.opener") is None
    delegate.context.add_cookies(kept)  # as signing in there gives them
    beside.value.close()
    delegate.expected = set()
    delegate.press("Send it again")
    delegate.sees("Du pain.")
    delegate.reads("Sign and propose")


def test_a_long_name_without_a_space_makes_no_page_wider(visitor, demo) -> None:
    delegate = demo.fr["delegate"]
    on = f"/api/v1/attachments/to/{demo.draft}/uploads?name={'photographie_' * 12}.jpg"
    brought = delegate.http.post(on, content=b"...").json()["id"]
    named = delegate.post(f"attachments/uploads/{brought}", {"name": f"{'photographie_' * 12}.jpg", "note": ""})["id"]
    reader = visitor("fr", "delegate", language="fr", screen=PHONE_WITHOUT_SCRIPTS)
    for path in (f"/documents/{demo.draft}", "/attachments", f"/attachments/{named}", f"/attachments/{named}/withdraw"):
        reader.go(path)
        reader.sees("photographie_photographie_") if "documents" not in path else None
        assert reader.page.evaluate(WIDTH) <= 0, path
