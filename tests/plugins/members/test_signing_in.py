"""Signing in and out, through the pages."""

import pytest
from sqlmodel import select

from internationale_members.rows import FailedSignIn, SignedIn
from internationale_members.rules import handles, terms
from internationale_members.tasks import clear

PASSWORD = "seven red umbrellas"
SESSION = "intl-fr"


def sign_in(client, handle="rosa", password=PASSWORD, **more):
    return client.post("/members/sign-in", data={"handle": handle, "password": password, **more}, follow_redirects=False)


def who(client):
    """The handle of whoever is signed in there, or the status of the refusal."""
    answer = client.get("/api/v1/members/me")
    return answer.json()["handle"] if answer.status_code == 200 else answer.status_code


def test_sign_in_leads_to_the_page_that_was_wanted(house):
    house.person("rosa")
    client = house.browser()
    asked = client.get("/members/account", follow_redirects=False)
    assert (asked.status_code, asked.headers["location"]) == (303, "/members/sign-in?next=%2Fmembers%2Faccount")
    assert 'value="/members/account"' in client.get(asked.headers["location"]).text
    answer = sign_in(client, next="/members/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/members/account")
    assert who(client) == "rosa"
    assert client.get("/members/sign-in?next=/about", follow_redirects=False).headers["location"] == "/about"


def test_next_never_leads_elsewhere(house):
    house.person("rosa")
    for next in ("//evil.example", "/\\evil.example", "https://evil.example/", "/%2f/evil.example", "javascript:alert(1)", ""):
        assert sign_in(house.browser(), next=next).headers["location"] == "/"
        house.clock.wait(seconds=1)


def test_handles_are_found_however_they_are_typed(house):
    house.person("Éloïse.M")
    for typed in ("éloïse.m", "ELOISE M", " eloise_m ", "E\u0301loi\u0308se.M", "ＥＬＯＩＳＥＭ"):
        assert sign_in(house.browser(), handle=typed).status_code == 303


def test_digits_that_only_a_newer_unicode_knows_are_nobodys_handle(house):
    """Garay digits are of Unicode 16: the two libraries that a handle's key is made with need not know the same version."""
    assert sign_in(house.browser(), handle="rosa\U00010d41").status_code == 400


def test_wrong_password_unknown_handle_and_closed_account_sound_the_same(house):
    house.person("rosa")
    house.person("clara")
    house.command("disable", "clara")
    answers = [sign_in(house.browser(), *entered) for entered in (("rosa", "wrong"), ("nobody", PASSWORD), ("clara", PASSWORD))]
    texts = {answer.text.replace(name, "") for answer, name in zip(answers, ("rosa", "nobody", "clara"), strict=True)}
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert len({without_nonce(text) for text in texts}) == 1
    assert "The handle or the password is not right." in answers[0].text
    assert PASSWORD not in answers[1].text


def without_nonce(text):
    return "".join(line for line in text.splitlines() if "nonce=" not in line)


def test_after_several_failures_the_next_attempt_waits_and_is_not_locked_out(house):
    house.person("rosa")
    for _ in range(5):
        assert sign_in(house.browser(), password="wrong").status_code == 400
    answer = sign_in(house.browser())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert "please wait 1 seconds" in answer.text
    house.clock.wait(seconds=1)
    client = house.browser()
    assert sign_in(client).status_code == 303
    assert sign_in(house.browser()).status_code == 303  # it left no trace
    assert sign_in(house.browser(), password="wrong").status_code == 400
    assert sign_in(house.browser()).status_code == 429
    assert sign_in(client).status_code == 303  # in their own browser nobody waits for others


def test_nobody_waits_because_of_what_was_right(house):
    house.person("rosa")
    assert [sign_in(house.browser()).status_code for _ in range(20)] == [303] * 20
    with house.section.reading() as session:
        assert session.exec(select(FailedSignIn)).all() == []


def test_no_more_sessions_of_one_person_are_kept_than_anybody_needs(house):
    first = house.person("rosa")
    last = None
    for _ in range(terms.SESSIONS):
        house.clock.wait(seconds=1)
        last = house.browser()
        assert sign_in(last).status_code == 303
    with house.section.reading() as session:
        assert len(session.exec(select(SignedIn)).all()) == terms.SESSIONS
    assert (who(first), who(last)) == (403, "rosa")


def test_failures_of_one_handle_do_not_delay_another(house):
    house.person("rosa")
    for _ in range(7):
        sign_in(house.browser(), handle="clara", password="wrong")
    assert sign_in(house.browser()).status_code == 303


def sign_in_from(house, address, password, handle="rosa"):
    client = house.browser()
    client.headers["X-Forwarded-For"] = address
    return sign_in(client, handle=handle, password=password)


def test_a_handle_that_is_tried_from_many_networks_is_slowed_down_in_each_and_its_person_comes_in(house):
    house.person("rosa")
    for number in range(50):
        assert sign_in_from(house, f"10.0.{number}.1", "wrong").status_code == 400
    again = sign_in_from(house, "10.0.0.1", "wrong")
    assert (again.status_code, again.headers["retry-after"]) == (429, "60")
    assert sign_in_from(house, "10.0.51.1", PASSWORD).status_code == 303  # no network waits before its first attempt
    assert sign_in_from(house, "10.0.52.1", "wrong").status_code == 400
    house.clock.wait(seconds=59)
    assert sign_in_from(house, "10.0.52.1", PASSWORD).status_code == 429
    house.clock.wait(seconds=1)
    assert sign_in_from(house, "10.0.52.1", PASSWORD).status_code == 303
    assert sign_in_from(house, "10.0.1.1", "wrong", handle="clara").status_code == 400
    house.clock.wait(hours=1)
    assert [sign_in_from(house, "10.0.0.1", "wrong").status_code for _ in range(2)] == [400, 400]


def test_nobody_can_read_from_the_table_which_handle_failed_where(house):
    house.person("rosa")
    sign_in(house.browser(), password="wrong")
    with house.section.reading() as session:
        buckets = {row.bucket for row in session.exec(select(FailedSignIn))}
    networks = ("", "anywhere", "testclient", "127.0.0.0/24", "line ", "line 127.0.0.1/32")
    assert len(buckets) == 3
    assert buckets.isdisjoint(terms.hash_of(f"{handles.key('rosa')} {network}") for network in networks)


def test_a_secret_known_before_signing_in_is_worth_nothing(house):
    house.person("rosa")
    client = house.browser()
    client.cookies.set("intl-fr", "a" * 43, domain="testserver.local")
    answer = sign_in(client)
    secret = answer.cookies["intl-fr"]
    assert secret != "a" * 43
    client.cookies.clear()
    again = sign_in(client)
    assert again.cookies["intl-fr"] != secret


def test_signing_in_again_ends_the_session_before(house):
    client = house.person("rosa")
    before = house.secret_of(client)
    sign_in(client)
    after = house.secret_of(client)
    assert after != before
    other = house.browser()
    other.cookies.set("intl-fr", before, domain="testserver.local")
    assert (who(client), who(other)) == ("rosa", 403)


def test_only_a_hash_of_the_session_is_kept_and_nothing_for_passers_by(house):
    for _ in range(3):
        house.browser().get("/members/sign-in")
    with house.section.reading() as session:
        assert session.exec(select(SignedIn)).all() == []
    client = house.person("rosa")
    with house.section.reading() as session:
        assert [row.hash for row in session.exec(select(SignedIn))] == [terms.hash_of(house.secret_of(client))]


def test_sign_out_ends_the_session_here_and_on_the_server(house):
    client = house.person("rosa")
    secret = house.secret_of(client)
    answer = client.post("/members/sign-out", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"], answer.headers["clear-site-data"]) == (303, "/", '"storage"')
    assert house.secret_of(client) is None
    client.cookies.set("intl-fr", secret, domain="testserver.local")
    assert who(client) == 403


def test_a_session_ends_after_twelve_idle_hours_and_after_fourteen_days(house):
    client = house.person("rosa")
    house.clock.wait(hours=11, minutes=59)
    assert who(client) == "rosa"
    house.clock.wait(hours=12)
    assert who(client) == 403
    sign_in(client)
    for _ in range(14 * 3):
        assert who(client) == "rosa"
        house.clock.wait(hours=8)
    assert who(client) == 403


def test_whose_session_ended_and_was_cleared_away_gets_back_a_long_text(house):
    passer_by, left, idle = house.browser(), house.person("rosa"), house.person("clara")
    house.command("disable", "rosa")
    house.clock.wait(days=15)
    clear(house.section)
    with house.section.reading() as session:
        assert session.exec(select(SignedIn)).all() == []
    words = " ".join(["roses"] * 20_000)
    for client, again in ((left, True), (idle, True), (passer_by, False)):
        answer = client.post("/members/account", data={"name": words, "language": "en"})
        assert (answer.status_code == 413, words in answer.text) == (not again, again)


def test_last_seen_is_written_every_ten_minutes_only(house):
    client = house.person("rosa")
    begun = house.clock.now

    def seen():
        with house.section.reading() as session:
            return session.exec(select(SignedIn.seen_at)).one()

    house.clock.wait(minutes=9)
    who(client)
    assert seen() == begun
    house.clock.wait(minutes=1)
    who(client)
    assert seen() == house.clock.now


def test_a_sign_in_link_is_not_used_up_by_looking_and_works_once(house):
    house.command("add", "rosa")
    link = house.command("link", "rosa")
    preview, client, thief = house.browser(), house.browser(), house.browser()
    for _ in range(3):
        assert "Sign in as <bdi>rosa</bdi>" in preview.get(link).text
    assert preview.head(link).status_code == 200
    assert client.post(link).status_code == 200
    assert who(client) == "rosa"
    assert thief.get(link).status_code == 404
    assert thief.post(link).status_code == 404
    assert who(thief) == 403


def test_a_sign_in_link_holds_for_a_day_and_a_new_one_replaces_it(house):
    old = house.command("add", "rosa")
    new = house.command("link", "rosa")
    client = house.browser()
    assert client.post(old).status_code == 404
    house.clock.wait(hours=24)
    assert client.post(new).status_code == 404
    assert "Please ask for a new one." in client.get(new).text


def test_no_copy_is_kept_of_what_stands_under_a_secret_address(house):
    link, invitation = house.command("add", "rosa"), house.command("invite")
    wrong = {"handle": "-", "password": PASSWORD, "language": "fr", "accept": "true"}
    passer_by = house.browser()
    answers = [
        *(passer_by.get(address) for address in (link, invitation, link + "x", invitation + "x")),
        passer_by.post(invitation, data=wrong),
        passer_by.post(link + "x"),
        passer_by.post(link, follow_redirects=False),
        sign_in(house.browser(), password="wrong"),
    ]
    assert [(answer.status_code, answer.headers["cache-control"]) for answer in answers] == [
        (status, "no-store") for status in (200, 200, 404, 404, 400, 404, 303, 400)
    ]
    assert house.browser().get("/about").headers["cache-control"] == "no-cache"


def test_a_foreign_page_signs_nobody_in_or_out(house):
    client = house.person("rosa")
    for path in ("/members/sign-out", "/members/account/leave"):
        assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert who(client) == "rosa"


def test_at_a_machine_of_others_nothing_outlasts_the_browser(house):
    """The cookie of the session goes with it, and none tells that somebody of the section was there."""
    house.person("rosa")
    client = house.browser()
    set_cookies = sign_in(client, passing="true").headers.get_list("set-cookie")
    assert [each.partition("=")[0] for each in set_cookies] == [SESSION]
    assert "max-age" not in set_cookies[0].lower()
    assert who(client) == "rosa"
    spoken = client.get("/about?lang=fr").headers.get_list("set-cookie")
    assert [each.partition("=")[0] for each in spoken] == [f"{SESSION}-language"]
    assert "max-age" not in spoken[0].lower()
    house.clock.wait(seconds=1)
    changed = client.post(
        "/members/account/password", data={"old": PASSWORD, "new": "eight black umbrellas"}, follow_redirects=False
    )
    assert (changed.status_code, changed.headers.get_list("set-cookie")) == (303, [])
    assert client.post("/members/account/devices/sign-out", follow_redirects=False).headers.get_list("set-cookie") == []


def test_nor_does_anything_where_a_link_or_an_invitation_leads_in(house):
    """Who is locked out, or new, is often at a machine of others."""
    house.person("rosa")
    link, invitation = house.command("link", "rosa"), house.command("invite")
    joined = {"handle": "clara", "password": PASSWORD, "language": "fr", "accept": "true"}
    for address, form, handle in ((link, {}, "rosa"), (invitation, joined, "clara")):
        client = house.browser()
        assert 'name="passing" type="checkbox" value="true"' in client.get(address).text
        answer = client.post(address, data={**form, "passing": "true"}, follow_redirects=False)
        set_cookies = answer.headers.get_list("set-cookie")
        assert (answer.status_code, [each.partition("=")[0] for each in set_cookies]) == (303, [SESSION])
        assert "max-age" not in set_cookies[0].lower()
        assert who(client) == handle


def test_the_invitation_stays_ticked(house):
    form = {"handle": "clara", "password": "short", "language": "fr", "accept": "true", "passing": "true"}
    ticked = 'name="passing" type="checkbox" value="true" checked'
    for password in ("short", "x" * 5000):
        assert ticked in house.browser().post(house.command("invite"), data={**form, "password": password}).text


def test_whoever_signs_out_leaves_no_language_that_tells_of_them(house):
    house.person("rosa")
    client = house.browser()
    sign_in(client, passing="true")
    client.get("/about?lang=fr")
    client.post("/members/sign-out")
    assert [each.name for each in client.cookies.jar] == []
    client.get("/about?lang=fr")  # a passer-by's tells of nobody
    sign_in(client, passing="true")
    client.post("/members/sign-out")
    assert [(each.name, each.value) for each in client.cookies.jar] == [(f"{SESSION}-language", "fr.")]


def test_whose_machine_it_is_stays_ticked(house):
    house.person("rosa")
    page = sign_in(house.browser(), password="wrong", passing="true").text
    assert 'name="passing" type="checkbox" value="true" checked' in page
    assert 'name="passing" type="checkbox" value="true" checked' not in house.browser().get("/members/sign-in").text


@pytest.mark.parametrize(
    ("path", "form"),
    [("/members/account/password", {"new": "many blue umbrellas"}), ("/members/account/devices/sign-out", {})],
)
def test_at_a_machine_of_a_comrade_who_is_known_there_the_guest_is_not(house, path, form):
    """Whoever is locked out comes in by a link, ticks that the machine is not theirs, and chooses a new password."""
    client = house.person("emma")
    assert client.cookies[f"{SESSION}-browser"].count(".") == 0
    kept = client.cookies[f"{SESSION}-browser"]
    client.post("/members/sign-out")
    client.post(house.command("add", "guest", "--role", "member"), data={"passing": "true"})
    assert client.get("/members/account").status_code == 200
    answer = client.post(path, data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers.get_list("set-cookie")) == (303, [])
    client.post("/members/sign-out")
    assert client.cookies[f"{SESSION}-browser"] == kept
