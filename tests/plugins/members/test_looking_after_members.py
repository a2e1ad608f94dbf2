"""What the secretary does: people, roles, rights, branches; and what nobody else may."""

from types import ModuleType

import pytest

from internationale.kit import Capability, Message, Role, hookimpl, paging

HOSTS_OWN = ModuleType("beside")
"""A plugin that declares a right of the host's alone."""
HOSTS_OWN.capabilities = hookimpl(lambda: [Capability("beside.look", Message("Look"), frozenset({Role.HOST}))])


def path(house, secretary, handle):
    return f"/members/people/{house.id_of(secretary, handle)}"


def roles(secretary, page):
    return secretary.get(f"/api/v1{page}").json()["roles"]


def test_plain_members_and_the_host_see_no_list_of_members(house):
    house.person("rosa", "secretary")
    for person in (house.person("clara"), house.person("karl", "host", "delegate", "translator")):
        for page in ("/members", "/members/people/x", "/members/branches", "/members/invitations"):
            assert person.get(page).status_code == 403
        for api in ("people", "people/x", "branches", "invitations"):
            assert person.get(f"/api/v1/members/{api}").status_code == 403
        assert 'href="/members"' not in person.get("/about").text


def test_the_list_shows_handles_roles_and_branches(house):
    secretary = house.person("rosa", "member", "secretary")
    house.command("add", "clara", "--branch", "Lyon")
    page = secretary.get("/members").text
    assert "2 accounts." in page
    assert "<bdi>clara</bdi>" in page
    assert "<bdi>Lyon</bdi>" in page
    assert page.count('<span class="chip">Member</span>') == 2
    assert 'aria-current="page">Members</a>' in page


def test_a_role_is_given_and_taken_away_and_holds_at_once(house):
    secretary, clara = house.person("rosa", "secretary"), house.person("clara")
    page = path(house, secretary, "clara")
    assert secretary.post(f"{page}/roles", data={"role": "secretary", "until": ""}).status_code == 200
    assert clara.get("/members").status_code == 200
    [_, given] = secretary.get(f"/api/v1{page}").json()["grants"]
    assert (given["role"], given["until"]) == ("secretary", None)
    assert secretary.post(f"{page}/grants/{given['id']}/withdraw").status_code == 200
    assert clara.get("/members").status_code == 403
    assert roles(secretary, page) == ["member"]


def test_a_role_for_a_time_ends_with_its_last_day(house):
    secretary, clara = house.person("rosa", "secretary"), house.person("clara")
    page = path(house, secretary, "clara")
    assert secretary.post(f"{page}/roles", data={"role": "secretary", "until": "2027-04-01"}).status_code == 200
    assert clara.get("/members").status_code == 200
    house.clock.wait(hours=11, minutes=59)
    assert (clara.get("/members").status_code, secretary.get("/members").status_code) == (200, 200)
    house.clock.wait(minutes=1)
    assert clara.get("/members").status_code == 403
    for day in ("2027-04-01", "1999-01-01"):
        answer = secretary.post(f"{page}/roles", data={"role": "delegate", "until": day})
        assert (answer.status_code, "has to lie in the future" in answer.text) == (400, True)


def test_a_single_right_for_one_object(house):
    secretary, clara = house.person("rosa", "secretary"), house.person("clara")
    page = path(house, secretary, "clara")
    right = {"capability": "documents.discuss", "object": "kj3h", "until": ""}
    assert secretary.post(f"{page}/rights", data=right | {"capability": "no.such"}).status_code == 400
    assert secretary.post(f"{page}/rights", data=right | {"capability": "members.invite"}).status_code == 200
    assert clara.get("/members/invitations").status_code == 403
    assert clara.get("/api/v1/members/me").json()["capabilities"]["members.invite"] == ["kj3h"]
    assert "<bdi>kj3h</bdi>" in secretary.get(page).text


def test_nobody_comes_by_the_office_of_host_through_the_secretary(house):
    secretary = house.person("rosa", "secretary")
    house.person("karl", "member", "host")
    karl, clara = path(house, secretary, "karl"), path(house, secretary, "rosa")
    assert secretary.post(f"{clara}/roles", data={"role": "host"}).status_code == 403
    assert secretary.post(f"{karl}/link").status_code == 403
    host = next(g for g in secretary.get(f"/api/v1{karl}").json()["grants"] if g["role"] == "host")
    assert secretary.post(f"{karl}/grants/{host['id']}/withdraw").status_code == 403
    assert roles(secretary, karl) == ["member", "host"]


def test_a_secretary_cannot_lose_the_office_by_a_slip(house):
    secretary = house.person("rosa", "secretary")
    page = path(house, secretary, "rosa")
    [grant] = secretary.get(f"/api/v1{page}").json()["grants"]
    assert secretary.post(f"{page}/grants/{grant['id']}/withdraw").status_code == 409
    assert secretary.post(f"{page}/disable").status_code == 409
    assert roles(secretary, page) == ["secretary"]


def test_a_closed_account_is_signed_out_and_can_be_opened_again(house):
    secretary, clara = house.person("rosa", "secretary"), house.person("clara")
    header, page = house.token(clara), path(house, secretary, "clara")
    assert secretary.post(f"{page}/disable").status_code == 200
    assert clara.get("/api/v1/members/me").status_code == 403
    assert house.browser().get("/api/v1/members/me", headers=header).status_code == 401
    assert secretary.post(f"{page}/link").status_code == 403
    assert secretary.post(f"{page}/enable").status_code == 200
    assert house.browser().get("/api/v1/members/me", headers=header).status_code == 401  # whoever had the token has it no more


def test_a_sign_in_link_for_somebody_locked_out(house):
    secretary = house.person("rosa", "secretary")
    house.person("clara")
    shown = secretary.post(path(house, secretary, "clara") + "/link").text
    link = shown.split("<code>")[1].split("</code>")[0]
    assert link.startswith("http://testserver.local/members/link/")
    client = house.browser()
    assert client.post(link).status_code == 200
    assert client.get("/api/v1/members/me").json()["handle"] == "clara"


def test_nobody_comes_by_a_single_right_of_the_hosts_through_a_sign_in_link(make_house):
    house = make_house(("beside", HOSTS_OWN))
    secretary = house.person("rosa", "secretary")
    house.person("clara")
    page = path(house, secretary, "clara")
    assert secretary.post(f"{page}/rights", data={"capability": "beside.look", "object": "", "until": ""}).status_code == 403
    with house.section.writing() as session:
        given = house.section.grants.give_capability(session, house.id_of(secretary, "clara"), "beside.look", by=None)
    assert secretary.post(f"{page}/link").status_code == 403
    assert secretary.post(f"/api/v1{page}/link").status_code == 403
    assert house.command("link", "clara").startswith("http://testserver.local/members/link/")
    with house.section.writing() as session:
        house.section.grants.withdraw(session, house.id_of(secretary, "clara"), given.id, by=None)
    assert secretary.post(f"{page}/link").status_code == 200


def test_only_who_may_take_an_office_away_closes_the_account_that_holds_it(house):
    secretary, clara, karl = house.person("rosa", "secretary"), house.person("clara"), house.person("karl", "host", "secretary")
    assert (
        secretary.post(
            path(house, secretary, "clara") + "/rights", data={"capability": "members.manage", "object": "", "until": ""}
        ).status_code
        == 200
    )
    for by, handle, status in (
        (clara, "rosa", 403),
        (clara, "karl", 403),
        (secretary, "karl", 403),
        (karl, "rosa", 200),
    ):
        page = path(house, karl, handle)
        for form in (page, f"/api/v1{page}"):
            assert by.post(f"{form}/disable").status_code == (204 if status == 200 and form != page else status), (handle, form)
    assert clara.post(path(house, karl, "rosa") + "/enable").status_code == 403
    assert karl.post(path(house, karl, "rosa") + "/enable").status_code == 200


def offered(page):
    """What the page of a person lets one do."""
    said = {"link": "/link", "close": "/disable", "open": "/enable", "take": "/withdraw"}
    return {deed for deed, path in said.items() if f'{path}"' in page.text}


def test_a_page_offers_only_what_would_be_done(house):
    secretary, karl = house.person("rosa", "secretary"), house.person("karl", "host", "secretary")
    house.person("clara")
    house.command("add", "emma", "--role", "host")
    pages = {handle: path(house, secretary, handle) for handle in ("rosa", "karl", "clara", "emma")}
    assert {handle: offered(secretary.get(page)) for handle, page in pages.items()} == {
        "rosa": {"link"},
        "karl": {"take"},  # the office of secretary
        "clara": {"link", "close", "take"},
        "emma": set(),
    }
    assert offered(karl.get(pages["emma"])) == {"link", "close", "take"}
    house.command("disable", "clara")
    house.command("disable", "emma")
    assert offered(secretary.get(pages["clara"])) == {"open", "take"}
    assert offered(secretary.get(pages["emma"])) == set()


def test_who_may_not_invite_is_not_sent_to_the_invitations(house):
    secretary, clara = house.person("rosa", "secretary"), house.person("clara")
    form = {"capability": "members.manage", "object": "", "until": ""}
    assert secretary.post(path(house, secretary, "clara") + "/rights", data=form).status_code == 200
    assert "/members/invitations" in secretary.get("/members").text
    assert "/members/invitations" not in clara.get("/members").text


def test_branches_are_founded_renamed_filled_and_dissolved(house):
    secretary = house.person("rosa", "secretary")
    page = path(house, secretary, "rosa")
    assert "There is no branch yet." in secretary.get("/members/branches").text
    assert secretary.post("/members/branches", data={"name": "Lyon"}).status_code == 200
    taken = secretary.post("/members/branches", data={"name": "LYON"})
    assert (taken.status_code, "a branch of this name already" in taken.text) == (409, True)
    [branch] = secretary.get("/api/v1/members/branches").json()
    assert secretary.post(f"{page}/branch", data={"branch": branch["id"]}).status_code == 200
    assert secretary.post(f"{page}/branch", data={"branch": "nowhere"}).status_code == 400
    assert secretary.post(f"/members/branches/{branch['id']}", data={"name": "Lyon et banlieue"}).status_code == 200
    assert secretary.get("/api/v1/members/branches").json() == [{"id": branch["id"], "name": "Lyon et banlieue", "members": 1}]
    assert secretary.post(f"/members/branches/{branch['id']}/remove").status_code == 200
    assert secretary.get("/api/v1/members/branches").json() == []
    assert secretary.get(f"/api/v1{page}").json()["branch"] == ""


@pytest.mark.parametrize("deed", ["branch", "roles", "rights", "disable", "enable", "link", "grants/x/withdraw"])
def test_an_unknown_person_is_not_found(house, deed):
    secretary = house.person("rosa", "secretary")
    entered = {"branch": {"branch": ""}, "roles": {"role": "member"}, "rights": {"capability": "members.invite"}}.get(deed, {})
    assert secretary.post(f"/members/people/nobody/{deed}", data=entered).status_code == 404


def test_what_waits_for_the_secretary_and_for_who_has_no_password(house):
    secretary = house.person("rosa", "secretary")
    house.command("invite", "--days", "1")
    house.command("add", "clara", "--branch", "Lyon")
    home = secretary.get("/").text
    assert "Invitations run out within two days: 1" in home
    assert "Members without a branch: 1" in home
    assert "Choose a password" not in home
    newcomer = house.browser()
    newcomer.post(house.command("link", "clara"))
    assert "Choose a password" in newcomer.get("/").text


def test_a_long_list_comes_page_by_page_and_a_handle_is_found_in_any_spelling(house, monkeypatch):
    monkeypatch.setattr(paging, "SHOWN", 2)
    secretary = house.person("zoe", "secretary")
    for handle in ("anna", "Éloïse", "clara", "eloi_se2"):
        house.command("add", handle)
    answers = [secretary.get(f"/api/v1/members/people?page={number}").json() for number in (1, 2, 3)]
    assert [[person["handle"] for person in answer["people"]] for answer in answers] == [
        ["anna", "clara"],
        ["Éloïse", "eloi_se2"],
        ["zoe"],
    ]
    first = secretary.get("/members").text
    assert ("5 accounts." in first, 'href="/members?find=&amp;page=2"' in first, "clara" in first, "eloi_se2" in first) == (
        True,
        True,
        True,
        False,
    )
    for find, found in (("ELOI", ["Éloïse", "eloi_se2"]), ("se2", ["eloi_se2"]), ("_", ["anna", "clara"]), ("%", [])):
        answer = secretary.get("/api/v1/members/people", params={"find": find}).json()
        assert [person["handle"] for person in answer["people"]] == found, find
    assert "<bdi>eloi_se2</bdi>" in secretary.get("/members?find=eloi.se2").text


def test_what_was_to_be_given_comes_back(house):
    """The choices as they were made, and the error at the field that is wrong, in an open fold."""
    secretary = house.person("rosa", "secretary", "host", "member")
    house.command("add", "clara")
    page = path(house, secretary, "clara")
    refused = secretary.post(f"{page}/roles", data={"role": "translator", "until": "tomorrow"})
    assert refused.status_code == 400
    assert '<option value="translator" selected>' in refused.text
    assert 'id="role-until" name="until" type="date" value="tomorrow"' in refused.text
    assert refused.text.count("<details open>") == refused.text.count('aria-invalid="true"') == 1
    refused = secretary.post("/members/invitations", data={"role": "translator", "days": "many", "note": "For K."})
    assert refused.status_code == 400
    assert '<option value="translator" selected>' in refused.text
    assert 'value="For K."' in refused.text
    assert refused.text.count('aria-invalid="true"') == 1
