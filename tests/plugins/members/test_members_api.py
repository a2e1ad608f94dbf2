"""What the pages do, through the JSON API, with a token where a token may; and what neither takes."""

import pytest

PASSWORD = "seven red umbrellas"


def test_a_whole_membership_through_the_api(house):
    first = house.person("rosa", "secretary")
    api = house.browser()
    api.headers.update(house.token(first))
    branch = api.post("/api/v1/members/branches", json={"name": "Lyon"}).json()["id"]
    made = first.post(
        "/api/v1/members/invitations", json={"role": "translator", "branch": branch, "days": 3, "note": "The baker"}
    )
    secret = made.json()["link"].rsplit("/", 1)[1]
    stranger = house.browser()
    joined = stranger.post(
        "/api/v1/members/join",
        json={"invitation": secret, "handle": "clara", "password": PASSWORD, "language": "fr", "accept": True},
    )
    id = joined.json()["account"]
    assert joined.status_code == 201
    assert [person["id"] for person in api.get("/api/v1/members/people").json()["people"] if person["branch"] == "Lyon"] == [id]
    grant = first.post(f"/api/v1/members/people/{id}/roles", json={"role": "delegate", "until": "2027-05-01"}).json()
    assert (grant["person"], grant["role"], grant["until"]) == (id, "delegate", "2027-05-02T00:00:00Z")
    assert api.delete(f"/api/v1/members/people/{id}/grants/{grant['id']}").status_code == 204
    assert api.put(f"/api/v1/members/people/{id}/branch", json={"branch": ""}).status_code == 204
    assert api.put(f"/api/v1/members/branches/{branch}", json={"name": "Grenoble"}).status_code == 204
    assert api.delete(f"/api/v1/members/branches/{branch}").status_code == 204
    link = first.post(f"/api/v1/members/people/{id}/link").json()["link"]
    assert stranger.post(link).status_code == 200
    assert api.post(f"/api/v1/members/people/{id}/disable").status_code == 204
    assert stranger.get("/api/v1/members/me").status_code == 403
    assert first.post(f"/api/v1/members/people/{id}/enable").status_code == 204


def test_ones_own_account_through_the_api(house):
    client = house.person("rosa")
    api = house.browser()
    api.headers.update(house.token(client))
    assert client.put("/api/v1/members/me", json={"language": "fr", "name": ""}).status_code == 204
    assert client.put("/api/v1/members/me/handle", json={"handle": "junius"}).status_code == 204
    second = client.post("/api/v1/members/me/tokens", json={"name": "Second", "password": PASSWORD}).json()
    assert second["token"].startswith("intl_")
    assert api.delete(f"/api/v1/members/me/tokens/{second['id']}").status_code == 204
    assert api.delete("/api/v1/members/me/devices").status_code == 204
    assert (client.get("/api/v1/members/me").status_code, api.get("/api/v1/members/me").status_code) == (403, 401)
    client.post("/members/sign-in", data={"handle": "junius", "password": PASSWORD})
    assert client.put("/api/v1/members/me/password", json={"old": "wrong", "new": PASSWORD}).json()["place"] == "old"
    assert client.put("/api/v1/members/me/password", json={"old": PASSWORD, "new": "two green bicycles"}).status_code == 204
    assert client.get("/api/v1/members/me").status_code == 403
    client.post("/members/sign-in", data={"handle": "junius", "password": "two green bicycles"})
    api.headers.update(house.token(client, "two green bicycles"))
    assert client.post("/api/v1/members/me/leave", json={"handle": "junius", "password": "two green bicycles"}).status_code == 204
    assert api.get("/api/v1/members/me").status_code == 401


def test_every_page_and_every_deed_of_the_api_is_described(house):
    described = house.browser().get("/api/v1/openapi.json").json()["paths"]
    assert "/api/v1/members/me" in described
    assert not [path for path in described if not path.startswith("/api/")]


FORMS = [
    ("/members/sign-in", {"handle": "rosa", "password": "x", "next": "/"}),
    ("/members/account", {"language": "fr", "name": ""}),
    ("/members/account/handle", {"handle": "rosa"}),
    ("/members/account/password", {"old": "", "new": PASSWORD}),
    ("/members/account/tokens", {"name": "Script", "password": PASSWORD, "days": "90"}),
    ("/members/account/leave", {"handle": "rosa", "password": PASSWORD}),
    ("/members/invitations", {"role": "member", "branch": "", "days": "14", "note": ""}),
    ("/members/branches", {"name": "Lyon"}),
    ("/members/people/{id}/branch", {"branch": ""}),
    ("/members/people/{id}/roles", {"role": "delegate", "until": ""}),
    ("/members/people/{id}/rights", {"capability": "members.invite", "object": "", "until": ""}),
    ("/members/invitation/{token}", {"handle": "clara", "password": PASSWORD, "language": "fr", "accept": "true"}),
]


@pytest.mark.parametrize(("path", "right"), FORMS, ids=[path for path, _ in FORMS])
def test_bad_input_is_refused_in_words_and_changes_nothing(house, path, right):
    client = house.person("rosa", "secretary")
    path = path.format(id=house.id_of(client, "rosa"), token=house.command("invite").rsplit("/", 1)[1])
    before = state(client)
    bodies = [
        "&".join(f"{name}={value if name != wrong else bad}" for name, value in right.items()).encode()
        for wrong in right
        for bad in ("a%00b", "x" * 250_000, "%ff%fe", "a%E2%80%AEb", "%ED%A0%80", "1&" + wrong + "=2")
    ]
    for body in [*bodies, b"%", b"nothing=1", b"a=1&" * 3000, b"\xff\xfe"]:
        answer = client.post(path, content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert 400 <= answer.status_code < 500, (body[:80], answer.status_code)
        assert "<h1>" in answer.text
    assert state(client) == before


def state(client):
    return [client.get(f"/api/v1/members/{path}").json() for path in ("me/export", "people", "branches", "invitations")]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2027-02-30", "99999999999", "-1", "1e9", "2200-01-01"])
def test_impossible_days_are_refused(house, day):
    client = house.person("rosa", "secretary")
    id = house.id_of(client, "rosa")
    assert client.post(f"/api/v1/members/people/{id}/roles", json={"role": "delegate", "until": day}).status_code == 400


@pytest.mark.parametrize("days", [0, -1, 15, 2**63, 2**70, "many", None, 1.5, [1]])
def test_impossible_terms_are_refused(house, days):
    client = house.person("rosa", "secretary")
    answer = client.post("/api/v1/members/invitations", json={"days": days})
    assert (answer.status_code, answer.json()["place"]) == (400, "days")
    assert client.get("/api/v1/members/invitations").json()["invitations"] == []
