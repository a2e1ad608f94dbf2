"""One's own account: settings, handle, password, devices, tokens, export, leaving."""

from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from internationale.kit import Conflict, Message, hookimpl
from internationale.plugins import Plugins
from internationale.testing.founding import unite
from internationale_members.tasks import clear

PASSWORD = "seven red umbrellas"
OTHER = "two green bicycles"


def sign_in(client, handle="rosa", password=PASSWORD):
    return client.post("/members/sign-in", data={"handle": handle, "password": password}, follow_redirects=False).status_code


def who(client, **headers):
    answer = client.get("/api/v1/members/me", headers=headers)
    return answer.json()["handle"] if answer.status_code == 200 else answer.status_code


def test_language_and_name(house):
    client = house.person("rosa")
    assert client.post("/members/account", data={"language": "fr", "name": "Rosa L."}).status_code == 200
    me = client.get("/api/v1/members/me").json()
    assert (me["language"], me["name"]) == ("fr", "Rosa L.")
    refused = client.post("/members/account", data={"language": "tlh", "name": "X & Y"})
    assert refused.status_code == 400
    assert 'id="settings-name" name="name" type="text" value="X &amp; Y"' in refused.text
    assert refused.text.count('class="error"') == 1
    assert client.get("/api/v1/members/me").json() == me


def test_a_handle_that_was_given_up_stays_its_persons(house):
    rosa, clara = house.person("rosa"), house.person("clara")
    assert rosa.post("/members/account/handle", data={"handle": "junius"}).status_code == 200
    assert who(rosa) == "junius"
    taken = clara.post("/members/account/handle", data={"handle": "Rosa"})
    assert (taken.status_code, who(clara)) == (400, "clara")
    assert 'value="Rosa"' in taken.text
    assert rosa.post("/members/account/handle", data={"handle": "Rosa"}).status_code == 200
    assert who(rosa) == "Rosa"
    assert clara.post("/members/account/handle", data={"handle": "junius"}).status_code == 400


@pytest.mark.parametrize("wanted", ["clara", "C.l-a_r_a", "сlаrа"])
def test_a_handle_that_somebody_has_is_refused_at_its_field(house, wanted):
    rosa, clara = house.person("rosa"), house.person("clara")
    taken = rosa.post("/members/account/handle", data={"handle": wanted})
    if wanted.isascii():
        assert "Somebody has this handle, or one that looks like it." in taken.text
    assert (taken.status_code, f'value="{wanted}"' in taken.text, taken.text.count('class="error"')) == (400, True, 1)
    api = rosa.put("/api/v1/members/me/handle", json={"handle": wanted})
    assert (api.status_code, api.json()["place"]) == (400, "handle")
    assert (who(rosa), who(clara)) == ("rosa", "clara")


def test_a_new_password_needs_the_old_one_and_signs_out_elsewhere(house):
    house.person("rosa")
    here, there = house.browser(), house.browser()
    assert (sign_in(here), sign_in(there)) == (303, 303)
    for old, new, said in (
        ("wrong", OTHER, "not your present password"),
        ("", OTHER, "not your present password"),
        (PASSWORD, "short", "at least 12"),
        (PASSWORD, "rosa rosa rosa", "could guess"),
    ):
        answer = here.post("/members/account/password", data={"old": old, "new": new})
        assert answer.status_code == 400
        assert said in answer.text
    assert here.post("/members/account/password", data={"old": PASSWORD, "new": OTHER}).status_code == 200
    assert (who(here), who(there)) == ("rosa", 403)
    house.clock.wait(minutes=1)  # so often it was tried by now
    assert sign_in(house.browser()) == 400
    house.clock.wait(minutes=1)
    assert sign_in(house.browser(), password=OTHER) == 303


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/members/account/password", {"old": PASSWORD, "new": OTHER}),
        ("/members/account/devices/sign-out", {}),
    ],
)
def test_after_a_theft_every_other_way_in_is_ended(house, path, form):
    house.person("rosa")
    here, there = house.browser(), house.browser()
    assert (sign_in(here), sign_in(there)) == (303, 303)
    header, link = house.token(there), house.command("link", "rosa")
    assert "ends your tokens for the API" in here.get("/members/account").text
    assert here.post(path, data=form).status_code == 200
    assert (who(here), who(there), who(house.browser(), **header)) == ("rosa", 403, 401)
    assert house.browser().post(link).status_code == 404
    assert here.get("/api/v1/members/me/tokens").json() == []


@pytest.mark.parametrize("last", ["page", "api"])
def test_a_thief_who_sends_without_end_keeps_nobody_from_ending_it(house, last):
    rosa = house.person("rosa")
    thief, words = house.browser(), {"handle": "x" * 2_900_000}
    thief.headers.update(house.token(rosa))
    while (answer := thief.post("/members/account/handle", data=words)).status_code == 400:
        pass
    assert answer.status_code == 429
    (token,), before = (rosa.get(f"/api/v1/members/me/{what}").json() for what in ("tokens", "devices"))
    assert sign_in(house.browser()) == 303
    (device,) = (each for each in rosa.get("/api/v1/members/me/devices").json() if each not in before)
    answers = [
        rosa.post("/members/sign-in", data={"handle": "rosa", "password": PASSWORD}),
        rosa.post(f"/members/account/devices/{device['id']}/sign-out"),
        rosa.post(f"/members/account/tokens/{token['id']}/withdraw"),
        rosa.post("/members/account/devices/sign-out"),
        rosa.post("/members/account/password", data={"old": PASSWORD, "new": OTHER}),
        rosa.put("/api/v1/members/me/password", json={"old": OTHER, "new": PASSWORD}),
    ]
    assert ([answer.status_code for answer in answers], sign_in(rosa)) == ([200] * 5 + [204], 303)
    leaving = {"handle": "rosa", "password": PASSWORD}
    if last == "page":
        assert rosa.post("/members/account/leave", data=leaving, follow_redirects=False).status_code == 303
    else:
        assert rosa.post("/api/v1/members/me/leave", json=leaving).status_code == 204
    assert who(rosa) == 403


def test_closing_an_account_ends_tokens_and_links_for_good(house):
    rosa = house.person("rosa")
    header, link = house.token(rosa), house.command("link", "rosa")
    house.command("disable", "rosa")
    house.command("enable", "rosa")
    assert (who(rosa), who(house.browser(), **header), house.browser().post(link).status_code) == (403, 401, 404)


def test_a_token_makes_itself_no_other_way_in(house):
    rosa = house.person("rosa", "secretary")
    program, id = house.browser(), house.id_of(rosa, "rosa")
    program.headers.update(house.token(rosa))
    answers = [
        program.post("/members/account/tokens", data={"name": "Second"}),
        program.post("/api/v1/members/me/tokens", json={"name": "Second"}),
        program.post("/members/account/password", data={"old": PASSWORD, "new": OTHER}),
        program.put("/api/v1/members/me/password", json={"old": PASSWORD, "new": OTHER}),
        program.post(f"/members/people/{id}/link"),
        program.post(f"/api/v1/members/people/{id}/link"),
    ]
    assert [(answer.status_code, "cannot do this with a token" in answer.text) for answer in answers] == [(403, True)] * 6
    assert (len(rosa.get("/api/v1/members/me/tokens").json()), sign_in(house.browser())) == (1, 303)


def test_a_token_lets_nobody_else_in_and_gives_nobody_a_right(house):
    """Whoever stole a secretary's token would stay inside by it after its withdrawal."""
    secretary = house.person("rosa", "secretary")
    house.person("clara")
    house.command("add", "karl")
    house.command("disable", "karl")
    program = house.browser()
    program.headers.update(house.token(secretary))
    clara, karl = (f"members/people/{house.id_of(secretary, handle)}" for handle in ("clara", "karl"))
    role, right = {"role": "secretary"}, {"capability": "members.invite"}
    answers = [
        program.post("/members/invitations", data={"role": "member"}),
        program.post("/api/v1/members/invitations", json={"role": "member"}),
        *(program.post(f"{root}/{clara}/link") for root in ("", "/api/v1")),
        *(program.post(f"{root}/{karl}/enable") for root in ("", "/api/v1")),
        program.post(f"/{clara}/roles", data=role),
        program.post(f"/api/v1/{clara}/roles", json=role),
        program.post(f"/{clara}/rights", data=right),
        program.post(f"/api/v1/{clara}/rights", json=right),
    ]
    assert [(answer.status_code, "cannot do this with a token" in answer.text) for answer in answers] == [(403, True)] * 10
    assert secretary.get("/api/v1/members/invitations").json()["invitations"] == []
    people = {person["handle"]: person for person in secretary.get("/api/v1/members/people").json()["people"]}
    assert (people["clara"]["roles"], people["karl"]["disabled"] is not None) == (["member"], True)
    assert program.post(f"/api/v1/{clara}/disable").status_code == 204  # what takes away is no way in


def test_nobody_takes_the_name_or_code_of_a_section_for_a_handle(house, federation):
    unite([federation.alone("ic", plugins=Plugins([])), house.section], absent=["ar"])
    rosa = house.person("rosa")
    link = house.command("invite")
    joining = {"password": PASSWORD, "language": "fr", "accept": "true"}
    for handle in (
        "InternationalCommittee",
        "international.committee",
        "IC",
        "іс",
        "ar",
        "الفرع_العربي",
        "fr",
        "SectionFrançaise",
    ):
        for answer in (
            rosa.post("/members/account/handle", data={"handle": handle}),
            house.browser().post(link, data=joining | {"handle": handle}),
        ):
            assert (answer.status_code, "taken for an office or for the section" in answer.text) == (400, True), handle
    assert who(rosa) == "rosa"


def test_a_browser_left_open_is_no_place_to_try_passwords(house):
    rosa, thief = house.person("rosa"), house.browser()
    sign_in(thief)
    thief.headers["X-Forwarded-For"] = "192.0.2.1"
    for number in range(5):
        form = {"old": f"guess {number}", "new": OTHER} if number % 2 else {"handle": "rosa", "password": f"guess {number}"}
        path = "/members/account/password" if number % 2 else "/members/account/leave"
        assert thief.post(path, data=form).status_code == 400
    for path, form in (
        ("/members/account/password", {"old": PASSWORD, "new": OTHER}),
        ("/members/account/leave", {"handle": "rosa", "password": PASSWORD}),
    ):
        answer = thief.post(path, data=form)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert "please wait 1 seconds" in answer.text
    for answer in (
        thief.put("/api/v1/members/me/password", json={"old": PASSWORD, "new": OTHER}),
        thief.post("/api/v1/members/me/leave", json={"handle": "rosa", "password": PASSWORD}),
    ):
        assert (answer.status_code, answer.headers["retry-after"], answer.json()["error"]) == (429, "1", "too_soon")
    assert sign_in(rosa) == 303  # from elsewhere
    house.clock.wait(seconds=1)
    assert thief.post("/members/account/password", data={"old": PASSWORD, "new": OTHER}).status_code == 200


def test_whoever_came_by_a_link_sets_a_password_without_the_old_one_for_an_hour(house):
    house.person("rosa")
    for minutes, status in ((59, 200), (60, 400)):
        client = house.browser()
        client.post(house.command("link", "rosa"))
        house.clock.wait(minutes=minutes)
        assert client.post("/members/account/password", data={"new": OTHER}).status_code == status


def test_devices_are_listed_and_signed_out_one_by_one_or_all(house):
    house.person("rosa")
    browsers = [house.browser() for _ in range(3)]
    for client in browsers:
        client.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        sign_in(client)
        house.clock.wait(minutes=1)
    page = browsers[0].get("/members/account").text
    assert page.count("Firefox, Linux") == 3
    latest = browsers[0].get("/api/v1/members/me/devices").json()[0]
    assert browsers[0].post(f"/members/account/devices/{latest['id']}/sign-out").status_code == 200
    assert [who(client) for client in browsers] == ["rosa", "rosa", 403]
    assert browsers[0].post("/members/account/devices/sign-out").status_code == 200
    assert [who(client) for client in browsers] == ["rosa", 403, 403]


def test_a_stranger_cannot_sign_out_anybodys_device_or_withdraw_their_token(house):
    rosa, clara = house.person("rosa"), house.person("clara")
    house.token(rosa)
    device = rosa.get("/api/v1/members/me/devices").json()[0]["id"]
    token = rosa.get("/api/v1/members/me/tokens").json()[0]["id"]
    assert clara.delete(f"/api/v1/members/me/devices/{device}").status_code == 404
    assert clara.delete(f"/api/v1/members/me/tokens/{token}").status_code == 404
    assert who(rosa) == "rosa"
    assert len(rosa.get("/api/v1/members/me/tokens").json()) == 1


def test_a_token_is_shown_once_works_until_withdrawn_and_tells_when_it_was_used(house):
    client, script = house.person("rosa"), house.browser()
    header = house.token(client)
    assert header["Authorization"].removeprefix("Bearer ") not in client.get("/members/account").text
    [token] = client.get("/api/v1/members/me/tokens").json()
    assert (token["name"], token["used"]) == ("Script", None)
    assert who(script, **header) == "rosa"
    [token] = client.get("/api/v1/members/me/tokens").json()
    assert token["used"] == "2027-04-01T12:00:00Z"
    assert client.post(f"/members/account/tokens/{token['id']}/withdraw").status_code == 200
    assert who(script, **header) == 401


def test_who_makes_a_token_is_asked_for_the_password(house):
    """Whoever has come by a browser that was left open would have a way in that does not end with it."""
    rosa = house.person("rosa")
    thief = house.browser()
    thief.cookies.update(dict(rosa.cookies))
    for password in ("", "wrong"):
        page = thief.post("/members/account/tokens", data={"name": "Mine", "days": "30", "password": password})
        assert (page.status_code, "This is not your present password." in page.text, "intl_" in page.text) == (400, True, False)
        assert ('value="Mine"' in page.text, 'value="30"' in page.text) == (True, True)
        answer = thief.post("/api/v1/members/me/tokens", json={"name": "Mine", "password": password})
        assert (answer.status_code, answer.json()["place"]) == (400, "password")
    assert rosa.get("/api/v1/members/me/tokens").json() == []
    answers = [thief.post("/members/account/tokens", data={"name": "x", "password": "wrong"}).status_code for _ in range(2)]
    assert answers == [400, 429]  # it is no way to try it either
    assert "It does not end with the device" in rosa.get("/members/account").text


def test_without_a_password_there_is_no_token(house):
    client = house.browser()
    client.post(house.command("add", "rosa"))
    assert "Choose a password first" in client.get("/members/account").text
    assert client.post("/members/account/tokens", data={"name": "x"}).status_code == 409
    assert client.post("/api/v1/members/me/tokens", json={"name": "x"}).status_code == 409
    assert client.get("/api/v1/members/me/tokens").json() == []


@pytest.mark.parametrize(("chosen", "days"), [({}, 90), ({"days": "1"}, 1), ({"days": "365"}, 365)])
def test_a_token_ends(house, chosen, days):
    client = house.person("rosa")
    program = house.browser()
    program.headers.update(house.token(client, **chosen))
    until = house.clock.now + timedelta(days=days)
    [token] = client.get("/api/v1/members/me/tokens").json()
    assert (datetime.fromisoformat(token["until"]), token["ended"]) == (until, False)
    assert "holds until" in client.get("/members/account").text
    house.clock.wait(days=days, seconds=-1)
    assert program.get("/api/v1/members/me").status_code == 200
    house.clock.wait(seconds=1)
    unknown = house.browser().get("/api/v1/members/me", headers={"Authorization": "Bearer intl_" + "x" * 43})
    ended = program.get("/api/v1/members/me")
    assert (ended.status_code, ended.json()) == (unknown.status_code, unknown.json())
    assert ended.status_code == 401
    sign_in(client)
    [token] = client.get("/api/v1/members/me/tokens").json()
    assert token["ended"]
    page = client.get("/members/account").text
    assert (">ended<" in page, "holds until" in page) == (True, False)
    house.clock.wait(days=30)
    clear(house.section)
    sign_in(client)
    assert client.get("/api/v1/members/me/tokens").json() == []


@pytest.mark.parametrize("days", ["0", "366", "-1", "x"])
def test_a_token_holds_for_a_year_at_most(house, days):
    client = house.person("rosa")
    wrong = {"name": "x", "password": PASSWORD, "days": days}
    assert client.post("/members/account/tokens", data=wrong).status_code == 400
    assert client.post("/api/v1/members/me/tokens", json=wrong).status_code == 400
    assert client.get("/api/v1/members/me/tokens").json() == []


def test_a_session_is_no_token_and_a_token_is_no_session(house):
    client, other = house.person("rosa"), house.browser()
    token = house.token(client)["Authorization"].removeprefix("Bearer ")
    assert who(other, Authorization=f"Bearer {house.secret_of(client)}") == 401
    other.cookies.set("intl-fr", token, domain="testserver.local")
    assert who(other) == 403


def test_twenty_tokens_are_enough(house):
    client = house.person("rosa")
    for _ in range(20):
        house.token(client)
    assert client.post("/members/account/tokens", data={"name": "One more", "password": PASSWORD}).status_code == 409


def test_the_person_sees_which_links_were_made_for_them(house):
    rosa, secretary = house.person("rosa"), house.person("clara", "secretary")
    secretary.post(f"/members/people/{house.id_of(secretary, 'rosa')}/link")
    page = rosa.get("/members/account").text
    assert "Sign-in links that were made for you" in page
    assert "<bdi>clara</bdi>" in page


def test_the_export_holds_all_and_no_secret(house):
    client = house.person("rosa", "member", "delegate")
    house.token(client)
    answer = client.get("/members/account/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="internationale-fr.json"'
    export = answer.json()
    assert export == client.get("/api/v1/members/me/export").json()
    assert export["account"]["handle"] == "rosa"
    assert [grant["role"] for grant in export["grants"]] == ["member", "delegate"]
    assert [token["name"] for token in export["tokens"]] == ["Script"]
    assert not {"password", "hash", "key"} & set(str(export).replace("'", " ").split())


def test_leaving_erases_everything_and_keeps_the_handle_from_others(house):
    rosa, secretary = house.person("rosa", "member", "translator"), house.person("clara", "secretary")
    header = house.token(rosa)
    id = house.id_of(secretary, "rosa")
    for entered, place in (
        ({"handle": "clara", "password": PASSWORD}, "handle"),
        ({"handle": "rosa", "password": "wrong"}, "password"),
    ):
        answer = rosa.post("/members/account/leave", data=entered)
        assert answer.status_code == 400
        assert f'id="field-{place}-error"' in answer.text
    answer = rosa.post("/members/account/leave", data={"handle": "rosa", "password": PASSWORD}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (who(rosa), who(house.browser(), **header), sign_in(house.browser())) == (403, 401, 400)
    assert secretary.get(f"/members/people/{id}").status_code == 404
    with house.section.reading() as session:
        assert house.section.grants.held(session, id) == ()
    assert secretary.post("/members/account/handle", data={"handle": "rosa"}).status_code == 400


def test_who_has_left_leaves_nothing_in_the_browser(house):
    rosa = house.person("rosa")
    assert set(rosa.cookies) == {"intl-fr", "intl-fr-browser"}
    assert rosa.post("/members/account/leave", data={"handle": "rosa", "password": PASSWORD}).status_code == 200
    assert set(rosa.cookies) == set()


def test_who_has_left_is_on_no_page_of_the_database_and_not_in_its_log(house):
    rosa = house.person("Montmasson", "member")
    assert rosa.post("/members/account", data={"language": "fr", "name": "Rosalia Montmasson"}).status_code == 200
    file = Path(house.section.database.engine.url.database or "")
    beside = (file, file.with_name(f"{file.name}-wal"))

    def written():
        return any(b"montmasson" in each.read_bytes().lower() for each in beside if each.is_file())

    on_sqlite = house.section.database.engine.dialect.name == "sqlite"
    assert written() == on_sqlite
    assert rosa.post("/members/account/leave", data={"handle": "Montmasson", "password": PASSWORD}).status_code == 200
    assert not written()


def test_other_plugins_hand_out_what_they_keep_of_a_person_and_forget_it(make_house):
    notes, willing = {}, [False]

    def kept(account):
        return {"note": notes[account]} if account in notes else None

    def forgotten(account):
        del notes[account]
        if not willing[0]:
            raise Conflict(Message("Not now."))

    notebook = ModuleType("notebook")
    notebook.kept, notebook.forgotten = hookimpl(kept), hookimpl(forgotten)
    house = make_house(("notebook", notebook))
    rosa = house.person("rosa")
    id = rosa.get("/api/v1/members/me").json()["id"]
    assert rosa.get("/members/account/export").json()["kept"] == {}
    notes[id] = "Likes walks."
    assert rosa.get("/members/account/export").json()["kept"] == {"notebook": {"note": "Likes walks."}}
    leaving = {"handle": "rosa", "password": PASSWORD}
    assert rosa.post("/members/account/leave", data=leaving).status_code == 409
    assert who(rosa) == "rosa"
    notes[id], willing[0] = "Likes walks.", True
    assert rosa.post("/members/account/leave", data=leaving, follow_redirects=False).status_code == 303
    assert (who(rosa), notes) == (403, {})


def test_a_passer_by_is_led_to_the_sign_in_page(house):
    client = house.browser()
    for path in ("/members/account", "/members/account/export", "/members/account/leave", "/members", "/members/invitations"):
        assert client.get(path, follow_redirects=False).headers["location"].startswith("/members/sign-in?next=")
    assert client.post("/members/account/password", data={"new": OTHER}).status_code == 403


def test_nobody_changes_a_password_without_end(house):
    """Each change leaves a word beside the keys that is kept for good."""
    rosa, words = house.person("rosa"), [PASSWORD, *(f"{number} green lanterns here" for number in range(8))]

    def change(number):
        return rosa.post("/members/account/password", data={"old": words[number], "new": words[number + 1]})

    assert [change(number).status_code for number in range(6)] == [200] * 5 + [429]
    assert "please wait" in change(5).text
    assert len(house.section.outside("members.closed").all()) == 5
    house.clock.wait(minutes=1)
    assert change(5).status_code == 200
