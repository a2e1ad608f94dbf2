"""A joint action of some sections only: called, committed to and reported among them."""

from typing import Any

from internationale.testing import oracle

CALL = {
    "language": "fr",
    "title": "Devant l'usine",
    "text": "Lundi, devant la porte quatre.",
    "first": "2090-05-01",
    "last": "",
    "participants": "Les équipes du matin.",
    "demands": "Du pain.",
    "leadership": "Le comité.",
    "outlook": "La suite.",
    "conditions": "Le froid.",
    "forces": "Nous.",
    "audience": "named",
    "sections": "ic",
}


def test_called_and_committed_to_among_them(federation: Any, carry: Any, browser: Any, called: Any) -> None:
    ic, fr, ar = federation("ic", "fr", "ar")
    page = browser(fr, "delegate", language="en")
    preview = page.post("/actions/new", data=CALL | {"step": "preview"}).text
    assert "Encrypted for these sections only:" in preview
    assert 'name="sections" value="ic"' in preview
    assert 'value="ic" checked' in page.post("/actions/new", data=CALL | {"step": "edit"}).text
    path = page.post("/actions/new", data=CALL | {"step": "sign"}).url.path
    carry(ic, fr, ar)
    other = browser(ic, "delegate", language="en")
    assert "Encrypted for these sections only:" in other.get(path).text
    promise = {"language": "en", "plan": "We bring soup.", "what": "", "counts": "things", "number": ""}
    promise |= called(ic, path)
    assert "Every section" not in other.post(f"{path}/commit", data=promise | {"step": "preview"}).text
    assert other.post(f"{path}/commit", data=promise | {"step": "sign"}).url.path == path
    carry(ic, fr, ar)
    assert "We bring soup." in page.get(path).text
    assert browser(ar, "delegate").get(path).status_code == 404
    for words in ("porte quatre", "We bring soup"):
        oracle.only_for((ic, fr, ar), words.encode(), {"ic", "fr"})
    assert oracle.rows(ic) == oracle.rows(fr)
