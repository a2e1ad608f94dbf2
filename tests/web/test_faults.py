"""Errors as people and programs meet them."""

import logging
import re
from typing import Any

import pytest

from internationale.kit.http import cookie_name

from .conftest import SECRET


def test_a_program_gets_all_that_is_wrong_with_its_places(visitor: Any) -> None:
    answer = visitor.post("/api/v1/shop", json={"title": "", "count": "many", "colour": "red", "reason": "\u202e"})
    assert answer.status_code == 400
    told = answer.json()
    assert (told["status"], told["error"]) == (400, "invalid")
    places = {told["place"]: told["message"], **{other["place"]: other["message"] for other in told["others"]}}
    assert places == {
        "title": "This must not be empty.",
        "count": "This must be a whole number.",
        "colour": "There is no field of this name.",
        "reason": "This contains an invisible character that reverses the direction of the text.",
    }


BAD_JSON = {
    "empty": b"",
    "no json": b"{",
    "not an object": b"[]",
    "null": b"null",
    "text": b'"x"',
    "twice": b'{"title": "a", "title": "b"}',
    "NaN": b'{"title": "a", "count": NaN}',
    "infinity": b'{"title": "a", "count": -Infinity}',
    "huge number": b'{"title": "a", "count": ' + b"9" * 5000 + b"}",
    "exponent": b'{"title": "a", "count": 1e400}',
    "deep": b"[" * 100_000,
    "deep inside": b'{"title": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "not UTF-8": b'{"title": "\xff"}',
    "UTF-16": '{"title": "a"}'.encode("utf-16"),
    "lone surrogate": b'{"title": "\\ud800"}',
    "NUL": b'{"title": "a\\u0000b"}',
    "too long": b'{"title": "' + b"a" * 201 + b'"}',
    "null title": b'{"title": null}',
}


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON)
def test_bad_json_is_a_400_in_words(visitor: Any, body: bytes) -> None:
    visitor.get("/shop/session")  # who is signed in may send more
    answer = visitor.post("/api/v1/shop", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert set(answer.json()) == {"status", "error", "message", "place", "others"}
    assert answer.json()["message"].endswith((".", "characters."))


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "application/x-msgpack",
        "",
        "garbage",
    ],
)
def test_json_must_be_sent_as_json(visitor: Any, kind: str) -> None:
    answer = visitor.post("/api/v1/shop", content=b'{"title": "a"}', headers={"content-type": kind})
    assert answer.status_code == 415
    assert answer.json()["error"] == "wrong_type"


def test_json_in_another_encoding_is_refused(visitor: Any) -> None:
    kind = "application/json; charset=latin-1"
    assert visitor.post("/api/v1/shop", content=b'{"title": "a"}', headers={"content-type": kind}).status_code == 415


FORM = {"content-type": "application/x-www-form-urlencoded"}
BAD_FORMS = {
    "empty": b"",
    "not UTF-8": b"title=%ff",
    "raw bytes": b"title=\xc3\xa9",
    "NUL": b"title=a%00b",
    "twice": b"title=a&title=b",
    "too many fields": b"&".join(b"a%d=1" % number for number in range(10_000)),
    "too long": b"title=" + b"a" * 201,
    "unknown field": b"title=a&colour=red",
    "several lines": b"title=a%0d%0ab",
    "number": b"title=a&count=" + b"9" * 30 + b".5",
    "digits without end": b"title=a&count=" + b"9" * 5000,
}


@pytest.mark.parametrize("body", BAD_FORMS.values(), ids=BAD_FORMS)
def test_a_bad_form_is_a_400_in_words(visitor: Any, body: bytes) -> None:
    visitor.get("/shop/session")
    answer = visitor.post("/shop", content=body, headers=FORM)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_what_is_too_large_is_refused(visitor: Any) -> None:
    visitor.get("/shop/session")
    assert visitor.post("/shop", content=b"title=" + b"a" * 3_100_000, headers=FORM).status_code == 413
    answer = visitor.post(
        "/api/v1/shop", content=b'{"title":"' + b"a" * 3_100_000 + b'"}', headers={"content-type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.json()["error"] == "too_large"


def test_nothing_entered_is_lost_and_secrets_are_not_given_back(visitor: Any) -> None:
    sent = {"title": "", "reason": 'For <b>us</b>\n"all"', "count": "3", "password": "open sesame"}
    page = visitor.post("/shop", data=sent)
    assert page.status_code == 400
    assert "This must not be empty." in page.text
    assert "For &lt;b&gt;us&lt;/b&gt;\n&#34;all&#34;</textarea>" in page.text
    assert 'name="count" type="text" value="3"' in page.text
    assert "open sesame" not in page.text
    assert '<form class="form" method="post" action="/shop"' in page.text


def test_labelled_fields_are_called_by_their_label_and_the_others_stay_hidden(visitor: Any) -> None:
    page = visitor.post("/shop/labelled?from=here", data={"title": "Bread", "base": "4"})
    assert page.status_code == 409
    assert "<strong><bdi>What it is called</bdi>:</strong> Somebody was faster." in page.text
    assert '<input type="hidden" name="base" value="4">' in page.text
    assert 'action="/shop/labelled?from=here"' in page.text


def test_what_cannot_go_well_is_not_offered(visitor: Any, fr: Any) -> None:
    """A form of nothing but a button and what it stands on, when that is no longer so: the way to the page as it is now."""
    page = visitor.post("/shop/stale", data={"event": "fr:1:1"}, headers={"referer": f"{fr.base_url}/shop/page"})
    assert page.status_code == 409
    assert '<a href="/shop/page">See it as it is now</a>' in page.text
    assert "Send it again" not in page.text
    assert 'name="event"' not in page.text
    assert "What you entered" not in page.text


def test_the_way_back_is_the_page_before_if_it_is_ours(visitor: Any, fr: Any) -> None:
    def back(referer: str) -> str:
        page = visitor.get("/nowhere", headers={"referer": referer}).text
        return re.findall(r'<p class="after"><a href="([^"]*)">', page)[0]

    assert back(f"{fr.base_url}/about?x=1") == "/about?x=1"
    assert back("https://evil.example/about") == "/"
    assert back("javascript:alert(1)") == "/"
    assert back("http://[") == "/"


@pytest.mark.parametrize(
    ("kind", "status", "name"),
    [
        ("invalid", 400, "invalid"),
        ("conflict", 409, "conflict"),
        ("paused", 503, "paused"),
        ("overflow", 400, "invalid"),
        ("recursion", 400, "invalid"),
    ],
)
def test_errors_on_purpose(visitor: Any, kind: str, status: int, name: str) -> None:
    assert visitor.get(f"/shop/raise/{kind}").status_code == status
    answer = visitor.get(f"/api/v1/shop/raise/{kind}")
    assert (answer.status_code, answer.json()["error"]) == (status, name)


def test_what_nobody_meant_shows_and_logs_no_content(visitor: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        page = visitor.get("/shop/raise/unexpected")
        answer = visitor.get("/api/v1/shop/raise/unexpected")
    assert (page.status_code, answer.status_code) == (500, 500)
    number = re.findall(r"number ([0-9a-f]{8})", page.text)[0]
    assert number in caplog.text
    assert "RuntimeError" in caplog.text
    for told in (page.text, answer.text, caplog.text):
        assert "comrade wrote" not in told
    assert "Traceback" not in page.text + answer.text


@pytest.mark.parametrize("path", ["/shop/row", "/api/v1/shop/row"])
@pytest.mark.parametrize("kind", ["row", "rows", "nested"])
def test_no_table_row_is_ever_an_answer(visitor: Any, path: str, kind: str) -> None:
    answer = visitor.get(f"{path}/{kind}")
    assert answer.status_code == 500
    assert "a table row" not in answer.text


def test_strangers_are_sent_to_sign_in_and_back(visitor: Any, fr: Any) -> None:
    answer = visitor.get("/shop/may?page=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/members/sign-in?next=%2Fshop%2Fmay%3Fpage%3D2")
    posted = visitor.post("/shop/may")
    assert posted.status_code == 403
    assert 'href="/members/sign-in"' in posted.text
    kept = visitor.post("/shop/signed", data={"title": "Bread", "choice": "few", "hidden": "x"})
    assert kept.status_code == 403
    assert 'href="/members/sign-in" target="_blank" rel="noopener">Sign in in a new tab</a>' in kept.text
    assert "send it again" in kept.text
    assert dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', kept.text)) == {"title": "Bread", "choice": "few", "hidden": "x"}
    visitor.cookies.set(cookie_name(fr), SECRET)
    refused = visitor.get("/shop/may?lang=en")
    assert refused.status_code == 403
    assert "secretary" in refused.text


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "-1", "x", "1.5", "%D9%A1"])
def test_numbers_in_addresses(visitor: Any, number: str) -> None:
    assert visitor.get(f"/api/v1/shop/number/{number}").status_code in {200, 400, 404}
    assert visitor.get(f"/api/v1/shop/number/1?page={number}").status_code in {200, 400}


def test_the_api_describes_itself_without_pages_and_without_help_from_elsewhere(visitor: Any) -> None:
    answer = visitor.get("/api/v1/openapi.json")
    described = answer.json()
    assert all(path.startswith("/api/v1/") for path in described["paths"])
    assert "/api/v1/shop" in described["paths"]
    assert visitor.get("/schema").status_code == 404
    assert visitor.get("/api/v1").status_code == 404
