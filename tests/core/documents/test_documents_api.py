"""What the pages do, over the API."""

import pytest

from internationale.testing import carrying


@pytest.fixture
def clara(ic, browser):
    return browser(ic, "delegate", handle="clara", follow_redirects=False)


@pytest.fixture
def document(clara, text):
    said = {"kind": "draft", "language": "en", "title": "Hours", "text": text.first}
    return clara.post("/api/v1/documents", json=said).json()["id"]


def test_the_life_of_a_document(three, fr, browser, clara, document, text):
    root = f"/api/v1/documents/{document}"
    carrying.hand_on(*three)
    rosa = browser(fr, "delegate", follow_redirects=False)
    assert [each["id"] for each in rosa.get("/api/v1/documents?kind=draft").json()["documents"]] == [document]
    units = rosa.get(root, params={"language": "fr"}).json()["units"]
    assert {unit["state"] for unit in units} == {"missing", "current"}
    block = next(unit["id"] for unit in units if "thirty-five" in unit["source"])

    offer = {"revision": 1, "texts": {block: "Trente-cinq heures.", "title": "Heures"}}
    assert rosa.post(f"{root}/translations/fr", json=offer).status_code == 204
    assert rosa.get(f"{root}/progress").json()[1] == {
        "language": "fr",
        "current": 2,
        "outdated": 0,
        "missing": 3,
        "complete": False,
    }

    proposal = {
        "block": block,
        "revision": 1,
        "language": "en",
        "title": "T",
        "reason": "R",
        "text": "We stand for thirty hours.",
    }
    motion = rosa.post(f"{root}/motions", json=proposal).json()["id"]
    said = rosa.post(f"{root}/motions/{motion}/debate", json={"text": "Yes."}).json()["id"]
    assert [(each["id"], each["own"]) for each in rosa.get(f"{root}/motions/{motion}/debate").json()["comments"]] == [
        (said, True)
    ]
    assert rosa.put(f"{root}/comments/{said}", json={"text": "Yes!"}).status_code == 204
    assert rosa.delete(f"{root}/comments/{said}").status_code == 204
    amendment = rosa.post(f"{root}/amendments", json=proposal | {"motion": motion}).json()["id"]
    assert [(each["state"], each["amendment"]) for each in rosa.get(f"{root}/motions").json()["motions"]] == [
        ("carried", amendment)
    ]
    carrying.hand_on(*three)

    detail = clara.get(f"{root}/amendments/{amendment}").json()
    assert detail["changes"][0]["pieces"][1] == {"op": "delete", "text": "-five"}
    assert [receipt["section"] for receipt in detail["receipts"]] == ["ar", "fr", "ic", "late"]
    decision = {"decision": "accepted", "reason": "Right."}
    assert clara.post(f"{root}/amendments/{amendment}/decide", json=decision).status_code == 204
    assert clara.post(f"{root}/amendments/{amendment}/decide", json=decision).status_code == 409
    draft = clara.get(f"{root}/draft", params={"take": amendment}).json()
    assert draft == {"base": 1, "text": text.second, "taken": [amendment], "colliding": []}
    revision = {"base": 1, "title": "Hours", "text": draft["text"], "amendments": amendment}
    assert clara.post(f"{root}/revisions", json=revision).json() == {"revision": 2}
    carrying.hand_on(*three)

    assert [each["amendments"] for each in rosa.get(f"{root}/revisions").json()] == [[], [amendment]]
    states = [line["state"] for line in rosa.get(f"{root}/compare/1/2").json()]
    assert states == ["same", "changed", "same", "same", "same"]
    assert [each["state"] for each in rosa.get(f"{root}/amendments").json()["amendments"]] == ["accepted"]
    assert rosa.get(f"{root}/receipts").status_code == 200
    second = rosa.post(f"{root}/amendments", json=proposal | {"revision": 2, "change": "hint", "block": "", "text": "Shorter."})
    assert rosa.post(f"{root}/amendments/{second.json()['id']}/withdraw", json={}).status_code == 204


def test_what_the_api_refuses(ic, browser, clara, document):
    root = f"/api/v1/documents/{document}"
    passer, lucie = browser(ic, follow_redirects=False), browser(ic, "member", handle="lucie", follow_redirects=False)
    assert passer.get("/api/v1/documents").json()["documents"] == []
    for path in ("", "/progress", "/receipts", "/revisions", "/amendments", "/motions", "/debate/title", "/draft"):
        assert passer.get(root + path).status_code == 403, path
    revision = {"base": 1, "title": "T", "text": "Words."}
    offer = {"revision": 1, "texts": {"title": "T"}}
    for path, body in (("/revisions", revision), ("/translations/fr", offer)):
        assert lucie.post(root + path, json=body).status_code == 403
    for path, body in (
        ("/revisions", revision | {"base": "x"}),
        ("/revisions", revision | {"base": 2**70}),
        ("/revisions", revision | {"text": "\0"}),
        ("/revisions", revision | {"text": 7}),
        ("/translations/fr", {"revision": 1, "texts": {}}),
        ("/translations/fr", {"revision": 1, "texts": {"\0": "x"}}),
        ("/translations/fr", {"revision": 1, "texts": {"nowhere": "x"}}),
        ("/translations/!!", offer),
        ("/translations/en", offer),
    ):
        assert clara.post(root + path, json=body).status_code == 400, (path, body)
    for path in ("?language=xx", "?revision=x"):
        assert clara.get(root + path).status_code == 400
    assert clara.get("/api/v1/documents?kind=unheard").status_code == 400
    assert clara.get("/api/v1/documents/%00").status_code in {400, 404}
