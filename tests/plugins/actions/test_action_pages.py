"""Actions in a browser and through the API."""

import re
from typing import Any

import pytest

from internationale.testing import carrying

from . import calls

CALL = calls.CALL | {"audience": "international", "first": "2027-04-01", "last": ""}
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
def action(three: Any, ic: Any, browser: Any) -> str:
    answer = browser(ic, "delegate").post("/actions/new", data={**CALL, "step": "sign"}, follow_redirects=False)
    assert answer.status_code == 303
    carrying.hand_on(*three)
    return answer.headers["location"]


def test_nothing_is_said_before_it_was_shown(browser: Any, three: Any, ic: Any) -> None:
    committee = browser(ic, "delegate")
    assert committee.get("/actions").status_code == committee.get("/actions/new").status_code == 200
    preview = committee.post("/actions/new", data=CALL)
    assert preview.status_code == 200
    for words in ("Stop work.", "What are our own forces?", "Forty of us", "April 1, 2027", "rosa", 'value="sign"'):
        assert words in preview.text
    again = committee.post("/actions/new", data={**CALL, "step": "edit"})
    assert "Forty of us" in again.text
    assert carrying.said(*three) == []


def test_the_story_in_browsers(three: Any, ic: Any, fr: Any, ar: Any, browser: Any, action: str, called: Any) -> None:
    lyon, committee = browser(fr, "delegate", language="en"), browser(ic, "delegate")
    assert "Commit your section" in lyon.get(action).text
    plan = PLAN | called(fr, action)
    assert "Trois places" in lyon.post(f"{action}/commit", data=plan).text
    page = lyon.post(f"{action}/commit", data={**plan, "step": "sign"})
    assert (page.status_code, page.url.path) == (200, action)
    assert "fewer than 10" in page.text
    carrying.hand_on(*three)
    assert "Trois places" in committee.get(action).text
    assert "2,000" in committee.get(action).text
    form = lyon.get(f"{action}/report")
    assert "planned: 2,000" in form.text
    assert "Deux places" in lyon.post(f"{action}/report", data=REPORT).text
    assert "Deux places" in lyon.post(f"{action}/report", data={**REPORT, "step": "sign"}).text
    corrected = lyon.post(f"{action}/report", data={**REPORT, "number": ["3", "1900", ""], "step": "sign"})
    assert "corrected" in corrected.text
    carrying.hand_on(*three)
    closing = {"language": "en", "conclusions": "Earlier next time"}
    assert "Sign and close" in committee.post(f"{action}/close", data=closing).text
    assert "Earlier next time" in committee.post(f"{action}/close", data={**closing, "step": "sign"}).text
    carrying.hand_on(*three)
    assert "Earlier next time" in browser(ar, "member", language="ar").get(action).text
    assert "not counted" not in committee.get(action).text


def test_a_commitment_is_taken_back(fr: Any, browser: Any, action: str, called: Any) -> None:
    lyon = browser(fr, "delegate", language="en")
    plan = PLAN | called(fr, action)
    lyon.post(f"{action}/commit", data={**plan, "step": "sign"})
    assert lyon.get(f"{action}/withdraw").status_code == 200
    reason = {"language": "fr", "reason": "La salle a brûlé"}
    assert "La salle a brûlé" in lyon.post(f"{action}/withdraw", data=reason).text
    assert "La salle a brûlé" in lyon.post(f"{action}/withdraw", data={**reason, "step": "sign"}).text


def test_small_numbers_of_people_are_refused_in_words(three: Any, fr: Any, browser: Any, action: str, called: Any) -> None:
    said = len(carrying.said(*three))
    small = {**PLAN, **called(fr, action), "what": "Members", "counts": "people", "number": "7"}
    for step in ("preview", "sign"):
        answer = browser(fr, "delegate", language="en").post(f"{action}/commit", data={**small, "step": step})
        assert answer.status_code == 400
        assert "under 10" in answer.text
        assert "Trois places" in answer.text
    assert len(carrying.said(*three)) == said


def test_a_commitment_comes_back_row_by_row(fr: Any, browser: Any, action: str, called: Any) -> None:
    lyon = browser(fr, "delegate", language="en")
    rows = {"what": ["Places", "", "Dockers", "Leaflets"], "counts": ["things", "things", "people", "things"]}
    numbers = {"number": ["1,500", "", "3", "many"]}
    page = lyon.post(f"{action}/commit", data=PLAN | called(fr, action) | rows | numbers).text
    assert re.findall(r'<input id="what-\d" name="what" type="text" value="([^"]*)"', page) == [*rows["what"], ""]
    assert re.findall(r'<input id="number-\d" name="number" type="text" value="([^"]*)"', page) == [*numbers["number"], ""]
    assert re.findall(r'<option value="(\w+)" selected>', page)[1:] == [*rows["counts"], "things"]
    assert re.findall(r'<input id="(number-\d)"[^>]*aria-invalid', page) == ["number-4"]
    numbers = {"number": ["1,500", "", "3", "2"]}
    page = lyon.post(f"{action}/commit", data=PLAN | called(fr, action) | rows | numbers).text
    assert re.findall(r'<input id="(number-\d)"[^>]*aria-invalid', page) == ["number-3"]
    assert 'href="#at-number.2"' in page
    assert 'id="at-number.2"' in page


def test_a_report_comes_back_with_its_figures(fr: Any, browser: Any, action: str, called: Any) -> None:
    lyon = browser(fr, "delegate", language="fr")
    lyon.post(f"{action}/commit", data={**PLAN, **called(fr, action), "step": "sign"})
    page = lyon.post(f"{action}/report", data=REPORT | {"number": ["1\u202f500", "beaucoup", ""]}).text
    assert re.findall(r'<input id="number-\d" name="number" type="text" value="([^"]*)"', page) == ["1\u202f500", "beaucoup", ""]
    assert re.findall(r'<input id="(number-\d)"[^>]*aria-invalid', page) == ["number-2"]
    assert re.findall(r'name="few" type="checkbox" value="3"( checked)', page) == [" checked"]
    preview = lyon.post(f"{action}/report", data=REPORT | {"number": ["1\u202f500", "", ""]})
    assert "1\u202f500</li>" in preview.text
    for step, words in (("report", "Il a plu"), ("withdraw", "La salle")):
        texts = {"done": "", "assessment": words, "lessons": "x"} if step == "report" else {"reason": "", "language": "fr"}
        assert "<textarea" in lyon.post(f"{action}/{step}", data=texts | {"language": "fr"}).text


def test_the_appeal_leads_to_its_action(fr: Any, browser: Any, action: str) -> None:
    with fr.reading() as session:
        document = fr.documents.list(session, "action")[0].id
    assert f'href="{action}"' in browser(fr, "member", language="en").get(f"/documents/{document}").text


def test_passers_by_and_members(three: Any, fr: Any, browser: Any, action: str, called: Any) -> None:
    said = len(carrying.said(*three))
    passer_by, reader = browser(fr, language="en"), browser(fr, "member", language="en")
    for path in ("/actions", action, f"{action}/commit", "/actions/new"):
        answer = passer_by.get(path, follow_redirects=False)
        assert answer.status_code in (303, 307, 302, 401, 403), path
    page = reader.get(action)
    assert page.status_code == 200
    assert "/commit" not in page.text
    for deed, data in (
        ("commit", PLAN | called(fr, action)),
        ("report", REPORT),
        ("close", {"language": "en", "conclusions": "x"}),
    ):
        assert reader.get(f"{action}/{deed}").status_code == 403
        assert reader.post(f"{action}/{deed}", data={**data, "step": "sign"}).status_code == 403
    assert reader.get("/actions/ic-nothing").status_code == 404
    assert len(carrying.said(*three)) == said


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
def test_bad_input_is_refused_with_its_place(browser: Any, three: Any, ic: Any, field: str, value: str) -> None:
    committee = browser(ic, "delegate")
    for step in ("preview", "sign"):
        page = committee.post("/actions/new", data={**CALL, "step": step, field: value})
        assert page.status_code == 400
    answer = committee.post("/api/v1/actions", json={**CALL, "last": None, field: value})
    assert answer.status_code == 400
    assert carrying.said(*three) == []


@pytest.mark.parametrize("number", ["-1", "1e9", "12345678901", "9" * 400, "three", "1.5", "٤٠"])
def test_a_number_is_a_number(fr: Any, browser: Any, action: str, number: str, called: Any) -> None:
    answer = browser(fr, "delegate", language="en").post(
        f"{action}/commit", data={**PLAN, **called(fr, action), "number": ["3", number, "", ""], "step": "preview"}
    )
    assert answer.status_code == (200 if number == "٤٠" else 400)


def test_the_api_does_what_the_pages_do(three: Any, ic: Any, fr: Any, browser: Any) -> None:
    committee, lyon = browser(ic, "delegate"), browser(fr, "delegate", language="fr")
    called = committee.post("/api/v1/actions", json={**CALL, "last": None})
    assert called.status_code == 201, called.text
    id = called.json()["action"]["summary"]["id"]
    carrying.hand_on(*three)
    listed = lyon.get("/api/v1/actions").json()
    assert [(card["title"], card["ours"]) for card in listed["upcoming"]] == [("For the eight-hour day", "open")]
    planned = [{"what": "Places", "people": False, "number": 3}, {"what": "Cortège", "people": True, "number": "<10"}]
    read = {"event": lyon.get(f"/api/v1/actions/{id}").json()["action"]["summary"]["ref"]}
    commitment = read | {"language": "fr", "plan": "Trois places", "planned": planned}
    assert lyon.post(f"/api/v1/actions/{id}/commitment", json=commitment).status_code == 201
    few = read | {"language": "fr", "plan": "x", "planned": [{"what": "Membres", "people": True, "number": 9}]}
    assert lyon.post(f"/api/v1/actions/{id}/commitment", json=few).status_code == 400
    for wrong in (True, -1, 1.5, 2**60, "40", None):
        bad = read | {"language": "fr", "plan": "x", "planned": [{"what": "Tracts", "people": False, "number": wrong}]}
        assert lyon.post(f"/api/v1/actions/{id}/commitment", json=bad).status_code == 400, wrong
    report = {"language": "fr", "done": "a", "assessment": "b", "lessons": "c", "figures": [{"key": "1", "number": 2}]}
    reported = lyon.post(f"/api/v1/actions/{id}/report", json=report)
    assert reported.status_code == 201, reported.text
    figures = reported.json()["action"]["answers"][0]["reports"][0]["figures"]
    assert [(line["planned"], line["actual"]) for line in figures] == [(3, 2), ("<10", None)]
    taken_back = lyon.post(f"/api/v1/actions/{id}/withdrawal", json={"language": "fr", "reason": "Non"})
    assert taken_back.status_code == 409
    carrying.hand_on(*three)
    closed = committee.post(f"/api/v1/actions/{id}/closing", json={"language": "en", "conclusions": "Well"})
    assert closed.status_code == 201
    assert committee.get("/api/v1/actions/ic-nothing").status_code == 404
    assert browser(fr, language="en").get(f"/api/v1/actions/{id}").status_code in (401, 403)
