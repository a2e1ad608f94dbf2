"""Forms about accounts and branches that are refused come back on their own page; passwords never do."""

import re

import pytest

from .conftest import PASSWORD, found

LONG = "x" * 201
WRONG = re.compile(r'<(?:div|fieldset) class="[^"]*\bwrong" id="at-([\w.]+)"')
SECRET = "seven & blue umbrellas" + "!" * 200


def values(page, name):
    """What stands in the fields of a name."""
    fields = re.findall(r"<input [^>]*>", page.text)
    return [found(r' value="([^"]*)"', each) for each in fields if f'name="{name}"' in each and ' value="' in each]


@pytest.mark.parametrize(
    ("path", "sent", "wrong"),
    [
        ("/members/account/handle", {"handle": LONG}, "handle"),
        ("/members/account/tokens", {"name": LONG}, "name"),
        ("/members/account/leave", {"handle": LONG, "password": SECRET[:30]}, "handle"),
        ("/members/branches", {"name": LONG}, "name"),
    ],
)
def test_what_was_entered_comes_back(house, path, sent, wrong):
    rosa = house.person("rosa", "secretary")
    page = rosa.post(path, data=sent)
    assert (page.status_code, WRONG.findall(page.text)) == (400, [wrong])
    assert LONG in values(page, wrong)
    assert ("blue" in page.text, f'action="{path}"' in page.text) == (False, True)


def test_a_password_is_typed_anew(house):
    rosa = house.person("rosa")
    page = rosa.post("/members/account/password", data={"old": PASSWORD, "new": SECRET})
    assert (page.status_code, WRONG.findall(page.text)) == (400, ["new"])
    assert ("umbrellas" in page.text, 'action="/members/account/password"' in page.text) == (False, True)


def test_signing_in_goes_on_to_where_it_was_going(house):
    page = house.browser().post("/members/sign-in", data={"handle": LONG, "password": SECRET[:30], "next": "/programme"})
    assert (page.status_code, WRONG.findall(page.text)) == (400, ["handle"])
    assert (values(page, "handle"), values(page, "next")) == ([LONG], ["/programme"])
    assert "blue" not in page.text
    page = house.browser().post("/members/sign-in", data={"handle": LONG, "password": "x", "next": "https://elsewhere.example"})
    assert values(page, "next") == ["/"]


def test_whoever_joins_enters_it_once(house):
    secretary = house.person("rosa", "secretary")
    link = secretary.post("/api/v1/members/invitations", json={"role": "member", "branch": "", "note": ""}).json()["link"]
    sent = {"handle": LONG, "password": PASSWORD, "language": "fr", "accept": "true"}
    page = house.browser().post(link, data=sent)
    assert (page.status_code, WRONG.findall(page.text)) == (400, ["handle"])
    assert values(page, "handle") == [LONG]
    assert ('<option value="fr" selected>' in page.text, 'value="true" checked' in page.text) == (True, True)
    assert PASSWORD not in page.text
    assert page.headers["cache-control"] == house.browser().get(link).headers["cache-control"]


def test_one_of_several_branches_is_renamed(house):
    rosa = house.person("rosa", "secretary")
    for name in ("Lyon", "Paris"):
        rosa.post("/members/branches", data={"name": name})
    ids = re.findall(r'action="/members/branches/([\w-]+)"', rosa.get("/members/branches").text)
    page = rosa.post(f"/members/branches/{ids[1]}", data={"name": LONG})
    assert (page.status_code, WRONG.findall(page.text)) == (400, ["name"])
    assert values(page, "name") == ["Lyon", LONG, ""]
    page = rosa.post(f"/members/branches/{ids[1]}", data={"name": "lyon"})
    assert (page.status_code, values(page, "name")) == (409, ["Lyon", "lyon", ""])
    page = rosa.post("/members/branches", data={"name": "PARIS"})
    assert (page.status_code, values(page, "name")) == (409, ["Lyon", "Paris", "PARIS"])
