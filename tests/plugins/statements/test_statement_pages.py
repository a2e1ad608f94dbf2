"""Statements in a browser and through the API."""

from typing import Any

import pytest

STATEMENT = {"language": "fr", "title": "Contre la guerre", "text": "Pas un sou.\r\n\r\nPas un homme."}


@pytest.fixture
def statement(world: Any, visit: Any) -> str:
    answer = visit("fr", "delegate").post("/statements/new", data={**STATEMENT, "step": "sign"}, follow_redirects=False)
    assert answer.status_code == 303
    world.carry()
    return answer.headers["location"]


def translate(world: Any, code: str, path: str, language: str) -> None:
    section, id = world.sections[code], path.rpartition("/")[2]
    with section.writing() as session:
        reading = section.documents.read(session, id, language)
        texts = {unit.block.id: f"[{language}] {unit.block.source}" for unit in reading.units}
        reader = world.reader(code, "translator", "member")
        section.documents.offer(session, id, language, texts, revision=reading.document.revision, by=reader)
    world.carry()


def test_nothing_is_said_before_it_was_shown(world: Any, visit: Any) -> None:
    browser = visit("fr", "delegate")
    assert "No statement" in browser.get("/statements").text
    assert browser.get("/statements/new").status_code == 200
    preview = browser.post("/statements/new", data=STATEMENT)
    assert "Pas un homme." in preview.text
    assert "Contre la guerre" in browser.post("/statements/new", data={**STATEMENT, "step": "edit"}).text
    assert world.said() == []


def test_the_story_in_browsers(world: Any, visit: Any, statement: str) -> None:
    lyon, committee, passer_by = visit("fr", "delegate", "fr"), visit("ic", "delegate"), visit("ar", "", "ar")
    assert passer_by.get(statement, follow_redirects=False).status_code != 200
    assert "Contre la guerre" not in passer_by.get("/statements").text
    assert "Contre la guerre" in committee.get("/statements").text
    assert f"{statement}/cosign" in committee.get(statement).text
    assert "revision 1" in committee.get(f"{statement}/cosign").text
    signed = committee.post(f"{statement}/cosign", data={"revision": "1"})
    assert "co-signed this text" in signed.text
    world.carry()
    assert "International Committee" in lyon.get(f"{statement}/issue").text
    assert lyon.post(f"{statement}/issue", data={"revision": "1"}).status_code == 200
    world.carry()
    page = passer_by.get(statement)
    assert page.status_code == 200
    assert "Pas un homme." in page.text
    assert "International Committee" in page.text
    assert "Contre la guerre" in passer_by.get("/").text


def test_only_complete_languages_are_public(world: Any, visit: Any, statement: str) -> None:
    lyon, passer_by = visit("fr", "delegate", "fr"), visit("fr", "", "en")
    lyon.post(f"{statement}/issue", data={"revision": "1"})
    assert passer_by.get(f"{statement}/in/ar").status_code == 404
    assert passer_by.get(f"{statement}/in/fr").status_code == 200
    assert "/in/ar" not in passer_by.get(statement).text
    translate(world, "ar", statement, "ar")
    assert "[ar] Pas un homme." in passer_by.get(f"{statement}/in/ar").text
    assert "[ar]" not in passer_by.get(statement).text
    translate(world, "ic", statement, "en")
    assert "[en] Pas un homme." in passer_by.get(statement).text
    for hostile in ("xx", "%00", "..%2f..", "fr" * 200):
        assert passer_by.get(f"{statement}/in/{hostile}").status_code in (400, 404)


def test_a_co_signature_is_taken_back(visit: Any, world: Any, statement: str) -> None:
    committee = visit("ic", "delegate")
    committee.post(f"{statement}/cosign", data={"revision": "1"})
    assert committee.get(f"{statement}/withdraw").status_code == 200
    reason = {"language": "en", "reason": "The second sentence"}
    assert 'value="sign"' in committee.post(f"{statement}/withdraw", data=reason).text
    assert 'name="language"' in committee.post(f"{statement}/withdraw", data={**reason, "step": "edit"}).text
    page = committee.post(f"{statement}/withdraw", data={**reason, "step": "sign"})
    assert "took its co-signature back" in page.text
    assert "The second sentence" in page.text


def test_the_panel_beside_the_document(visit: Any, statement: str) -> None:
    page = visit("ic", "delegate").get(statement.replace("/statements/", "/documents/"))
    assert page.status_code == 200
    assert "proposed it" in page.text
    assert f"{statement}/cosign" in page.text


def test_members_only_read(visit: Any, world: Any, statement: str) -> None:
    said = len(world.said())
    member = visit("ic", "member")
    assert member.get(statement).status_code == 200
    for deed in ("cosign", "withdraw", "issue"):
        assert f"{statement}/{deed}" not in member.get(statement).text
        assert member.get(f"{statement}/{deed}").status_code == 403
        assert member.post(f"{statement}/{deed}", data={"revision": "1"}).status_code in (400, 403)
    assert member.get("/statements/new").status_code == 403
    assert member.post("/statements/new", data={**STATEMENT, "step": "sign"}).status_code == 403
    assert member.get("/statements/fr-nothing").status_code == 404
    assert len(world.said()) == said


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("title", "a\0"), ("text", ""), ("text", "a\u202eb"), ("language", "1"), ("step", "x"), ("more", "1")],
)
def test_bad_input_is_refused(world: Any, visit: Any, field: str, value: str) -> None:
    browser = visit("fr", "delegate")
    assert browser.post("/statements/new", data={**STATEMENT, "step": "sign", field: value}).status_code == 400
    assert browser.post("/api/v1/statements", json={**STATEMENT, field: value}).status_code == 400
    assert world.said() == []


@pytest.mark.parametrize("revision", ["0", "-1", "2", "x", "", "9" * 30, "1.5"])
def test_only_the_revision_that_was_read_is_signed(world: Any, visit: Any, statement: str, revision: str) -> None:
    said = len(world.said())
    for code, deed in (("ic", "cosign"), ("fr", "issue")):
        answer = visit(code, "delegate").post(f"{statement}/{deed}", data={"revision": revision})
        assert answer.status_code == (409 if revision == "2" else 400)
    assert len(world.said()) == said


def test_the_api_does_what_the_pages_do(world: Any, visit: Any) -> None:
    lyon, committee, passer_by = visit("fr", "delegate", "fr"), visit("ic", "delegate"), visit("ic")
    proposed = lyon.post("/api/v1/statements", json=STATEMENT)
    assert proposed.status_code == 201, proposed.text
    path = f"/api/v1/statements/{proposed.json()['id']}"
    world.carry()
    assert passer_by.get(path).status_code in (401, 403)
    assert passer_by.get("/api/v1/statements").json() == {"issued": [], "proposed": []}
    assert committee.get(path).json()["offers"] == ["cosign"]
    assert committee.post(f"{path}/cosignature", json={"revision": 1}).status_code == 201
    assert committee.post(f"{path}/cosignature", json={"revision": 1}).status_code == 409
    assert committee.post(f"{path}/withdrawal", json={"language": "en", "reason": "No"}).status_code == 201
    assert committee.post(f"{path}/cosignature", json={"revision": 1}).status_code == 201
    assert committee.post(f"{path}/issue", json={"revision": 1}).status_code == 409
    world.carry()
    assert lyon.post(f"{path}/issue", json={"revision": 1}).status_code == 201
    world.carry()
    public = passer_by.get(path).json()
    assert [(each["section"], each["standing"]) for each in public["signatories"]] == [("fr", "home"), ("ic", "counted")]
    assert (public["issued"], public["signing"], public["languages"]) == (True, None, ["fr"])
