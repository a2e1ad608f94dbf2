"""Actions in a browser and through the API."""

from typing import Any

import pytest

CALL = {
    "language": "en",
    "title": "For the eight-hour day",
    "text": "Stop work.\n\nMarch.",
    "first": "2027-04-01",
    "last": "",
    "participants": "Dockers",
    "demands": "Eight hours",
    "leadership": "The strike committee",
    "outlook": "A week",
    "conditions": "Spring",
    "forces": "Forty of us",
}
PLAN = {
    "language": "fr",
    "plan": "Trois places",
    "what": ["Places", "Tracts", "Cortège", ""],
    "counts": ["things", "things", "few", "things"],
    "number": ["3", "2000", "", ""],
}
REPORT = {
    "language": "fr",
    "done": "Deux places",
    "assessment": "Il a plu",
    "lessons": "Des tentes",
    "key": ["1", "2", "3"],
    "number": ["2", "", ""],
    "few": "3",
}


@pytest.fixture
def action(world: Any, visit: Any) -> str:
    answer = visit("ic", "delegate").post("/actions/new", data={**CALL, "step": "sign"}, follow_redirects=False)
    assert answer.status_code == 303
    world.carry()
    return answer.headers["location"]


def test_nothing_is_said_before_it_was_shown(world: Any, visit: Any) -> None:
    browser = visit("ic", "delegate")
    assert browser.get("/actions").status_code == browser.get("/actions/new").status_code == 200
    preview = browser.post("/actions/new", data=CALL)
    assert preview.status_code == 200
    for words in ("Stop work.", "What are our own forces?", "Forty of us", "April 1, 2027", "rosa", 'value="sign"'):
        assert words in preview.text
    again = browser.post("/actions/new", data={**CALL, "step": "edit"})
    assert "Forty of us" in again.text
    assert world.said() == []


def test_the_story_in_browsers(world: Any, visit: Any, action: str) -> None:
    lyon, committee = visit("fr", "delegate"), visit("ic", "delegate")
    assert "Commit your section" in lyon.get(action).text
    assert "Trois places" in lyon.post(f"{action}/commit", data=PLAN).text
    page = lyon.post(f"{action}/commit", data={**PLAN, "step": "sign"})
    assert (page.status_code, page.url.path) == (200, action)
    assert "fewer than 10" in page.text
    world.carry()
    assert "Trois places" in committee.get(action).text
    assert "2,000" in committee.get(action).text
    form = lyon.get(f"{action}/report")
    assert "planned: 2,000" in form.text
    assert "Deux places" in lyon.post(f"{action}/report", data=REPORT).text
    assert "Deux places" in lyon.post(f"{action}/report", data={**REPORT, "step": "sign"}).text
    corrected = lyon.post(f"{action}/report", data={**REPORT, "number": ["3", "1900", ""], "step": "sign"})
    assert "corrected" in corrected.text
    world.carry()
    closing = {"language": "en", "conclusions": "Earlier next time"}
    assert "Sign and close" in committee.post(f"{action}/close", data=closing).text
    assert "Earlier next time" in committee.post(f"{action}/close", data={**closing, "step": "sign"}).text
    world.carry()
    assert "Earlier next time" in visit("ar", "member", "ar").get(action).text
    assert "not counted" not in committee.get(action).text


def test_a_commitment_is_taken_back(visit: Any, action: str) -> None:
    lyon = visit("fr", "delegate")
    lyon.post(f"{action}/commit", data={**PLAN, "step": "sign"})
    assert lyon.get(f"{action}/withdraw").status_code == 200
    reason = {"language": "fr", "reason": "La salle a brûlé"}
    assert "La salle a brûlé" in lyon.post(f"{action}/withdraw", data=reason).text
    assert "La salle a brûlé" in lyon.post(f"{action}/withdraw", data={**reason, "step": "sign"}).text


def test_small_numbers_of_people_are_refused_in_words(world: Any, visit: Any, action: str) -> None:
    said = len(world.said())
    small = {**PLAN, "what": "Members", "counts": "people", "number": "7"}
    for step in ("preview", "sign"):
        answer = visit("fr", "delegate").post(f"{action}/commit", data={**small, "step": step})
        assert answer.status_code == 400
        assert "under 10" in answer.text
        assert "Trois places" in answer.text
    assert len(world.said()) == said


def test_the_appeal_leads_to_its_action(world: Any, visit: Any, action: str) -> None:
    section = world.sections["fr"]
    with section.reading() as session:
        document = section.documents.list(session, "action")[0].id
    assert f'href="{action}"' in visit("fr", "member").get(f"/documents/{document}").text


def test_passers_by_and_members(world: Any, visit: Any, action: str) -> None:
    said = len(world.said())
    passer_by, member = visit("fr"), visit("fr", "member")
    for path in ("/actions", action, f"{action}/commit", "/actions/new"):
        answer = passer_by.get(path, follow_redirects=False)
        assert answer.status_code in (303, 307, 302, 401, 403), path
    page = member.get(action)
    assert page.status_code == 200
    assert "/commit" not in page.text
    for deed, data in (("commit", PLAN), ("report", REPORT), ("close", {"language": "en", "conclusions": "x"})):
        assert member.get(f"{action}/{deed}").status_code == 403
        assert member.post(f"{action}/{deed}", data={**data, "step": "sign"}).status_code == 403
    assert member.get("/actions/ic-nothing").status_code == 404
    assert len(world.said()) == said


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "a\0b"),
        ("title", "x" * 201),
        ("first", "tomorrow"),
        ("first", "0"),
        ("first", "99999-01-01"),
        ("last", "2027-03-01"),
        ("first", "2027-03-01"),
        ("text", " \n "),
        ("forces", ""),
        ("language", "../../etc"),
        ("step", "now"),
        ("nonsense", "1"),
    ],
)
def test_bad_input_is_refused_with_its_place(world: Any, visit: Any, field: str, value: str) -> None:
    browser = visit("ic", "delegate")
    for step in ("preview", "sign"):
        page = browser.post("/actions/new", data={**CALL, "step": step, field: value})
        assert page.status_code == 400
    answer = browser.post("/api/v1/actions", json={**CALL, "last": None, field: value})
    assert answer.status_code == 400
    assert world.said() == []


@pytest.mark.parametrize("number", ["-1", "1e9", "12345678901", "9" * 400, "three", "1.5", "٤٠"])
def test_a_number_is_a_number(world: Any, visit: Any, action: str, number: str) -> None:
    answer = visit("fr", "delegate").post(f"{action}/commit", data={**PLAN, "number": ["3", number, "", ""], "step": "preview"})
    assert answer.status_code == (200 if number == "٤٠" else 400)


def test_the_api_does_what_the_pages_do(world: Any, visit: Any) -> None:
    committee, lyon = visit("ic", "delegate"), visit("fr", "delegate", "fr")
    called = committee.post("/api/v1/actions", json={**CALL, "last": None})
    assert called.status_code == 201, called.text
    id = called.json()["action"]["summary"]["id"]
    world.carry()
    listed = lyon.get("/api/v1/actions").json()
    assert [(card["title"], card["ours"]) for card in listed["upcoming"]] == [("For the eight-hour day", "open")]
    planned = [{"what": "Places", "people": False, "number": 3}, {"what": "Cortège", "people": True, "number": "<10"}]
    commitment = {"language": "fr", "plan": "Trois places", "planned": planned}
    assert lyon.post(f"/api/v1/actions/{id}/commitment", json=commitment).status_code == 201
    few = {"language": "fr", "plan": "x", "planned": [{"what": "Membres", "people": True, "number": 9}]}
    assert lyon.post(f"/api/v1/actions/{id}/commitment", json=few).status_code == 400
    for wrong in (True, -1, 1.5, 2**60, "40", None):
        bad = {"language": "fr", "plan": "x", "planned": [{"what": "Tracts", "people": False, "number": wrong}]}
        assert lyon.post(f"/api/v1/actions/{id}/commitment", json=bad).status_code == 400, wrong
    report = {"language": "fr", "done": "a", "assessment": "b", "lessons": "c", "figures": [{"key": "1", "number": 2}]}
    reported = lyon.post(f"/api/v1/actions/{id}/report", json=report)
    assert reported.status_code == 201, reported.text
    figures = reported.json()["action"]["answers"][0]["reports"][0]["figures"]
    assert [(line["planned"], line["actual"]) for line in figures] == [(3, 2), ("<10", None)]
    taken_back = lyon.post(f"/api/v1/actions/{id}/withdrawal", json={"language": "fr", "reason": "Non"})
    assert taken_back.status_code == 409
    world.carry()
    closed = committee.post(f"/api/v1/actions/{id}/closing", json={"language": "en", "conclusions": "Well"})
    assert closed.status_code == 201
    assert committee.get("/api/v1/actions/ic-nothing").status_code == 404
    assert visit("fr").get(f"/api/v1/actions/{id}").status_code in (401, 403)
