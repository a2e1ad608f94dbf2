"""Statements in a browser and through the API."""

from typing import Any

import pytest

from internationale.kit import PUBLIC, Place, Reader, Utterance
from internationale.rooms.documents.rules import writing
from internationale.testing import carrying
from internationale.testing.people import member

STATEMENT = {
    "audience": "international",
    "language": "fr",
    "title": "Contre la guerre",
    "text": "Pas un sou.\r\n\r\nPas un homme.",
}


@pytest.fixture
def statement(three: Any, fr: Any, browser: Any) -> str:
    answer = browser(fr, "delegate", language="en").post(
        "/statements/new", data={**STATEMENT, "step": "sign"}, follow_redirects=False
    )
    assert answer.status_code == 303
    carrying.hand_on(*three)
    return answer.headers["location"]


def translate(section: Any, path: str, language: str) -> None:
    id = path.rpartition("/")[2]
    with section.writing() as session:
        reading = section.documents.read(session, id, language)
        texts = {unit.block.id: f"[{language}] {unit.block.source}" for unit in reading.units}
        reader = member(section, "translator", "member")
        section.documents.offer(session, id, language, texts, revision=reading.document.revision, by=reader)


def test_nothing_is_said_before_it_was_shown(browser: Any, three: Any, fr: Any) -> None:
    lyon = browser(fr, "delegate", language="en")
    assert "No statement" in lyon.get("/statements").text
    assert lyon.get("/statements/new").status_code == 200
    preview = lyon.post("/statements/new", data=STATEMENT)
    assert "Pas un homme." in preview.text
    assert "Contre la guerre" in lyon.post("/statements/new", data={**STATEMENT, "step": "edit"}).text
    assert carrying.said(*three) == []


def test_the_story_in_browsers(three: Any, ic: Any, fr: Any, ar: Any, browser: Any, statement: str, read: Any) -> None:
    lyon, committee, passer_by = browser(fr, "delegate", language="fr"), browser(ic, "delegate"), browser(ar, language="ar")
    assert passer_by.get(statement, follow_redirects=False).status_code != 200
    assert "Contre la guerre" not in passer_by.get("/statements").text
    assert "Contre la guerre" in committee.get("/statements").text
    assert f"{statement}/cosign" in committee.get(statement).text
    assert "revision 1" in committee.get(f"{statement}/cosign").text
    signed = committee.post(f"{statement}/cosign", data=read(ic, statement))
    assert "co-signed this text" in signed.text
    carrying.hand_on(*three)
    assert "International Committee" in lyon.get(f"{statement}/issue").text
    assert lyon.post(f"{statement}/issue", data=read(fr, statement)).status_code == 200
    carrying.hand_on(*three)
    page = passer_by.get(statement)
    assert page.status_code == 200
    assert "Pas un homme." in page.text
    assert "International Committee" in page.text
    assert "Contre la guerre" in passer_by.get("/").text


def test_only_complete_languages_are_public(
    three: Any, ic: Any, fr: Any, ar: Any, browser: Any, statement: str, read: Any
) -> None:
    lyon, passer_by = browser(fr, "delegate", language="fr"), browser(fr, language="en")
    lyon.post(f"{statement}/issue", data=read(fr, statement))
    assert passer_by.get(f"{statement}/in/ar").status_code == 404
    assert passer_by.get(f"{statement}/in/fr").status_code == 200
    assert "/in/ar" not in passer_by.get(statement).text
    translate(ar, statement, "ar")
    carrying.hand_on(*three)
    assert "[ar] Pas un homme." in passer_by.get(f"{statement}/in/ar").text
    assert "[ar]" not in passer_by.get(statement).text
    translate(ic, statement, "en")
    carrying.hand_on(*three)
    assert "[en] Pas un homme." in passer_by.get(statement).text
    for hostile in ("xx", "%00", "..%2f..", "fr" * 200):
        assert passer_by.get(f"{statement}/in/{hostile}").status_code in (400, 404)


def test_a_co_signature_is_taken_back(ic: Any, browser: Any, statement: str, read: Any) -> None:
    committee = browser(ic, "delegate")
    committee.post(f"{statement}/cosign", data=read(ic, statement))
    assert committee.get(f"{statement}/withdraw").status_code == 200
    reason = {"language": "en", "reason": "The second sentence"}
    assert 'value="sign"' in committee.post(f"{statement}/withdraw", data=reason).text
    assert 'name="language"' in committee.post(f"{statement}/withdraw", data={**reason, "step": "edit"}).text
    page = committee.post(f"{statement}/withdraw", data={**reason, "step": "sign"})
    assert "took its co-signature back" in page.text
    assert "The second sentence" in page.text


def test_the_panel_beside_the_document(ic: Any, browser: Any, statement: str) -> None:
    page = browser(ic, "delegate").get(statement.replace("/statements/", "/documents/"))
    assert page.status_code == 200
    assert "proposed it" in page.text
    assert f"{statement}/cosign" in page.text


def test_members_only_read(three: Any, ic: Any, browser: Any, statement: str, read: Any) -> None:
    said = len(carrying.said(*three))
    reader = browser(ic, "member")
    assert reader.get(statement).status_code == 200
    for deed in ("cosign", "withdraw", "issue"):
        assert f"{statement}/{deed}" not in reader.get(statement).text
        assert reader.get(f"{statement}/{deed}").status_code == 403
        assert reader.post(f"{statement}/{deed}", data=read(ic, statement)).status_code in (400, 403)
    assert reader.get("/statements/new").status_code == 403
    assert reader.post("/statements/new", data={**STATEMENT, "step": "sign"}).status_code == 403
    assert reader.get("/statements/fr-nothing").status_code == 404
    assert len(carrying.said(*three)) == said


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", ""), ("title", "a\0"), ("text", ""), ("text", "a\u202eb"), ("language", "1"), ("step", "x"), ("more", "1")],
)
def test_bad_input_is_refused(browser: Any, three: Any, fr: Any, field: str, value: str) -> None:
    lyon = browser(fr, "delegate", language="en")
    assert lyon.post("/statements/new", data={**STATEMENT, "step": "sign", field: value}).status_code == 400
    assert lyon.post("/api/v1/statements", json={**STATEMENT, field: value}).status_code == 400
    assert carrying.said(*three) == []


@pytest.mark.parametrize("event", ["1", "fr:1:1", "fr:1:1:0", "x", "", "9" * 300, "fr:1:2:0123456789abcdef"])
def test_only_the_revision_that_was_read_is_signed(
    three: Any, ic: Any, fr: Any, browser: Any, statement: str, event: str
) -> None:
    said = len(carrying.said(*three))
    for section, deed in ((ic, "cosign"), (fr, "issue")):
        answer = browser(section, "delegate", language="en").post(f"{statement}/{deed}", data={"event": event})
        assert answer.status_code == (409 if event.startswith("fr:1:2") else 400)
    assert len(carrying.said(*three)) == said


def test_the_api_does_what_the_pages_do(three: Any, ic: Any, fr: Any, browser: Any) -> None:
    lyon, committee, passer_by = browser(fr, "delegate", language="fr"), browser(ic, "delegate"), browser(ic)
    proposed = lyon.post("/api/v1/statements", json=STATEMENT)
    assert proposed.status_code == 201, proposed.text
    path = f"/api/v1/statements/{proposed.json()['id']}"
    carrying.hand_on(*three)
    assert passer_by.get(path).status_code in (401, 403)
    assert passer_by.get("/api/v1/statements").json() == {"issued": [], "total": 0, "page": 1, "pages": 1}
    assert passer_by.get("/api/v1/statements/proposed").status_code == 403
    assert committee.get(path).json()["offers"] == ["cosign"]
    signed = {"event": committee.get(path).json()["event"]}
    assert committee.post(f"{path}/cosignature", json=signed).status_code == 201
    assert committee.post(f"{path}/cosignature", json=signed).status_code == 409
    assert committee.post(f"{path}/withdrawal", json={"language": "en", "reason": "No"}).status_code == 201
    assert committee.post(f"{path}/cosignature", json=signed).status_code == 201
    assert committee.post(f"{path}/issue", json=signed).status_code == 409
    carrying.hand_on(*three)
    assert lyon.post(f"{path}/issue", json=signed).status_code == 201
    carrying.hand_on(*three)
    public = passer_by.get(path).json()
    assert [(each["section"], each["standing"]) for each in public["signatories"]] == [("fr", "home"), ("ic", "counted")]
    assert (public["issued"], public["signing"], public["languages"]) == (True, None, ["fr"])


@pytest.mark.parametrize("kind", ["statement", "action"])
def test_no_statement_and_no_appeal_is_public_without_being_issued(three: Any, fr: Any, browser: Any, kind: str) -> None:
    opened = {**STATEMENT, "kind": kind, "audience": "public"}
    answer = browser(fr, "delegate", language="en").post("/api/v1/documents", json=opened)
    assert (answer.status_code, "cannot be opened to the public" in answer.text) == (400, True)
    assert carrying.said(*three) == []


def test_a_statement_that_another_section_opened_to_all_is_no_fault_before_a_passer_by(
    three: Any, ic: Any, fr: Any, browser: Any, caplog: Any
) -> None:
    opened, parts = writing.opening("fr-abcdefghijkl", kind="statement", language="fr", title="T", text="Sans signature.")
    with fr.writing() as session:
        fr.publish(session, Utterance(opened, parts=parts, audience=PUBLIC), by=member(fr, "delegate"))
    carrying.hand_on(*three)
    for path in ("/", "/statements", "/statements/fr-abcdefghijkl", "/documents/fr-abcdefghijkl"):
        assert "Sans signature." not in browser(ic).get(path).text
    with ic.reading() as session:
        subject = ic.documents.read(session, "fr-abcdefghijkl", "fr")
    assert ic.panels(Place.DOCUMENT, subject, Reader()) == []
    assert "statements/panel.html" in [panel.template for panel in ic.panels(Place.DOCUMENT, subject, member(ic, "member"))]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
