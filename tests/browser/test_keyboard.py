"""Without a mouse: the way past the menu, the ring around what has the focus, a desk that is quick to work at."""

from playwright.sync_api import expect
from visiting import MARKS

pytestmark = MARKS
RING = "(style => style.outlineStyle + ' ' + parseFloat(style.outlineWidth))(getComputedStyle(document.activeElement))"
OPACITY = """() => {
  let seen = 1;
  for (let node = document.activeElement; node; node = node.parentElement) seen *= getComputedStyle(node).opacity;
  return seen;
}"""


def test_the_first_key_offers_the_way_past_the_menu(visitor, demo) -> None:
    member = visitor("fr", "member", language="fr")
    member.go(f"/documents/{demo.draft}")
    page = member.page
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_what_has_the_focus_is_seen(visitor, demo) -> None:
    member = visitor("ar", "member", language="ar")
    member.go(f"/documents/{demo.draft}")
    for _step in range(25):
        member.page.keyboard.press("Tab")
        style, width = member.page.evaluate(RING).split()
        assert (style, float(width) >= 2) == ("solid", True), member.page.evaluate("document.activeElement.outerHTML")
        assert member.page.evaluate(OPACITY) == 1


def test_the_desk_saves_a_paragraph_and_goes_to_the_next(visitor, demo) -> None:
    translator = visitor("fr", "translator", language="fr")
    translator.go(f"/translation/{demo.appeal}/fr")
    fields = translator.page.locator("textarea")
    fields.nth(0).fill("Une heure, partout")
    fields.nth(0).press("Control+Enter")
    expect(fields.nth(1)).to_be_focused()
    expect(translator.page.locator("#said")).to_have_text(
        translator.said("Saved. Only you can see your drafts until you share them.", whole=False)
    )
    translator.go(f"/translation/{demo.appeal}/fr")
    expect(translator.page.locator("textarea").nth(0)).to_have_value("Une heure, partout")
