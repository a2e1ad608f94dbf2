"""A draft for some sections only, over a real hub: written, amended, decided, revised and translated among them alone."""

from typing import Any

import pytest

from internationale.testing import oracle

SECRET = "The strike begins on Monday"
DRAFT = {"title": "Plan", "language": "fr", "text": f"# Plan\n\n{SECRET} at five.\n\nNobody goes in.\n"}


@pytest.fixture
def three(federation: Any) -> Any:
    return federation("ic", "fr", "ar")


def circulated(fr: Any, browser: Any) -> str:
    """By the pages: the choice, what will be signed, the signature. Returns the document's path."""
    page = browser(fr, "delegate", language="en")
    assert "International Committee" in page.get("/programme/new").text
    preview = page.post("/programme/new", data={**DRAFT, "audience": "named", "sections": "ic"}, files={"file": b""})
    assert preview.status_code == 200, preview.text
    assert "Encrypted for these sections only:" in preview.text
    content = preview.text.split('name="content" value="')[1].split('"')[0]
    signed = {"title": "Plan", "language": "fr", "content": content, "audience": "named", "sections": "ic"}
    answer = page.post("/programme", data=signed)
    assert answer.status_code == 200, answer.text
    return str(answer.url.path)


def test_everything_about_it_stays_among_them(three: Any, carry: Any, browser: Any, member: Any) -> None:
    ic, fr, ar = three
    path = circulated(fr, browser)
    id = path.rpartition("/")[2]
    carry(*three)
    reading = browser(ic, "delegate").get(path)
    assert SECRET in reading.text
    assert "Encrypted for these sections only:" in reading.text
    outside = browser(ar, "delegate")
    assert outside.get(path).status_code == 404
    listed = outside.get("/federation/sealed").text
    assert all(words in listed for words in ("4", ">Section française<", ">International Committee<", "fr:1:1"))
    (thing,) = outside.get("/api/v1/federation/sealed").json()["things"]
    assert (thing["section"], thing["readers"], thing["kib"], thing["ours"]) == ("fr", ["fr", "ic"], 4, False)
    api = browser(ic, "delegate")
    held = {receipt["section"]: receipt["holds"] for receipt in api.get(f"/api/v1/documents/{id}/receipts").json()}
    assert held == {"fr": True, "ic": True}  # ar keeps it too, but cannot read it
    known = api.get(f"/api/v1/documents/{id}").json()
    assert known["document"]["audience"] == "fr ic"
    block = next(unit for unit in known["units"] if SECRET in unit["source"])["id"]
    amendment = {
        "block": block,
        "revision": 1,
        "change": "replace",
        "language": "fr",
        "title": "Four",
        "reason": "The first shift comes at five.",
        "text": f"{SECRET} at four.",
    }
    proposed = api.post(f"/api/v1/documents/{id}/amendments", json=amendment)
    assert proposed.status_code == 201, proposed.text
    carry(*three)
    home = browser(fr, "delegate")
    decision = {"decision": "accepted", "reason": "They know the shifts."}
    number = proposed.json()["id"]
    assert home.post(f"/api/v1/documents/{id}/amendments/{number}/decide", json=decision).status_code == 204
    draft = home.get(f"/api/v1/documents/{id}/draft", params={"take": number}).json()
    revision = {"base": 1, "title": "Plan", "text": draft["text"], "note": "", "amendments": number}
    assert home.post(f"/api/v1/documents/{id}/revisions", json=revision).status_code == 201
    carry(*three)
    with ic.writing() as session:
        units = ic.documents.read(session, id, "en").units
        texts = {unit.block.id: f"in English: {unit.block.source}" for unit in units}
        ic.documents.offer(session, id, "en", texts, revision=2, by=member(ic, "translator", "delegate"))
    carry(*three)
    assert f"in English: {SECRET} at four." in browser(fr, "member").get(f"{path}?read=en").text
    for section in three:
        oracle.verify(section)
        oracle.replayed(section)
    assert oracle.rows(ic) == oracle.rows(fr)
    assert not oracle.rows(ar)["documents_revision"]
    oracle.only_for(three, SECRET.encode(), {"ic", "fr"})
    oracle.only_for(three, b"They know the shifts", {"ic", "fr"})


def test_one_more_section_is_let_in(three: Any, carry: Any, browser: Any) -> None:
    ic, fr, ar = three
    path = circulated(fr, browser)
    id = path.rpartition("/")[2]
    carry(*three)
    amendment = {"block": "", "revision": 1, "change": "hint", "language": "en", "title": "t", "reason": "r", "text": "Earlier!"}
    assert browser(ic, "delegate").post(f"/api/v1/documents/{id}/amendments", json=amendment).status_code == 201
    carry(*three)
    home = browser(fr, "delegate", language="en")
    assert "Let another section read it" in home.get(path).text
    assert browser(ic, "delegate").post(f"/sealing/{id}", data={"code": "ar", "confirmed": "true"}).status_code == 403
    page = home.post(f"/sealing/{id}", data={"code": "ar"})
    assert "It cannot be taken back." in page.text
    assert not oracle.rows(fr)["sealing_reshared"]
    assert home.post(f"/sealing/{id}", data={"code": "ar", "confirmed": "true"}).url.path == path
    carry(*three)
    for section in three:
        read = browser(section, "delegate", language="en").get(path).text
        assert SECRET in read
        assert "Shown to" in read
        oracle.replayed(section)
    assert oracle.rows(ar) == oracle.rows(fr) == oracle.rows(ic)
    guest = browser(ar, "delegate", language="en")
    refused = guest.post(f"/api/v1/documents/{id}/amendments", json=amendment)
    assert (refused.status_code, "cannot take part" in refused.text) == (409, True), refused.text
    assert guest.get(f"/api/v1/sealing/{id}").json()["again"][0]["section"] == "ar"
    again = home.post(f"/api/v1/sealing/{id}", json={"code": "ar"})
    assert again.status_code == 409, again.text
    # what was said later is not shown by itself, but can be
    text = home.get(f"/api/v1/documents/{id}/draft").json()["text"]
    revision = {"base": 1, "title": "Plan", "text": text + "\nBring bread.\n", "note": "", "amendments": ""}
    assert home.post(f"/api/v1/documents/{id}/revisions", json=revision).status_code == 201
    carry(*three)
    assert "Bring bread" not in guest.get(path).text
    assert home.post(f"/api/v1/sealing/{id}", json={"code": "ar"}).json() == {"messages": 1}
    carry(*three)
    assert "Bring bread" in guest.get(path).text


def test_a_contradictory_choice_is_refused(three: Any, browser: Any) -> None:
    _ic, fr, _ar = three
    api = browser(fr, "delegate")
    for wrong, place in (
        ({"audience": "international", "sections": ["ic"]}, "audience"),
        ({"audience": "public", "sections": ["ic"]}, "audience"),
        ({"audience": "named"}, "sections"),
        ({"audience": "named", "sections": ["fr"]}, "sections"),
        ({"audience": "named", "sections": ["xx"]}, "sections"),
        ({"audience": "named", "sections": ["not a code"]}, "sections"),
        ({"audience": "fr ic"}, "audience"),
    ):
        answer = api.post("/api/v1/programme", json={**DRAFT, **wrong})
        assert answer.status_code == 400, answer.text
        assert place in answer.text
    assert not oracle.log(fr)
