"""Invitations: making, accepting, withdrawing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from internationale_members.rows import Invitation
from internationale_members.rules import terms

PASSWORD = "seven red umbrellas"
ENTERED = {"handle": "clara", "password": PASSWORD, "language": "fr", "accept": "true"}


def invite(secretary, **entered):
    answer = secretary.post("/api/v1/members/invitations", json=entered)
    assert answer.status_code == 201, answer.text
    return answer.json()["link"]


def accept(house, link, **entered):
    return house.browser().post(link, data=ENTERED | entered, follow_redirects=False)


def test_the_first_secretary_comes_by_the_hosts_command(house):
    client = house.browser()
    link = house.command("invite", "--role", "secretary")
    assert "You are invited to join <bdi>Section française</bdi>" in client.get(link).text
    assert client.post(link, data=ENTERED, follow_redirects=False).status_code == 303
    me = client.get("/api/v1/members/me").json()
    assert (me["handle"], me["language"], me["roles"], me["branch"]) == ("clara", "fr", ["member", "secretary"], "")
    assert set(me["capabilities"]) >= {"grants.give", "members.invite", "members.manage"}


def test_whoever_joins_is_who_was_invited_and_it_works_once(house):
    secretary = house.person("rosa", "secretary")
    secretary.post("/members/branches", data={"name": "Lyon"})
    branch = secretary.get("/api/v1/members/branches").json()[0]["id"]
    link = invite(secretary, role="translator", branch=branch, note="The baker")
    assert accept(house, link).status_code == 303
    clara = secretary.get(f"/api/v1/members/people/{house.id_of(secretary, 'clara')}").json()
    assert (clara["roles"], clara["branch"], clara["invited_by"]) == (["member", "translator"], "Lyon", "rosa")
    assert accept(house, link, handle="karl").status_code == 404
    [kept] = secretary.get("/api/v1/members/invitations").json()["invitations"]
    assert (kept["state"], kept["note"], kept["invited_by"]) == ("used", "", "rosa")


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        ({"handle": "rosa"}, "Somebody has this handle"),
        ({"handle": "RΟSA"}, "one script only"),
        ({"handle": "роsа"}, "one script only"),
        ({"handle": "R.o.s.a"}, "Somebody has this handle"),
        ({"handle": "secretary"}, "taken for an office"),
        ({"handle": "Section-francaise"}, "taken for an office"),
        ({"handle": "-"}, "A handle has 2 to 32 characters."),
        ({"handle": "a b"}, "A handle is made of letters and digits"),
        ({"password": "eleven char"}, "A password has at least 12 characters."),
        ({"password": "clara-clara-clara"}, "could guess this password"),
        ({"password": "Section française!"}, "could guess this password"),
        ({"password": "passwordpassword1"}, "could guess this password"),
        ({"language": "tlh"}, "not among those of the section"),
        ({"accept": "false"}, "Whoever joins accepts the principles."),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_what_was_right_stays(house, entered, said):
    secretary = house.person("rosa", "secretary")
    link = invite(secretary)
    answer = accept(house, link, **entered)
    assert answer.status_code == 400
    assert said in answer.text
    assert f'value="{(ENTERED | entered)["handle"]}"' in answer.text
    assert PASSWORD not in answer.text
    assert [person["handle"] for person in secretary.get("/api/v1/members/people").json()["people"]] == ["rosa"]
    assert accept(house, link).status_code == 303


def test_an_invitation_ends_by_time_and_by_withdrawal(house):
    secretary = house.person("rosa", "secretary")
    short, withdrawn, open = (invite(secretary, days=days) for days in (1, 14, 14))
    entries = secretary.get("/api/v1/members/invitations").json()["invitations"]
    with house.section.reading() as session:
        hash = terms.hash_of(withdrawn.rsplit("/", 1)[1])
        id = session.exec(select(Invitation.id).where(Invitation.hash == hash)).one()
    assert {entry["state"] for entry in entries} == {"open"}
    assert secretary.post(f"/members/invitations/{id}/withdraw").status_code == 200
    assert secretary.post(f"/members/invitations/{id}/withdraw").status_code == 404
    house.clock.wait(days=1)
    answers = [house.browser().get(link) for link in (short, withdrawn, house.section.base_url + "/members/invitation/unknown")]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert all("does not hold, or not any more" in answer.text for answer in answers)
    assert accept(house, open).status_code == 303


def test_an_invitation_is_worth_no_more_than_the_office_behind_it(house):
    rosa, clara = house.person("rosa", "secretary"), house.person("emma", "secretary")
    link = invite(clara, role="secretary")
    emma = house.id_of(rosa, "emma")
    grant = next(g for g in rosa.get(f"/api/v1/members/people/{emma}").json()["grants"] if g["role"] == "secretary")
    rosa.delete(f"/api/v1/members/people/{emma}/grants/{grant['id']}")
    assert accept(house, link).status_code == 404


def test_nobody_invites_beyond_their_own_office(house):
    secretary, member = house.person("rosa", "secretary"), house.person("clara")
    assert secretary.post("/members/invitations", data={"role": "host"}).status_code == 403
    assert member.post("/members/invitations", data={"role": "member"}).status_code == 403
    assert member.get("/members/invitations").status_code == 403
    assert "host" not in secretary.get("/members/invitations").text
    assert secretary.get("/api/v1/members/invitations").json()["invitations"] == []


def test_the_link_is_shown_once_and_only_its_hash_is_kept(house):
    secretary = house.person("rosa", "secretary")
    shown = secretary.post("/members/invitations", data={"role": "member", "branch": "", "days": "14", "note": ""})
    assert shown.status_code == 200
    assert "/members/invitation/" in shown.text
    assert "/members/invitation/" not in secretary.get("/members/invitations").text
    with house.section.reading() as session:
        [row] = session.exec(select(Invitation))
    assert row.hash not in shown.text
    assert terms.hash_of(shown.text.split("/members/invitation/")[1].split("<")[0]) == row.hash


def test_of_several_people_with_one_invitation_one_comes_in(house):
    link = house.command("invite")
    handles = ("anna", "berta", "cora", "dora")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda handle: accept(house, link, handle=handle).status_code, handles))
    assert sorted(answers) == [303, 404, 404, 404]
    assert len(house.command("list").splitlines()) == 1
