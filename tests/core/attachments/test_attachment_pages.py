"""Attachments in a browser and through the API."""

import hashlib
import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from internationale.errors import Conflict
from internationale.rooms.attachments.port import attaching, keeping
from internationale.rooms.attachments.port.room import room
from internationale.rooms.attachments.rules.chunking import CHUNK, hash_of

PICTURE = b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00" + bytes(200)
API = "/api/v1/attachments"


@pytest.fixture
def delegate(three, browser, member) -> Any:
    return browser(three[1], member(three[1], "delegate", "member", language="en"))


def test_a_file_is_shown_before_it_is_signed(three, share, delegate, browser, said_by) -> None:
    _ic, fr, _ar = three
    document = share(fr)
    page = delegate.get(f"/documents/{document}").text
    way = re.search(rf'href="(/attachments/to/{document}\?on=[^"]+)"', page)[1].replace("&amp;", "&")
    assert "At most 200 MiB" in delegate.get(way).text
    before = said_by(fr)
    answer = delegate.post(
        way, files={"file": ("../../etc/\u202ephoto d’équipe.jpg", PICTURE, "image/jpeg")}, follow_redirects=False
    )
    assert answer.status_code == 303
    preview = delegate.get(answer.headers["location"])
    assert "photo d’équipe.jpg" in preview.text
    assert "etc" not in preview.text
    assert "data of the camera" in preview.text
    assert "All sections of the International" in preview.text
    assert said_by(fr) == before
    stranger = browser(fr, "delegate", handle="vera")
    assert stranger.get(answer.headers["location"]).status_code == 404
    done = delegate.post(answer.headers["location"], data={"name": "Team.jpg", "note": "The **team**."}, follow_redirects=False)
    assert done.status_code == 303
    shown = delegate.get(done.headers["location"]).text
    assert "Team.jpg" in shown
    assert "<strong>team</strong>" in shown
    assert said_by(fr) == before + 1
    assert delegate.get(answer.headers["location"]).status_code == 404
    assert "Team.jpg" in delegate.get(f"/documents/{document}").text
    file = delegate.get(done.headers["location"] + "/file")
    assert file.content == PICTURE
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment;")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]


def test_what_is_given_up_goes(three, share, delegate, bring) -> None:
    fr = three[1]
    document = share(fr)
    upload = bring(fr, document, b"words")
    answer = delegate.post(f"/attachments/uploads/{upload}/discard")
    assert (answer.status_code, answer.url.path) == (200, f"/attachments/to/{document}")
    assert delegate.get(f"/attachments/uploads/{upload}").status_code == 404


def test_a_file_given_up_leads_back_to_what_it_was_for(three, browser) -> None:
    """An action is found only by the event that called it."""
    ic = three[0]
    rosa = browser(ic, "delegate", "member", language="en")
    said = dict.fromkeys(("title", "text", "participants", "demands", "leadership", "outlook", "conditions", "forces"), "x")
    sent = {**said, "audience": "international", "language": "en", "first": "2027-05-01", "step": "sign"}
    action = rosa.post("/actions/new", data=sent)
    way = re.search(r'href="(/attachments/to/[^"]+)"', action.text)[1].replace("&amp;", "&")
    preview = rosa.post(way, files={"file": ("a.txt", b"words")})
    answer = rosa.post(f"{preview.url.path}/discard")
    assert (answer.status_code, answer.url.raw_path.decode()) == (200, way)


@pytest.mark.parametrize(
    ("typed", "signed"), [("a/b\\c x", "c x"), ("x" * 300 + ".pdf", "x" * 156 + ".pdf"), ("a\u200bb.txt", "ab.txt")]
)
def test_the_name_that_is_signed_is_the_name_that_was_shown(three, share, delegate, bring, said_by, typed, signed) -> None:
    fr = three[1]
    upload = f"/attachments/uploads/{bring(fr, share(fr), b'words')}"
    before = said_by(fr)
    page = delegate.post(upload, data={"name": typed, "note": "The *note*"}).text
    assert said_by(fr) == before
    assert "cannot be signed as it is" in page
    assert f'name="name" type="text" value="{signed}"' in page
    assert "The *note*</textarea>" in page
    assert f"<bdi>{signed}</bdi>" in delegate.post(upload, data={"name": signed, "note": "The *note*"}).text
    assert said_by(fr) == before + 1


FORM = "multipart/form-data; boundary=x"
UNNAMED = b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n'
NOT_UTF8 = b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xff"\r\n\r\n\r\n--x--\r\n'


WRONG = [
    (b"", FORM, 400, "form cannot be read"),
    (b"--x\r\n", FORM, 400, "form cannot be read"),
    (b"--x--\r\n", FORM, 400, "Choose a file"),
    (UNNAMED, FORM, 400, "Choose a file"),
    (NOT_UTF8, FORM, 400, "form cannot be read"),
    (bytes(5000), "multipart/form-data; boundary=" + "y" * 300, 400, "form cannot be read"),
    (b"a=b", "application/x-www-form-urlencoded", 415, "another type"),
    (b"", "multipart/form-data", 415, "another type"),
]


def test_what_is_no_form_is_refused_in_words(three, share, delegate) -> None:
    document = share(three[1])
    for body, kind, status, words in WRONG:
        answer = delegate.post(f"/attachments/to/{document}", content=body, headers={"content-type": kind})
        assert (answer.status_code, words in answer.text) == (status, True), body


def test_a_file_that_is_too_large(three, share, delegate) -> None:
    fr = three[1]
    fr.attachments.limits = replace(fr.attachments.limits, file=1)
    document = share(fr)
    answer = delegate.post(f"/attachments/to/{document}", files={"file": ("a", bytes(2**20 + 1))})
    assert answer.status_code == 400
    assert "at most 1 MiB" in answer.text
    answer = delegate.post(f"{API}/to/{document}/uploads?name=a", content=bytes(2**20 + 1))
    assert (answer.status_code, answer.json()["place"]) == (400, "file")
    assert delegate.post(f"/attachments/to/{document}", files={"file": ("a", bytes(2**20))}).status_code == 200
    fr.attachments.limits = replace(fr.attachments.limits, all=1)
    answer = delegate.post(f"/attachments/to/{document}", files={"file": ("a", b"a")})
    assert answer.status_code == 409
    assert "all the room" in answer.text


def test_only_delegates_attach_and_only_to_what_there_is(three, share, delegate, browser) -> None:
    fr = three[1]
    document = share(fr)
    simple = browser(fr, "member")
    assert simple.get(f"/attachments/to/{document}").status_code == 403
    assert simple.post(f"/attachments/to/{document}", files={"file": ("a", b"a")}).status_code == 403
    assert simple.post(f"{API}/to/{document}/uploads?name=a", content=b"a").status_code == 403
    for on in ("nonsense", "fr:1:99:0123456789abcdef"):
        assert delegate.get(f"/attachments/to/{document}?on={on}").status_code == 400
    assert delegate.get("/attachments/to/fr-000000000000").status_code == 404


def test_everything_over_the_api(three, share, delegate, browser, carry, carriages) -> None:
    _ic, fr, ar = three
    document, content = share(fr), b"words" * 300_000
    made = delegate.post(f"{API}/to/{document}/uploads?name=a/b%20c.txt&media=Text/Plain;x=y", content=content).json()
    assert (made["name"], made["media"], made["size"]) == ("b c.txt", "text/plain", len(content))
    assert delegate.get(f"{API}/uploads/{made['id']}").json() == made
    id = delegate.post(f"{API}/uploads/{made['id']}", json={"name": "c.txt", "note": ""}).json()["id"]
    assert delegate.delete(f"{API}/uploads/{made['id']}").status_code == 404
    known = delegate.get(f"{API}/{id}").json()
    assert (known["presence"], known["digest"], known["total"]) == ("here", hashlib.sha256(content).hexdigest(), 3)
    assert delegate.get(f"{API}?subject={document}").json() == delegate.get(API).json() == [known]
    carry(*three)
    there = browser(ar, "host")
    assert there.get(f"{API}/{id}").json()["presence"] == "absent"
    assert there.get(f"{API}/{id}/file").status_code == 409
    assert there.post(f"{API}/{id}/fetch").status_code == 204
    assert there.get(f"{API}/{id}").json()["presence"] == "coming"
    assert there.post(f"{API}/{id}/stop").status_code == 204
    assert there.get(f"{API}/{id}").json()["presence"] == "absent"
    there.post(f"{API}/{id}/fetch")
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    assert there.get(f"{API}/{id}/file").content == content
    assert there.post(f"{API}/{id}/pin", json={"pinned": True}).status_code == 204
    assert there.get(f"{API}/room").json()["sections"] == {"fr": len(content)}
    assert there.post(f"{API}/{id}/withdraw", json={"reason": "x"}).status_code == 403
    assert delegate.post(f"{API}/{id}/withdraw", json={"reason": " "}).status_code == 400
    assert delegate.post(f"{API}/{id}/withdraw", json={"reason": "A mistake."}).status_code == 204
    assert delegate.get(f"{API}/{id}").json()["reason"] == "A mistake."
    assert delegate.get(f"{API}/{id}/file").status_code == 404
    assert delegate.post(f"{API}/{id}/withdraw", json={"reason": "Again."}).status_code == 409


def test_fetching_on_pages_without_a_script(three, share, attach, browser, carry, carriages, taken) -> None:
    _ic, fr, ar = three
    ar.attachments.limits = replace(ar.attachments.limits, automatic=0)
    id = attach(fr, share(fr), b"words" * 300_000, name="Wörter.txt", note="What we say.")
    carry(*three)
    there = browser(ar, "member", "host", language="en")
    assert "Wörter.txt" in there.get("/attachments").text
    assert "Fetch it (1.4 MiB)" in there.get(f"/attachments/{id}").text
    assert "0 of 3 pieces have come" in there.post(f"/attachments/{id}/fetch").text
    assert "Fetch it" in there.post(f"/attachments/{id}/stop").text
    there.post(f"/attachments/{id}/fetch")
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    assert "Download" in there.get(f"/attachments/{id}").text
    assert there.get(f"/attachments/{id}/file").content == taken(fr, id)
    assert "Kept for good" in there.post(f"/attachments/{id}/pin", data={"pinned": "true"}).text
    assert f"/attachments/{id}/withdraw" not in there.get(f"/attachments/{id}").text
    ours = browser(fr, "delegate", language="en")
    assert "Whoever has downloaded it" in ours.get(f"/attachments/{id}/withdraw").text
    assert "took it back" in ours.post(f"/attachments/{id}/withdraw", data={"reason": "A **name** in it."}).text


def test_passers_by_see_what_is_public_and_no_more(three, share, attach, browser, carry) -> None:
    """Files that other sections attach to a public text are for the sections."""
    ic, fr, _ar = three
    document, inside = share(fr, "public"), share(fr)
    open = attach(fr, document, b"for all", name="for all.txt")
    carry(*three)
    others, hidden = attach(ic, document, b"ours"), attach(fr, inside, b"hidden")
    carry(*three)
    anybody = browser(fr)
    page = anybody.get(f"/documents/{document}").text
    assert "for all.txt" in page
    assert others not in page
    assert anybody.get(f"/attachments/{open}/file").content == b"for all"
    for unseen in (others, hidden, "fr-000000000000", "nonsense"):
        for path in (f"/attachments/{unseen}", f"/attachments/{unseen}/file", f"{API}/{unseen}"):
            assert anybody.get(path, follow_redirects=False).status_code in (303, 403)
    assert anybody.get("/attachments", follow_redirects=False).status_code == 303
    assert anybody.get(f"{API}?subject={inside}").json() == []


def test_a_download_that_broke_off_goes_on(three, share, attach, delegate) -> None:
    fr = three[1]
    content = bytes(range(256)) * 3000
    id = attach(fr, share(fr), content)
    tag = delegate.get(f"{API}/{id}/file").headers["etag"]

    def on(asked: str, unless: str = tag) -> Any:
        return delegate.get(f"/attachments/{id}/file", headers={"range": asked, "if-range": unless})

    for start in (1, 524_287, 524_288, 600_000, len(content) - 1):
        rest = on(f"bytes={start}-")
        assert (rest.status_code, rest.content) == (206, content[start:])
        assert rest.headers["content-range"] == f"bytes {start}-{len(content) - 1}/{len(content)}"
    last = len(content) - 1
    for asked, first, end in (
        ("5-5", 5, 5),
        ("0-9", 0, 9),
        ("-5", last - 4, last),
        ("524280-524290", 524_280, 524_290),
        (f"7-{10**12}", 7, last),
        (f"{last}-{last}", last, last),
    ):
        rest = on(f"bytes={asked}")
        assert (rest.status_code, rest.content) == (206, content[first : end + 1])
        assert rest.headers["content-range"] == f"bytes {first}-{end}/{len(content)}"
        assert rest.headers["content-length"] == str(end + 1 - first)
    whole = ("0-", f"0-{last}", f"-{10**9}", "9-5", "-", "1-,3-", "x-", "1-2-3", "-5-", "+1-2", "9" * 16 + "-")
    for asked in (*(f"bytes={each}" for each in whole), "lines=1-", "bytes 1-2"):
        assert (on(asked).status_code, len(on(asked).content)) == (200, len(content))
    for asked in (f"bytes={len(content)}-", "bytes=-0", f"bytes={len(content)}-{10**12}"):
        none = on(asked)
        assert (none.status_code, none.content, none.headers["content-range"]) == (416, b"", f"bytes */{len(content)}")
    assert on("bytes=5-", '"another"').status_code == 200
    assert on("bytes=5-9", '"another"').content == content
    assert delegate.head(f"/attachments/{id}/file").headers["content-length"] == str(len(content))


def test_who_has_a_file_is_told_so_without_its_being_read(three, share, attach, delegate, browser, member) -> None:
    fr = three[1]
    id = attach(fr, share(fr), b"words")
    place = f"{API}/{id}/file"
    tag = delegate.get(place).headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = delegate.get(place, headers={"if-none-match": known, "range": "bytes=1-2"})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        assert "content-length" not in answer.headers
    assert delegate.get(place, headers={"if-none-match": '"another"'}).content == b"words"
    for path in (place, f"/attachments/{id}/file"):
        seen = browser(fr).get(path, headers={"if-none-match": tag}, follow_redirects=False)
        assert seen.status_code in (303, 403)
    with fr.writing() as session:
        attaching.withdraw(fr, session, id, reason="A mistake.", by=member(fr, "delegate"))
    assert delegate.get(place, headers={"if-none-match": tag}).status_code == 404


def test_leaving_takes_what_was_brought_and_not_attached(three, share, bring, member) -> None:
    fr = three[1]
    bring(fr, share(fr), b"words")
    account = member(fr, "delegate").id
    with fr.writing() as session:
        assert fr.kept(session, account)["attachments"]["uploads"][0]["size"] == 5
        fr.forget(session, account)
        assert "attachments" not in fr.kept(session, account)


def test_what_was_brought_and_not_attached_is_off_the_disk_when_its_person_has_left(three, share, bring, attach, member) -> None:
    fr = three[1]
    document, store = share(fr), room(three[1]).store
    keeping.tidy(fr)
    attach(fr, document, b"for all")
    for content in (b"mine alone", b"for all"):
        bring(fr, document, content)
    with suppress(Unmeant), fr.writing() as session:
        fr.forget(session, member(fr, "delegate").id)
        raise Unmeant
    assert {kept.name for kept in store.all()} == {hash_of(b"mine alone"), hash_of(b"for all")}
    with fr.writing() as session:
        fr.forget(session, member(fr, "delegate").id)
    assert {kept.name for kept in store.all()} == {hash_of(b"for all")}


def test_a_file_of_which_a_piece_went_meanwhile_is_brought_once_more(three, share, bring) -> None:
    fr = three[1]

    def pieces():
        yield bytes(CHUNK)
        room(fr).store.remove(hash_of(bytes(CHUNK)))  # somebody who had brought the same left
        yield b"the rest"

    document = share(fr)
    with pytest.raises(Conflict, match="bring it once more"):
        bring(fr, document, pieces())


class Unmeant(Exception):
    """The leaving did not come about."""


def test_a_message_with_a_file_leads_to_where_the_file_is_taken_back(three, share, delegate, attach) -> None:
    """Its text alone is taken back with the message: the content would lie about until it is tidied away."""
    _ic, fr, _ar = three
    attachment = attach(fr, share(fr), b"names")
    with fr.reading() as session:
        event = room(fr).find(session, attachment, None).file.event
    way = f'href="/attachments/{attachment}/withdraw"'
    pages = [f"/federation/sent/{event}", f"/federation/sent/{event}/withdraw"]
    assert [way in delegate.get(page).text for page in pages] == [True, True]
    delegate.post(f"/attachments/{attachment}/withdraw", data={"reason": "It names somebody."})
    assert [way in delegate.get(page).text for page in pages] == [False, False]


def test_what_left_this_house_names_the_file(three, share, delegate, attach) -> None:
    _ic, fr, _ar = three
    attach(fr, share(fr), b"names", name="leaflet.txt")
    assert "<bdi>leaflet.txt</bdi>" in delegate.get("/federation/sent").text
