"""Nobody learns from the waiting at sign-in whether a handle is a member's, and when they sign in, from whatever address."""

import pytest

from internationale.testing.between import before_writing
from internationale_members.rules import passwords

PASSWORD = "seven red umbrellas"
SPY = "192.0.2.7"
LINES = {"the same line": SPY, "the same network": "192.0.2.200", "elsewhere": "198.51.100.7"}


def attempt(house, address, handle, password="wrong", browser=None):
    """What is answered: the status, and how long to wait."""
    form, headers = {"handle": handle, "password": password}, {"X-Forwarded-For": address}
    answer = (browser or house.browser()).post("/members/sign-in", data=form, headers=headers, follow_redirects=False)
    return answer.status_code, answer.headers.get("retry-after")


def seen(house, handle, before, meanwhile):
    """All that a spy is answered who tries this handle, while something is done."""
    answers = [attempt(house, SPY, handle) for _ in range(before)]
    came = meanwhile()
    for seconds in (0, 0, 1, 0, 2, 0, 4, 0, 60, 0):
        house.clock.wait(seconds=seconds)
        answers.append(attempt(house, SPY, handle))
    house.clock.wait(hours=2)
    return answers, came


@pytest.mark.parametrize("before", [0, 2, 4, 5, 8])
@pytest.mark.parametrize("address", LINES.values(), ids=LINES)
def test_a_sign_in_looks_from_outside_like_a_handle_that_nobody_has_and_nobody_tries(house, address, before):
    house.person("rosa")
    house.clock.wait(hours=2)
    rosa, came = seen(house, "rosa", before, lambda: [attempt(house, address, "rosa", PASSWORD)[0] for _ in range(7)])
    nobody, _nothing = seen(house, "nobody", before, lambda: None)
    let_in = address != SPY or before < 5  # whoever tries from the very line of an attacker waits with them
    assert (rosa, came) == (nobody, [303 if let_in else 429] * 7)


@pytest.mark.parametrize("how", ["password", "known browser"])
def test_who_tries_now_and_then_from_anywhere_does_not_see_it_either(house, how):
    """One attempt a minute, as long as one need not wait for ten: at which it begins is counted over all networks."""
    rosa = house.person("rosa")
    house.clock.wait(hours=2)

    def tried(handle):
        answers = []
        for minute in range(55):
            answers.append(attempt(house, SPY, handle))
            house.clock.wait(minutes=1)
            if (handle, minute) == ("rosa", 30):
                browser = rosa if how == "known browser" else None
                assert attempt(house, "198.51.100.7", "rosa", PASSWORD, browser) == (303, None)
        house.clock.wait(hours=2)
        return answers

    assert tried("rosa") == tried("nobody")


def test_nor_while_the_password_is_looked_at(house):
    house.person("rosa")
    for _ in range(5):
        attempt(house, SPY, "rosa")
    before = attempt(house, SPY, "rosa")
    with before_writing(house.section, lambda: attempt(house, SPY, "rosa")) as during:
        assert attempt(house, "192.0.2.200", "rosa", PASSWORD) == (303, None)
    assert during == [attempt(house, SPY, "rosa")] == [before] == [(429, "1")]


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_of_many_at_once_each_is_judged_by_those_that_were_answered_before(house, password):
    """Else so many would slip through as come at once. What has to wait is not told apart, nor counted."""
    house.person("rosa")
    for _ in range(4):
        attempt(house, SPY, "rosa")
    with before_writing(house.section, lambda: attempt(house, SPY, "rosa")) as during:
        assert attempt(house, SPY, "rosa", password) == (429, "1")
    assert during == [(400, None)]
    house.clock.wait(seconds=1)
    assert attempt(house, SPY, "rosa") == (400, None)


def test_nor_by_tipping_a_handle_over_to_be_one_that_is_attacked(house):
    """So many failures from all over the world make everybody wait longer: a sign-in among them counts as little as none."""
    house.person("rosa")
    for number in range(49):
        attempt(house, f"10.0.{number}.1", "rosa")
    assert attempt(house, "198.51.100.7", "rosa", PASSWORD) == (303, None)
    assert attempt(house, "10.0.0.1", "rosa") == (400, None)
    assert attempt(house, "10.0.0.1", "rosa") == (429, "120")


def test_whose_a_browser_is_cannot_be_found_out_with_its_cookie(house, monkeypatch):
    """Who has taken a machine tries each handle with it that they suspect; and whether a password is looked at takes time."""
    rosa = house.person("rosa")
    house.person("clara")
    rosa.post("/members/sign-out")
    house.clock.wait(hours=2)
    looked, matches = [], passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *given: looked.append(1) or matches(*given))

    def tried(handle):
        looked.clear()
        answers = [attempt(house, SPY, handle, browser=browser) for browser in (rosa, *[None] * 6, *[rosa] * 8)]
        for seconds in (1, 2, 4, 8, 60):
            house.clock.wait(seconds=seconds)
            answers += [attempt(house, SPY, handle, browser=rosa) for _ in range(3)]
        house.clock.wait(hours=2)
        return answers, len(looked)

    hers, other, nobody = tried("rosa"), tried("clara"), tried("nobody")
    assert hers == other == nobody
    assert attempt(house, SPY, "rosa", PASSWORD, browser=rosa) == (303, None)
