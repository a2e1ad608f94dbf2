"""Whoever tries a person's password cannot keep that person out: not in a browser of theirs, and not from a line of their own."""

import re
from collections import Counter

import pytest
from sqlmodel import select

from internationale.kit import Invalid, TooSoon
from internationale_members.queries import sessions
from internationale_members.rows import FailedSignIn, KnownBrowser
from internationale_members.rules import terms

PASSWORD = "seven red umbrellas"
COOKIE = "intl-fr-browser"


def sign_in(house, client, address="192.0.2.7", password=PASSWORD, handle="rosa"):
    form = {"handle": handle, "password": password}
    return client.post("/members/sign-in", data=form, headers={"X-Forwarded-For": address}, follow_redirects=False)


def attack(house, address="192.0.2.7", handle="rosa"):
    """Somebody tries as often as they may, every other second, for so long that the wait is the longest."""
    for _time in range(100):
        house.clock.wait(seconds=2)
        with pytest.raises((Invalid, TooSoon)):
            sessions.sign_in(house.section, handle, "wrong", address=address, device="", previous=None)


def counted(house):
    """How many attempts are held against whom."""
    with house.section.reading() as session:
        return Counter(session.exec(select(FailedSignIn.bucket)).all())


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Passwords take no time."""
    name = "internationale_members.rules.passwords.matches"
    monkeypatch.setattr(name, lambda given, hashed: given == PASSWORD and bool(hashed))


def test_in_a_browser_of_theirs_nobody_delays_them(house):
    client = house.person("rosa")
    client.post("/members/sign-out")
    attack(house)
    assert sign_in(house, house.browser()).status_code == 429  # the same line, and a new browser
    assert sign_in(house, client).status_code == 303
    client.post("/members/sign-out")
    assert sign_in(house, client).status_code == 303


def test_from_a_line_of_their_own_they_come_in_although_the_network_waits(house):
    house.person("rosa")
    attack(house)
    client = house.browser()
    assert sign_in(house, client, "192.0.2.99", "a slip of the hand").status_code == 400
    assert sign_in(house, client, "192.0.2.99").status_code == 303
    assert sign_in(house, house.browser(), "192.0.2.99").status_code == 303
    for number in range(50):
        sign_in(house, house.browser(), f"10.0.{number}.1", "wrong")
    attack(house)
    assert sign_in(house, house.browser(), "192.0.2.98").status_code == 303
    assert sign_in(house, client, "192.0.2.99").status_code == 303


@pytest.mark.parametrize("written", ["::ffff:{}", "64:ff9b::{}"])
def test_whom_a_proxy_hands_on_as_of_ipv6_is_as_far_away_as_before(house, written):
    """As ``listen [::]:443 ipv6only=off`` has it: else all of IPv4 were one line, and anybody kept anybody out."""
    house.person("rosa")
    attack(house, written.format("198.51.100.7"))
    assert sign_in(house, house.browser(), written.format("203.0.113.9")).status_code == 303
    assert sign_in(house, house.browser(), "198.51.100.7").status_code == 429


def test_lines_of_one_connection_are_one_and_only_a_few_are_let_through(house):
    house.person("rosa")
    attack(house, "2001:db8:1:1::1")
    assert sign_in(house, house.browser(), "2001:db8:1:1:ffff::2").status_code == 429
    let = [sign_in(house, house.browser(), f"2001:db8:1:{number:x}::1", "wrong").status_code for number in range(2, 30)]
    assert let == [400] * terms.NEWCOMERS + [429] * (28 - terms.NEWCOMERS)
    assert sign_in(house, house.browser(), "2001:db8:2::1").status_code == 303


def test_the_cookie_is_of_one_person_and_never_of_passers_by(house):
    rosa, passer_by = house.person("rosa"), house.browser()
    house.person("clara")
    assert COOKIE not in sign_in(house, passer_by, password="wrong").cookies
    passer_by.get("/members/sign-in")
    assert COOKIE not in passer_by.cookies
    answers = []
    for handle in ("clara", "nobody"):
        attack(house, handle=handle)
        answers.append(sign_in(house, rosa, handle=handle, password="wrong"))
    assert [answer.status_code for answer in answers] == [429, 429]
    assert len({re.sub(r"\d+|clara|nobody|.*nonce=.*", "", answer.text) for answer in answers}) == 1


def test_what_is_tried_with_it_is_counted_by_itself(house):
    thief = house.person("rosa")
    thief.post("/members/sign-out")
    assert [sign_in(house, thief, password="wrong").status_code for _ in range(6)] == [400] * 5 + [429]
    assert sign_in(house, thief).status_code == 429  # so often, and no longer than others who try again and again
    assert sign_in(house, house.browser(), "198.51.100.1").status_code == 303
    house.clock.wait(seconds=1)
    assert sign_in(house, thief).status_code == 303


def test_a_cookie_that_somebody_made_up_lets_nobody_in_who_has_to_wait(house):
    house.person("rosa")
    attack(house)
    for number in range(5):
        client = house.browser()
        client.cookies.set(COOKIE, f"made-up-{number}", domain="testserver.local")
        before = counted(house)
        assert sign_in(house, client).status_code == 429
    assert before == counted(house)  # nor does it fill the table


def test_it_is_new_with_each_sign_in_and_only_a_hash_is_kept(house):
    client = house.person("rosa")
    first = client.cookies[COOKIE]
    header = sign_in(house, client).headers.get_list("set-cookie")
    (carried,) = [each.lower() for each in header if each.startswith(COOKIE)]
    assert all(word in carried for word in ("httponly", "samesite=lax", "path=/", f"max-age={180 * 86_400}"))
    second = client.cookies[COOKIE]
    assert "." not in second
    with house.section.reading() as session:
        kept = session.exec(select(KnownBrowser.hash)).all()
    assert (len(kept), second != first) == (1, True)
    assert not {first, second, terms.hash_of(first), terms.hash_of(second)} & set(kept)


def test_people_who_share_a_browser_are_both_known_there(house):
    client = house.person("rosa")
    house.person("clara")
    client.post("/members/sign-out")
    assert sign_in(house, client, handle="clara").status_code == 303
    assert len(client.cookies[COOKIE].split(".")) == 2
    client.post("/members/sign-out")
    attack(house)
    attack(house, handle="clara")
    for handle in ("rosa", "clara"):
        assert sign_in(house, client, handle=handle).status_code == 303
        client.post("/members/sign-out")


@pytest.mark.parametrize("how", ["everywhere", "password", "closed", "time", "leaving"])
def test_it_ends_with_the_other_ways_in(house, how):
    client, other = house.person("rosa"), house.browser()
    sign_in(house, other)
    before = other.cookies[COOKIE]
    if how == "everywhere":
        client.post("/members/account/devices/sign-out")
    elif how == "password":
        client.post("/members/account/password", data={"old": PASSWORD, "new": "two green bicycles"})
    elif how == "closed":
        house.command("disable", "rosa")
    elif how == "time":
        house.clock.wait(days=180)
    else:
        client.post("/members/account/leave", data={"handle": "rosa", "password": PASSWORD})
    stolen = house.browser()
    stolen.cookies.set(COOKIE, before, domain="testserver.local")
    attack(house)
    assert sign_in(house, stolen).status_code == 429
    if how in ("everywhere", "password"):  # where it was asked for, they stay known
        client.post("/members/sign-out")
        assert sign_in(house, client).status_code == 303


@pytest.mark.parametrize("cookie", ["", ".", "....", "x" * 5000, "\xff", "a.b.c.d.e.f"])
def test_a_cookie_that_is_none_of_ours_changes_nothing(house, cookie):
    house.person("rosa")
    with pytest.raises(Invalid):
        sessions.sign_in(house.section, "rosa", "wrong", address="192.0.2.1", device="", previous=None, browser=cookie)
    secret = sessions.sign_in(house.section, "rosa", PASSWORD, address="", device="", previous=None, browser=cookie)
    assert secret


def test_a_right_password_takes_nothing_back_for_which_others_wait(house):
    house.person("rosa")
    attack(house)

    before = counted(house)
    assert sign_in(house, house.browser(), "192.0.2.99").status_code == 303
    assert before == counted(house)  # nor does it leave anything
    assert sign_in(house, house.browser(), "192.0.2.50").status_code == 303


def test_many_browsers_of_one_person_are_not_kept(house):
    house.person("rosa")
    for _ in range(25):
        house.clock.wait(minutes=1)
        sign_in(house, house.browser())
    with house.section.reading() as session:
        assert len(session.exec(select(KnownBrowser)).all()) == terms.BROWSERS
