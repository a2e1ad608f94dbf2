"""Circulating a draft, and finding it again, in the browser and over the API."""

import html
import re
from functools import partial

import click
import pytest
from click.testing import CliRunner

import internationale_programme
from internationale.plugins import Plugins
from internationale.testing import carrying
from internationale_programme.commands import add_to

TEXT = "# Hours\r\n\r\nThirty hours, and not one more.\r\n"


@pytest.fixture
def sections(federation):
    return federation("ic", "fr", plugins=Plugins([("programme", internationale_programme)]))


@pytest.fixture
def visiting(browser):
    """Browsers that do not follow redirects."""
    return partial(browser, follow_redirects=False)


def hidden(response):
    return {
        name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.text)
    }


def said(section):
    return len(carrying.said(section))


def test_a_draft_goes_from_a_file_to_all_sections(sections, visiting, carry):
    ic, fr = sections
    clara, lucie = visiting(ic, "delegate"), visiting(fr, "member")
    empty = clara.get("/programme")
    assert 'href="/programme/new"' in empty.text
    assert clara.get("/programme/new").status_code == 200
    given = {"title": "Hours", "language": "en", "audience": "international", "text": ""}
    preview = clara.post("/programme/new", data=given, files={"file": ("draft.md", TEXT.encode(), "text/markdown")})
    assert preview.status_code == 200
    assert "Thirty hours, and not one more." in preview.text
    assert said(ic) == 0
    done = clara.post("/programme", data=hidden(preview))
    assert done.status_code == 303
    path = done.headers["location"]
    assert clara.get(f"{path}/text.md").content == TEXT.encode()
    assert f'href="{path}"' in clara.get("/programme").text

    carry(ic, fr)
    assert f'href="{path}"' in lucie.get("/programme").text
    assert f'href="{path}"' in lucie.get("/").text
    assert f'href="{path}"' not in clara.get("/").text
    assert "Thirty hours, and not one more." in lucie.get(path).text
    (draft,) = lucie.get("/api/v1/programme").json()["drafts"]
    assert (draft["home"], draft["title"], draft["progress"]) == (
        "ic",
        "Hours",
        [{"language": "fr", "current": 0, "outdated": 0, "missing": 3}],
    )


def test_a_draft_is_typed_in(sections, visiting):
    ic, _ = sections
    clara = visiting(ic, "delegate")
    given = {"title": "Hours", "language": "en", "audience": "public", "text": "One.\r\n\r\nTwo."}
    preview = clara.post("/programme/new", data=given, files={"file": ("", b"")})
    assert preview.status_code == 200
    path = clara.post("/programme", data=hidden(preview)).headers["location"]
    passer = visiting(ic)
    assert passer.get(f"{path}/text.md").content == b"One.\n\nTwo."
    assert f'href="{path}"' in passer.get("/programme").text
    assert f'href="{path}"' in passer.get("/").text


def test_passers_by_and_members_do_not_circulate(sections, visiting):
    ic, _ = sections
    given = {"title": "Hours", "language": "en", "audience": "public", "text": "One."}
    assert visiting(ic).get("/programme").status_code == 200
    assert visiting(ic).get("/programme/new").headers["location"].startswith("/members/sign-in")
    for who in (visiting(ic), visiting(ic, "member")):
        assert who.post("/programme/new", data=given, files={"file": ("", b"")}).status_code == 403
        assert (
            who.post("/programme", data={"title": "T", "language": "en", "audience": "public", "content": "T25l"}).status_code
            == 403
        )
        assert who.post("/api/v1/programme", json=given).status_code == 403
    assert said(ic) == 0


BAD = [
    {"title": ""},
    {"title": "x" * 201},
    {"title": "\0"},
    {"language": "not a language"},
    {"audience": "nobody"},
    {"text": ""},
    {"text": " \n "},
    {"text": "\0"},
    {"text": "\u202e"},
    {"unknown": "x"},
]


def test_bad_input_changes_nothing(sections, visiting):
    ic, _ = sections
    clara = visiting(ic, "delegate")
    good = {"title": "T", "language": "en", "audience": "international", "text": "Words."}
    for bad in BAD:
        assert clara.post("/programme/new", data=good | bad, files={"file": ("", b"")}).status_code == 400, bad
        assert clara.post("/api/v1/programme", json=good | bad).status_code == 400, bad
    latin = {"file": ("draft.md", "é".encode("latin-1"), "text/markdown")}
    assert clara.post("/programme/new", data=good, files=latin).status_code == 400
    for content in ("", "!", "gA==", "ICAg"):
        signed = {"title": "T", "language": "en", "audience": "public", "content": content}
        assert clara.post("/programme", data=signed).status_code == 400, content
    assert said(ic) == 0


def test_the_host_sees_how_far_the_drafts_are(sections, member):
    ic, _ = sections
    with ic.writing() as session:
        document = ic.documents.open(
            session,
            kind="programme",
            language="en",
            title="Hours",
            text="One.",
            audience="international",
            by=member(ic, "delegate"),
        )
    group = click.Group()
    add_to(group)
    listed = CliRunner().invoke(group, ["programme", "list"], obj=lambda: ic)
    assert listed.output == f"{document}\t1\t0\tHours\tfr 0/2\n"
