"""The pages and the API, as browsers and programs use them."""

import re

import pytest

from internationale.kit import Reader
from internationale_translation import queries

from .story import FRENCH, TEXT

TEXTS = list(FRENCH.values())


@pytest.fixture
def desk(fr, browser, story):
    """A translator of ``fr`` before the untranslated statement."""
    return Desk(browser(fr, "translator", "delegate", language="en"), story)


class Desk:
    def __init__(self, client, story):
        self.client, self.story = client, story
        self.path = f"/translation/{story.document}/fr"
        self.api = f"/api/v1/translation/{story.document}/fr"
        self.blocks = hidden(self.get(), "block")

    def get(self, path="", status=200):
        answer = self.client.get(self.path + path)
        assert answer.status_code == status
        return answer.text

    def post(self, path="", status=303, **fields):
        answer = self.client.post(self.path + path, data={"revision": 1, **fields}, follow_redirects=False)
        assert answer.status_code == status
        return answer.headers.get("location") if status == 303 else answer.text

    def fill(self, action="save", **changed):
        page = self.get()
        texts = [changed.get(str(n), text) for n, text in enumerate(TEXTS)]
        return self.post(action=action, block=hidden(page, "block"), was=hidden(page, "was"), text=texts)

    def fields(self):
        return [text.removeprefix("\n") for text in re.findall(r"<textarea[^>]*>([^<]*)</textarea>", self.get())]

    def share(self, revision=1):
        return self.post("/sharing", revision=revision, unit=hidden(self.get("/sharing"), "unit", kind="checkbox"))


def hidden(page, name, kind="hidden"):
    return re.findall(rf'<input type="{kind}" name="{name}" value="([^"]+)"', page)


def test_from_the_matrix_to_what_everybody_reads(ic, browser, desk):
    assert desk.path in desk.client.get("/translation").text
    assert desk.fill() == f"{desk.path}?show=all&page=1&done=saved"
    assert desk.fields() == [text.replace("'", "&#39;") for text in TEXTS]
    assert desk.fill(action="share") == f"{desk.path}/sharing"
    assert desk.share() == f"{desk.path}?done=shared"
    desk.story.carry()
    reading = browser(ic, "member").get(f"/documents/{desk.story.document}?read=fr").text
    assert all(text in reading for text in TEXTS)


def test_what_leaves_is_shown_before_it_leaves_with_those_who_can_read_it(desk):
    desk.fill()
    page = desk.get("/sharing")
    assert all(text in page for text in TEXTS)
    assert "Section française" in page
    assert "rosa" in page
    assert desk.story.states() == ["missing"] * 4


def test_one_draft_may_stay(desk):
    desk.fill()
    desk.post("/sharing", unit=hidden(desk.get("/sharing"), "unit", kind="checkbox")[0])
    assert desk.story.states() == ["current", "missing", "missing", "missing"]
    assert desk.fields() == TEXTS


def test_the_change_of_the_source_is_shown_and_still_right_is_one_click(desk):
    desk.fill()
    desk.share()
    desk.story.revise(TEXT.replace("rise with prices", "rise with prices and rents"))
    assert "<ins> and rents</ins>" in desk.get("?show=open")
    assert desk.post(action=f"right:{desk.blocks[2]}", revision=2).endswith(f"#unit-{desk.blocks[2]}")
    desk.share(revision=2)
    assert desk.story.states() == ["current"] * 4
    assert "Nothing is left to do here." in desk.get("?show=open")


def test_fields_that_nobody_touched_say_nothing(desk):
    page = desk.get()
    desk.story.work_of_another({block: f"{n}" for n, block in enumerate(desk.blocks)})
    desk.post(block=hidden(page, "block"), was=hidden(page, "was"), text=["", "", "", "Mine"])
    assert [line.draft.text if line.draft else None for line in desk.story.desk().lines] == [None, None, None, "Mine"]


def test_a_suggestion_is_inserted_without_javascript(desk):
    desk.fill()
    desk.share()
    desk.story.revise(TEXT + "\n\nThe rich shall pay!\n")
    (button,) = re.findall(r'value="(use:[^"]+)"', desk.get())
    desk.post(action=button, revision=2)
    assert desk.fields()[-1] == FRENCH["The rich shall pay."]


def test_bad_input_is_answered_in_words_and_changes_nothing(desk):
    field = {"block": "title", "was": "0" * 32}
    for fields in [
        {"revision": 0},
        {"revision": 10**40},
        {"revision": "one"},
        {"action": "burn"},
        {"action": "right:nobody"},
        {**field, "block": "nobody", "text": "x"},
        {"block": "title"},
        {**field, "text": "a\0b"},
        {**field, "text": "x" * 20_001},
        {"block": ["title"] * 3, "was": ["0" * 32] * 3, "text": ["a"] * 2},
        {"unknown": "x"},
    ]:
        assert "<h1" in desk.post(status=400, **fields)
    assert desk.story.desk().drafts == 0


def test_odd_addresses(desk):
    for path, status in [("?page=0", 200), ("?page=x", 400), ("?page=99", 200), ("?show=none", 400), ("?suggest=nobody", 200)]:
        desk.get(path, status)
    for path in ["nobody/fr", "{document}/en", "{document}/xx", "{document}/xx/sharing"]:
        assert desk.client.get("/translation/" + path.format(document=desk.story.document)).status_code == 404
    assert desk.client.get("/translation/%00/fr").status_code == 400


def test_only_translators_and_only_signed_in(fr, browser, desk):
    member, translator, passer_by = (
        browser(fr, "member", language="en"),
        browser(fr, "translator", language="en"),
        browser(fr, language="en"),
    )
    assert [member.get(path).status_code for path in (desk.path, desk.api)] == [403, 403]
    assert passer_by.get(desk.api).status_code in (401, 403)
    desk.fill()
    page = translator.get(desk.path + "/sharing").text
    assert translator.get(desk.path + "/sharing").status_code == 200
    assert TEXTS[0] in page


def test_the_same_over_json(desk):
    drafts = {"revision": 1, "texts": dict(zip(desk.blocks, TEXTS, strict=True))}
    assert desk.client.put(desk.api + "/drafts", json=drafts).json() == {"units": 4}
    shown = desk.client.get(desk.api).json()
    assert [(unit["source"], unit["state"], unit["draft"]) for unit in shown["units"]] == [
        (source, "missing", text) for source, text in FRENCH.items()
    ]
    assert desk.client.post(desk.api + "/offers", json=drafts).json() == {"units": 4}
    assert desk.client.get("/api/v1/translation").json()["documents"][0]["progress"] == [
        {"language": "fr", "current": 4, "outdated": 0, "missing": 0}
    ]
    desk.story.revise(TEXT.replace("The rich", "Only the rich"))
    unit = desk.client.get(desk.api).json()["units"][3]
    assert (unit["state"], unit["made_from"]) == ("outdated", "The rich shall pay.")
    assert ["insert", "Only the"] in unit["source_changes"]
    assert desk.client.post(desk.api + "/confirmations", json={"blocks": [unit["block"]]}).json() == {"units": 1}


def test_bad_json_is_answered_in_words(desk):
    for method, path, body in [
        ("PUT", "/drafts", {"revision": "1", "texts": []}),
        ("PUT", "/drafts", {"revision": 1, "texts": {"title": 5}}),
        ("PUT", "/drafts", {"revision": 10**30, "texts": {}}),
        ("PUT", "/drafts", {"revision": 7, "texts": {}}),
        ("POST", "/offers", {"revision": 1, "texts": {}}),
        ("POST", "/offers", {"revision": 1, "texts": {"title": " "}}),
        ("POST", "/offers", {"revision": 1, "texts": {"x y": "z"}}),
        ("POST", "/offers", {"revision": 2, "texts": {"title": "z"}}),
        ("POST", "/confirmations", {"blocks": ["title"]}),
        ("POST", "/confirmations", {"blocks": "title"}),
        ("POST", "/confirmations", []),
    ]:
        answer = desk.client.request(method, desk.api + path, json=body)
        assert 400 <= answer.status_code < 500
        assert answer.json()["message"]
    assert desk.story.states() == ["missing"] * 4


def test_a_right_for_a_language_opens_no_text_that_its_holder_may_not_read(fr, browser, desk):
    desk.fill()
    hired = Reader(id="fr-rosa", handle="rosa", language="en", capabilities={"translation.draft": frozenset({"fr", None})})
    client = browser(fr, hired)
    form = {"revision": 1, "block": desk.blocks, "was": hidden(desk.get(), "was"), "text": TEXTS, "action": "save"}
    texts = {"revision": 1, "texts": {desk.blocks[0]: "T"}}
    answers = [
        *(client.get(path) for path in ("/translation", "/api/v1/translation", desk.path, desk.api, f"{desk.path}/sharing")),
        client.get(f"{desk.api}/suggestions/{desk.blocks[0]}"),
        client.post(desk.path, data=form),
        client.put(f"{desk.api}/drafts", json=texts),
        client.post(f"{desk.api}/confirmations", json={"blocks": desk.blocks[:1]}),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert not [answer.url for answer in answers if "Against the war" in answer.text or "peace" in answer.text]
    with fr.reading() as session:
        assert queries.needs(fr, session, hired) == []


def test_two_windows_lose_nothing_of_each_other(desk):
    """What the second saves in a field that changed since it was opened is told, with both texts, before it counts."""
    first, second = hidden(desk.get(), "was"), hidden(desk.get(), "was")
    desk.post(block=desk.blocks, was=first, text=["", "First window", "", ""])
    page = desk.post(status=409, block=desk.blocks, was=second, text=["", "Second <window>", "", "More"])
    assert "This paragraph was saved meanwhile in another window." in page
    assert "First window</p>" in page
    typed = [text.removeprefix("\n") for text in re.findall(r"<textarea[^>]*>([^<]*)</textarea>", page)]
    assert typed == ["", "Second &lt;window&gt;", "", "More"]
    assert page.count('aria-invalid="true"') == 1
    assert desk.fields() == ["", "First window", "", ""]
    desk.post(block=desk.blocks, was=hidden(page, "was"), text=["", "Both", "", "More"])
    assert desk.fields() == ["", "Both", "", "More"]


def test_what_a_button_puts_into_a_field_does_not_take_what_another_window_saved(desk):
    was = hidden(desk.get(), "was")
    desk.post(block=desk.blocks, was=was, text=["", "First window", "", ""])
    action = f"right:{desk.blocks[1]}"
    page = desk.post(status=409, action=action, block=desk.blocks, was=was, text=["", "", "", ""])
    assert "First window" in page


def test_whoever_was_signed_out_keeps_what_was_translated(desk):
    was = hidden(desk.get(), "was")
    signed_in = dict(desk.client.cookies)
    desk.client.cookies.clear()
    page = desk.post(status=403, block=desk.blocks, was=was, text=["Titre", "Une\n\nligne", "", ""])
    assert re.findall(r"<textarea[^>]*>\n([^<]*)</textarea>", page) == ["Titre", "Une\n\nligne", "", ""]
    assert hidden(page, "block") == desk.blocks
    assert "new tab" in page
    desk.client.cookies.update(signed_in)
    desk.post(block=hidden(page, "block"), was=hidden(page, "was"), text=["Titre", "Une\n\nligne", "", ""])
    assert desk.fields() == ["Titre", "Une\n\nligne", "", ""]
