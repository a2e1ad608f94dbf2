"""An action over a real hub: what one section enters in a browser, the others read in theirs."""

from typing import Any

from internationale.testing.rows import dump
from internationale_actions import rows

from .calls import CALL


def test_called_committed_and_reported_across_the_hub(federation: Any, carry: Any, browser: Any, called: Any) -> None:
    ic, fr, ar = federation("ic", "fr", "ar")
    today = ic.now().date().isoformat()
    path = (
        browser(ic, "delegate")
        .post("/actions/new", data={**CALL, "audience": "international", "first": today, "step": "sign"})
        .url.path
    )
    carry(ic, fr, ar)
    for section, plan in ((fr, "Trois places"), (ar, "اجتماع في الميناء")):
        delegate = browser(section, "delegate")
        planned = {"language": section.languages[0], "plan": plan, "what": "Leaflets", "counts": "things", "number": "2000"}
        assert delegate.post(f"{path}/commit", data={**planned, **called(section, path), "step": "sign"}).status_code == 200
        done = {"language": "en", "done": f"Done: {plan}", "assessment": "Rain", "lessons": "Tents", "key": "1", "number": "1900"}
        assert delegate.post(f"{path}/report", data={**done, "step": "sign"}).status_code == 200
    carry(ic, fr, ar)
    page = browser(ic, "member").get(path).text
    for words in ("Done: Trois places", "Done: اجتماع في الميناء", "2,000", "1,900"):
        assert words in page
    seen = []
    for section in (ic, fr, ar):
        with section.reading() as session:
            seen.append(dump(session, [rows.projection]))
    assert seen[0] == seen[1] == seen[2]
