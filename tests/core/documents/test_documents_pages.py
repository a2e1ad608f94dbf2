"""The story of one paragraph through the pages, and what the pages refuse."""

import html
import re

import pytest
from sqlalchemy import event
from sqlmodel import select

from internationale.kit import INTERNATIONAL, PUBLIC, Utterance
from internationale.rooms.documents.port import amending
from internationale.rooms.documents.port.amending import Proposal
from internationale.rooms.documents.rows.private import Motion
from internationale.rooms.documents.rules import writing
from internationale.testing import carrying
from internationale.testing.people import speaker


@pytest.fixture
def draft(draft):
    """Its address, and the block."""
    document, block = draft
    return f"/documents/{document}", block


def words(response):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.text)))


def hidden(response, action):
    """The hidden fields of the form that goes to ``action``, as a browser would send them."""
    form = re.search(rf'<form method="post"[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', response.text, re.DOTALL)[1]
    found = {name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}
    for name, value in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        found.setdefault(name, html.unescape(value))
    return found


def test_sections_are_called_by_their_names_read_once_a_page(three, ic, fr, ar, browser, draft):
    path, block = draft
    asked = []
    event.listen(fr.database.readers, "before_cursor_execute", lambda *call: asked.append("roster_version" in call[2]))
    reader, counts = browser(fr, "member", handle="lucie", follow_redirects=False), []
    for words in ("thirty", "twenty", "ten"):
        proposal = Proposal(block, 1, "replace", "en", words, "Time is ours.", f"We stand for {words} hours.")
        with ar.writing() as session:
            amending.propose(ar, session, path.rsplit("/", 1)[1], proposal, speaker(ar))
        carrying.hand_on(*three)
        asked.clear()
        page = reader.get(f"{path}/amendments?lang=en").text
        counts.append(sum(asked))
    by = f'<span class="section"><bdi lang="ar">{ar.name}</bdi> <small dir="ltr">(ar)</small></span>, by <bdi>rosa</bdi>'
    assert page.count(by) == 3
    assert len(set(counts)) == 1
    shown = f'<span class="section"><bdi lang="en">{ic.name}</bdi> <small dir="ltr">(ic)</small></span>'
    page = reader.get(f"{path}?lang=en").text
    assert f"Home: {shown}" in page
    assert f"{shown}<span" in page, "who has it"


def test_the_story_of_an_amendment(three, ic, fr, browser, draft):
    path, block = draft
    lucie, rosa, clara = (
        browser(fr, "member", handle="lucie", follow_redirects=False),
        browser(fr, "delegate", follow_redirects=False),
        browser(ic, "delegate", handle="clara", follow_redirects=False),
    )
    page = lucie.get(f"{path}?lang=en")
    assert page.status_code == 200
    assert "We stand for thirty-five hours." in words(page)
    assert f'id="b-{block}"' in page.text

    assert lucie.post(f"{path}/debate/{block}", data={"text": "Trente suffisent."}).status_code == 303
    assert "Trente suffisent." in words(lucie.get(f"{path}/debate/{block}"))

    assert lucie.get(f"{path}/amend?block={block}").status_code == 200
    said = {"block": block, "revision": "1", "language": "en", "title": "Thirty", "reason": "Time is ours."}
    preview = lucie.post(f"{path}/amend", data=said | {"text": "We stand for thirty hours."})
    assert preview.status_code == 200
    assert "<del>-five</del>" in preview.text
    assert f'action="{path}/amendments"' not in preview.text
    made = lucie.post(f"{path}/motions", data=hidden(preview, f"{path}/motions"))
    assert made.status_code == 303
    motion = made.headers["location"]
    assert "Thirty" in words(rosa.get("/?lang=en"))

    page = rosa.get(motion)
    preview = rosa.post(f"{path}/amend", data=hidden(page, f"{path}/amend") | {"title": "Thirty"})
    assert preview.status_code == 200, words(preview)
    sent = rosa.post(f"{path}/amendments", data=hidden(preview, f"{path}/amendments"))
    assert sent.status_code == 303
    amendment = sent.headers["location"]
    assert amendment in lucie.get(motion).text
    assert lucie.get(amendment).status_code == 200

    carrying.hand_on(*three)
    assert amendment in clara.get(path).text
    shown = clara.get(amendment)
    assert "<del>-five</del>" in shown.text
    decision = {"decision": "accepted", "reason": "It is right."}
    assert clara.post(f"{amendment}/decide", data=decision | {"reason": " "}).status_code == 400
    confirm = clara.post(f"{amendment}/decide", data=decision)
    assert confirm.status_code == 200
    assert clara.post(f"{amendment}/decide", data=hidden(confirm, f"{amendment}/decide")).status_code == 303

    take = amendment.rsplit("/", 1)[1]
    editor = clara.get(f"{path}/revise?take={take}")
    given = hidden(editor, f"{path}/revise")
    given |= {"title": "Hours", "note": "Thirty.", "text": given["text"].replace("\n", "\r\n")}
    preview = clara.post(f"{path}/revise", data=given)
    assert preview.status_code == 200, words(preview)
    assert "<del>-five</del>" in preview.text
    done = clara.post(f"{path}/revise", data=hidden(preview, f"{path}/revise"))
    assert done.headers["location"] == f"{path}/revisions/2"
    carrying.hand_on(*three)
    assert "We stand for thirty hours." in words(lucie.get(path))
    assert "<del>-five</del>" in lucie.get(f"{path}/compare/1/2").text
    assert take in lucie.get(f"{path}/revisions").text
    assert "thirty-five" in words(lucie.get(f"{path}/revisions/1"))


def test_the_exact_text_can_be_had(ar, browser, draft, text):
    path, _ = draft
    answer = browser(ar, "member", handle="nur", follow_redirects=False).get(f"{path}/text.md")
    assert answer.content == text.first.encode()
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"


def test_a_translation_is_shown_with_its_state(three, ic, ar, browser, draft, text):
    path, block = draft
    document = path.rsplit("/", 1)[1]
    with ar.writing() as session:
        ar.documents.offer(session, document, "ar", {block: "نريد خمساً وثلاثين ساعة."}, revision=1, by=speaker(ar))
    nur = browser(ar, "member", handle="nur", follow_redirects=False)
    page = nur.get(f"{path}?read=ar")
    assert '<div class="said" lang="ar" dir="rtl"><p>نريد خمساً وثلاثين ساعة.</p>' in page.text
    assert '<div class="said" lang="en" dir="ltr"><p>The books are open.</p>' in page.text
    carrying.hand_on(*three)
    with ic.writing() as session:
        ic.documents.revise(session, document, base=1, title="Hours", text=text.second, note="", by=speaker(ic))
    carrying.hand_on(*three)
    assert f'href="{path}/change/{block}?read=ar"' in nur.get(f"{path}?read=ar").text
    assert "<del>-five</del>" in nur.get(f"{path}/change/{block}?read=ar").text
    assert nur.get(f"{path}/change/title?read=ar").status_code == 404


def test_a_contribution_is_changed_and_deleted_by_its_writer(fr, browser, draft):
    path, block = draft
    lucie, karim = (
        browser(fr, "member", handle="lucie", follow_redirects=False),
        browser(fr, "member", handle="karim", follow_redirects=False),
    )
    where = lucie.post(f"{path}/debate/{block}", data={"text": "One"}).headers["location"]
    comment = f"{path}/comments/{where.rsplit('#c-', 1)[1]}"
    assert karim.get(comment).status_code == 404
    assert karim.post(comment, data={"text": "Mine"}).status_code == 404
    assert lucie.get(comment).status_code == 200
    assert lucie.post(comment, data={"text": "Two"}).headers["location"] == where
    assert "Two" in words(karim.get(where))
    assert lucie.post(f"{comment}/delete").headers["location"] == where
    assert "Two" not in words(karim.get(where))


def test_passers_by_read_only_what_is_public(ic, browser, draft):
    with ic.writing() as session:
        public = ic.documents.open(
            session, kind="word", language="en", title="W", text="To all.", audience=PUBLIC, by=speaker(ic)
        )
    passer = browser(ic, follow_redirects=False)
    assert "To all." in words(passer.get(f"/documents/{public}"))
    hidden_ones = [draft[0], "/documents/ic-000000000000", f"{draft[0]}/amendments", f"{draft[0]}/debate/{draft[1]}"]
    for path in [*hidden_ones, f"/documents/{public}/amendments", f"/documents/{public}/revise"]:
        answer = passer.get(path)
        assert (answer.status_code, answer.headers["location"].startswith("/members/sign-in")) == (303, True), path
    assert passer.post(f"{draft[0]}/motions", data={}).status_code in {400, 403}


def test_what_is_of_a_kind_for_the_sections_is_nobody_elses_even_when_its_section_opened_it_to_all(three, ic, fr, browser):
    opened, parts = writing.opening("ic-abcdefghijkl", kind="plea", language="en", title="P", text="To all, at once.")
    with ic.writing() as session:  # a section with software of its own: ours refuses it before this
        ic.publish(session, Utterance(opened, parts=parts, audience=PUBLIC), by=speaker(ic))
    carrying.hand_on(*three)
    for section in (ic, fr):
        passer, member = browser(section, follow_redirects=False), browser(section, "member")
        assert "To all, at once." in words(member.get("/documents/ic-abcdefghijkl"))
        assert passer.get("/documents/ic-abcdefghijkl").status_code == 303
        assert passer.get("/api/v1/documents/ic-abcdefghijkl").status_code == 403
        assert passer.get("/api/v1/documents").json()["documents"] == []
        assert [each["title"] for each in member.get("/api/v1/documents").json()["documents"]] == ["P"]


def test_a_text_is_opened_to_the_public_only_when_its_kind_may_be(three, ic, browser):
    clara = browser(ic, "delegate", handle="clara", language="en")
    given = {"language": "en", "title": "T", "text": "To all.", "audience": "public"}
    answer = clara.post("/api/v1/documents", json=given | {"kind": "plea"})
    assert (answer.status_code, "cannot be opened to the public" in answer.text) == (400, True)
    assert carrying.said(*three) == []
    assert clara.post("/api/v1/documents", json=given | {"kind": "word"}).status_code == 201


BAD_PATHS = [
    "/documents/%00",
    "/documents/" + "9" * 400,
    "/documents/ic-000000000000",
    "{path}/revisions/0",
    "{path}/revisions/99999999999999999999999999",
    "{path}/compare/1/7",
    "{path}/amend?block=nowhere",
    "{path}/amendments/fr-000000000000",
    "{path}/amendments/%00",
    "{path}/motions/%00",
    "{path}/debate/%00",
    "{path}/debate/nowhere",
    "{path}/comments/zzz",
    "{path}/change/nowhere",
    "{path}/revise?take=%00",
    "{path}/revise?take=fr-000000000000",
    "{path}/text.md?revision=-1",
    "{path}/text.md?revision=x",
]


def test_bad_addresses_are_answered_in_words(ic, browser, draft):
    clara = browser(ic, "delegate", handle="clara", follow_redirects=False)
    for bad in BAD_PATHS:
        answer = clara.get(bad.format(path=draft[0]))
        assert answer.status_code in {400, 404}, bad
        assert "<h1>" in answer.text


BAD_FORMS = [
    ("motions", {"revision": "0"}),
    ("motions", {"revision": "2"}),
    ("motions", {"revision": "9" * 30}),
    ("motions", {"block": "nowhere"}),
    ("motions", {"block": "\0"}),
    ("motions", {"title": "x" * 201}),
    ("motions", {"title": ""}),
    ("motions", {"title": "a\nb"}),
    ("motions", {"reason": "\0"}),
    ("motions", {"reason": "x" * 20_001}),
    ("motions", {"reason": "\u202e"}),
    ("motions", {"text": ""}),
    ("motions", {"text": "We stand for thirty-five hours."}),
    ("motions", {"language": "!!"}),
    ("motions", {"change": "burn"}),
    ("motions", {"unknown": "field"}),
    ("amendments", {"motion": "0" * 16}),
    ("amendments", {"motion": "\0"}),
    ("amendments", {"revision": "7"}),
]


def test_bad_forms_change_nothing(ic, browser, draft):
    path, block = draft
    clara = browser(ic, "delegate", handle="clara", follow_redirects=False)
    good = {"block": block, "revision": "1", "language": "en", "title": "T", "reason": "R", "text": "We stand for thirty hours."}
    before = carrying.said(ic)
    for where, bad in BAD_FORMS:
        answer = clara.post(f"{path}/{where}", data=good | bad)
        assert answer.status_code in {400, 404, 409}, (where, bad)
    assert carrying.said(ic) == before
    with ic.reading() as session:
        assert session.exec(select(Motion)).all() == []


def test_a_long_link_that_many_paragraphs_use_makes_no_large_page(ic, browser):
    """Each may take a little from the definition, and the page no more than a text of its length."""
    text = "[a]\n\n" * 500 + "[a]: https://example.org/" + "b" * 3_900 + "\n"
    with ic.writing() as session:
        said = {"kind": "draft", "language": "en", "title": "Links", "text": text, "audience": INTERNATIONAL}
        document = ic.documents.open(session, **said, by=speaker(ic))
    page = browser(ic, "member", language="en").get(f"/documents/{document}").text
    assert 5 < page.count("https://example.org/bbb") < 50
    assert page.count("<p>[a]</p>") > 400
