"""A page that renews itself says so, says when it cannot, and asks for nothing while nobody looks."""

from playwright.sync_api import expect
from visiting import MARKS

pytestmark = MARKS
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
RENEWS = "This page renews itself every few seconds."
LOST = "It is tried again by itself."


def test_what_is_live_is_renewed_while_it_is_looked_at(demo, visitor) -> None:
    """The browser's clock is the test's: minutes pass at once."""
    someone = visitor("fr", "member", language="en")
    page = someone.page
    page.clock.install()
    someone.go("/federation")
    renews, lost = page.get_by_text(RENEWS), page.get_by_text(LOST)
    expect(renews).to_be_visible()
    expect(lost).to_be_hidden()

    demo.fr["delegate"].post("programme", {"title": "News", "language": "fr", "text": "Un.", "audience": "international"})
    said = demo.fr["member"].get("federation")["sections"]
    (ours,) = [each["said"] for each in said if each["code"] == "fr"]
    page.clock.run_for(10_000)
    someone.sees(f"{ours} messages")

    someone.expected.add(0)  # what the browser says of the requests that fail
    someone.context.set_offline(True)
    page.clock.run_for(10_000)
    expect(lost).to_be_visible()
    expect(renews).to_be_hidden()
    someone.context.set_offline(False)
    page.clock.run_for(10_000)
    expect(renews).to_be_visible()
    expect(lost).to_be_hidden()

    asked: list[str] = []
    page.evaluate(HIDE, True)
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(600_000)
    assert asked == []
    with page.expect_request("**/federation"):
        page.evaluate(HIDE, False)
