"""What a program may do with a token, deed by deed: a stolen one must not outlive its withdrawal through what it made.

Every route that changes something stands here. A new one has to be decided: ``True``, a token may; ``False``, only in person.
"""

import pytest
from sqlmodel import select

from internationale_members.rows import Account

PASSWORD = "seven red umbrellas"
OTHER = "two green bicycles"
JOINING = {"handle": "dora", "password": PASSWORD, "language": "fr", "accept": True}

API = "/api/v1/members"
DEEDS = {
    # who they are, and their ways in
    ("PUT", f"{API}/me"): (False, {"language": "fr", "name": "Somebody Else"}),
    ("PUT", f"{API}/me/handle"): (False, {"handle": "zzz"}),
    ("PUT", f"{API}/me/password"): (False, {"old": PASSWORD, "new": OTHER}),
    ("POST", f"{API}/me/tokens"): (False, {"name": "Second"}),
    ("POST", f"{API}/me/leave"): (False, {"handle": "rosa", "password": PASSWORD}),
    ("DELETE", f"{API}/me/devices/{{device}}"): (False, None),  # whoever is signed out at once never withdraws the token
    ("DELETE", f"{API}/me/tokens/{{token}}"): (True, None),
    # others' ways in and rights: what takes away is no way in
    ("POST", f"{API}/people/{{person}}/roles"): (False, {"role": "delegate"}),
    ("POST", f"{API}/people/{{person}}/rights"): (False, {"capability": "members.invite"}),
    ("POST", f"{API}/people/{{person}}/link"): (False, None),
    ("POST", f"{API}/people/{{closed}}/enable"): (False, None),
    ("POST", f"{API}/invitations"): (False, {"role": "member"}),
    ("DELETE", f"{API}/invitations/{{invitation}}"): (True, None),
    ("DELETE", f"{API}/people/{{person}}/grants/{{grant}}"): (True, None),
    ("POST", f"{API}/people/{{person}}/disable"): (True, None),
    # the branches
    ("PUT", f"{API}/people/{{person}}/branch"): (True, {"branch": ""}),
    ("POST", f"{API}/branches"): (True, {"name": "Grenoble"}),
    ("PUT", f"{API}/branches/{{branch}}"): (True, {"name": "Paris"}),
    ("DELETE", f"{API}/branches/{{branch}}"): (True, None),
    # where something else takes the place of a token
    ("POST", f"{API}/join"): (True, JOINING),
    # an end to every way in, the token's own too
    ("DELETE", f"{API}/me/devices"): (True, None),
}
PAGES = {
    ("POST", "/members/account"): (False, {"language": "fr", "name": "Somebody Else"}),
    ("POST", "/members/account/handle"): (False, {"handle": "zzz"}),
    ("POST", "/members/account/password"): (False, {"old": PASSWORD, "new": OTHER}),
    ("POST", "/members/account/tokens"): (False, {"name": "Second"}),
    ("POST", "/members/account/leave"): (False, {"handle": "rosa", "password": PASSWORD}),
    ("POST", "/members/account/devices/{device}/sign-out"): (False, None),
    ("POST", "/members/account/tokens/{token}/withdraw"): (True, None),
    ("POST", "/members/people/{person}/roles"): (False, {"role": "delegate"}),
    ("POST", "/members/people/{person}/rights"): (False, {"capability": "members.invite"}),
    ("POST", "/members/people/{person}/link"): (False, None),
    ("POST", "/members/people/{closed}/enable"): (False, None),
    ("POST", "/members/invitations"): (False, {"role": "member"}),
    ("POST", "/members/looked-through"): (False, None),  # nobody would look any more
    ("POST", "/members/invitations/{invitation}/withdraw"): (True, None),
    ("POST", "/members/people/{person}/grants/{grant}/withdraw"): (True, None),
    ("POST", "/members/people/{person}/disable"): (True, None),
    ("POST", "/members/people/{person}/branch"): (True, {"branch": ""}),
    ("POST", "/members/branches"): (True, {"name": "Grenoble"}),
    ("POST", "/members/branches/{branch}"): (True, {"name": "Paris"}),
    ("POST", "/members/branches/{branch}/remove"): (True, None),
    ("POST", "/members/invitation/{secret}"): (True, JOINING),
    ("POST", "/members/link/{secret}"): (True, None),
    ("POST", "/members/sign-in"): (True, {"handle": "rosa", "password": PASSWORD}),
    ("POST", "/members/sign-out"): (True, None),
    ("POST", "/members/account/devices/sign-out"): (True, None),
}


def shape(path):
    """An address in which it does not matter what its parts are called."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def changing(house, start):
    """Every route there that changes something, as the application knows them."""
    return sorted(
        (method, shape(route.path_format))
        for route in house.door.app.routes
        if (route.path_format + "/").startswith(start + "/")
        for method in route.methods - {"GET", "HEAD", "OPTIONS"}
    )


@pytest.mark.parametrize(("start", "deeds"), [(API, DEEDS), ("/members", PAGES)], ids=["api", "pages"])
def test_every_deed_is_decided(house, start, deeds):
    assert changing(house, start) == sorted((method, shape(path)) for method, path in deeds)


def test_the_room_of_grants_has_no_door_of_its_own(house):
    assert [path for _, path in changing(house, "") if "grants" in path and not path.startswith((API, "/members"))] == []


@pytest.fixture
def placed(house):
    """A secretary's program, and what the deeds are done to: by name."""
    rosa = house.person("rosa", "secretary")
    house.person("clara")
    program = house.browser()
    program.headers.update(house.token(rosa))
    second = rosa.post(f"{API}/me/tokens", json={"name": "Old", "password": PASSWORD}).json()["id"]
    branch = rosa.post(f"{API}/branches", json={"name": "Lyon"}).json()["id"]
    invitation = rosa.post(f"{API}/invitations", json={"role": "member"}).json()["id"]
    house.command("add", "karl")
    house.command("disable", "karl")
    person, closed = house.id_of(rosa, "clara"), house.id_of(rosa, "karl")
    grant = rosa.get(f"{API}/people/{person}").json()["grants"][0]["id"]
    device = rosa.get(f"{API}/me/devices").json()[0]["id"]
    things = {"token": second, "branch": branch, "invitation": invitation, "person": person, "closed": closed}
    return rosa, program, things | {"grant": grant, "device": device}


def do(house, program, things, method, path, words):
    if path == f"{API}/join":
        words = words | {"invitation": house.command("invite").rpartition("/")[2]}
    elif path == "/members/invitation/{secret}":
        things = things | {"secret": house.command("invite").rpartition("/")[2]}
    elif path == "/members/link/{secret}":
        things = things | {"secret": house.command("link", "dora").rpartition("/")[2]}
    sent = {"json": words} if path.startswith("/api/") else {"data": words}
    return program.request(method, path.format(**things), follow_redirects=False, **(sent if words is not None else {}))


@pytest.mark.parametrize("deeds", [DEEDS, PAGES], ids=["api", "pages"])
def test_a_token_does_what_was_decided_and_nothing_else(house, placed, deeds):
    rosa, program, things = placed

    def state():
        return [rosa.get(f"{API}/{path}").json() for path in ("me", "me/devices", "people", "branches", "invitations")]

    before, listed = state(), house.command("list")
    for (method, path), (may, words) in deeds.items():
        if not may:
            answer = do(house, program, things, method, path, words)
            assert (answer.status_code, "cannot do this with a token" in answer.text) == (403, True), path
    assert (state(), house.command("list")) == (before, listed)
    for (method, path), (may, words) in deeds.items():
        if may:
            answer = do(house, program, things, method, path, words)
            assert answer.status_code in (200, 201, 204, 303), (path, answer.status_code, answer.text)


def test_a_stolen_token_erases_nobody_who_has_no_password(house):
    client = house.browser()
    client.post(house.command("add", "rosa"))
    thief = house.browser()
    client.post("/members/account/password", data={"new": PASSWORD})
    thief.headers.update(house.token(client))
    with house.section.writing() as session:
        session.exec(select(Account)).one().password = None  # as it was possible once
    answers = [
        thief.put(f"{API}/me", json={"language": "fr", "name": "Somebody Else"}),
        thief.put(f"{API}/me/handle", json={"handle": "zzz"}),
        thief.post(f"{API}/me/leave", json={"handle": "rosa", "password": ""}),
        thief.post("/members/account/leave", data={"handle": "rosa", "password": ""}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    me = client.get(f"{API}/me").json()
    assert (me["handle"], me["name"], house.command("list").split()) == ("rosa", "", ["rosa", "member"])
