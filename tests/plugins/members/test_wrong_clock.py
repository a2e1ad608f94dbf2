"""A clock that was years ahead for a while, and set right: what was dated then holds no more and is cleared."""

import pytest
from sqlmodel import select

from internationale.kit import Invalid
from internationale_members.queries import sessions
from internationale_members.rows import FailedSignIn, Invitation, KnownBrowser, SignedIn, SignInLink
from internationale_members.tasks import clear

PASSWORD = "seven red umbrellas"
AHEAD = {"days": 3 * 365}


def sign_in(house, client, password=PASSWORD):
    return client.post("/members/sign-in", data={"handle": "rosa", "password": password}, follow_redirects=False)


@pytest.fixture
def then(house):
    """Rosa's browser, a link and an invitation of the time when the clock was wrong."""
    house.person("rosa")
    house.clock.wait(**AHEAD)
    client = house.browser()
    assert sign_in(house, client).status_code == 303
    link, invitation = house.command("link", "rosa"), house.command("invite")
    for number in range(55):
        with pytest.raises(Invalid):
            sessions.sign_in(house.section, "rosa", "wrong", address=f"10.0.{number}.1", device="", previous=None)
    for _ in range(4):
        sign_in(house, house.browser(), "wrong")
    house.clock.wait(days=-AHEAD["days"])
    return client, link, invitation


def test_nobody_waits_for_what_failed_in_the_future(house, then):
    assert sign_in(house, house.browser(), "wrong").status_code == 400
    assert sign_in(house, house.browser()).status_code == 303


def test_nothing_of_then_holds(house, then):
    client, link, invitation = then
    for days in (0, 300):
        house.clock.wait(days=days)
        assert client.get("/api/v1/members/me").status_code == 403
        assert [house.browser().get(address).status_code for address in (link, invitation)] == [404, 404]


def test_it_is_cleared(house, then):
    sign_in(house, house.browser())
    clear(house.section)
    with house.section.reading() as session:
        left = {rows: session.exec(select(rows)).all() for rows in (FailedSignIn, SignedIn, KnownBrowser, SignInLink, Invitation)}
    now = house.clock.now
    assert [row.begun_at for row in left[SignedIn]][-1:] == [now]
    assert all(row.begun_at <= now for row in left[SignedIn])
    assert all(row.at <= now for row in (*left[FailedSignIn], *left[KnownBrowser]))
    assert [row for row in (*left[SignInLink], *left[Invitation]) if row.made_at > now] == []


def test_a_clock_that_is_a_little_ahead_is_no_matter(house):
    client = house.person("rosa")
    house.clock.wait(minutes=-4)
    clear(house.section)
    assert client.get("/api/v1/members/me").status_code == 200
