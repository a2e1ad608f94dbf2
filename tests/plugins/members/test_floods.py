"""A flood of forms with passwords: every other page is answered, and whoever finds the queue full is told so at once."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor, wait

import argon2
import pytest

PASSWORD = "seven red umbrellas"
RUNNING, WAITING, OF_ONE = 2, 64, 16
SECONDS = 60
"""By then what is not held up has been answered, on the slowest machine."""


@pytest.fixture
def go(monkeypatch):
    """Every password takes until this is set."""
    event = threading.Event()
    for name in ("verify", "hash"):
        real = getattr(argon2.PasswordHasher, name)

        def last(self, *arguments, real=real):
            assert event.wait(2 * SECONDS)
            return real(self, *arguments)

        monkeypatch.setattr(argon2.PasswordHasher, name, last)
    return event


@pytest.fixture
def at_once(go):
    with ThreadPoolExecutor(200) as pool:
        yield pool.submit
        go.set()


def sign_in(house, address="192.0.2.1", handle="rosa", password="wrong"):
    form = {"handle": handle, "password": password}
    return house.browser().post(
        "/members/sign-in", data=form, headers={"X-Forwarded-For": address, "Accept-Language": "en"}, follow_redirects=False
    )


def answered(attempts, many):
    """So many of them, when they are answered."""
    while attempts and len(found := [each for each in attempts if each.done()]) < many:
        done, _ = wait([each for each in attempts if not each.done()], SECONDS, "FIRST_COMPLETED")
        assert done, f"{len(found)} of {many} were answered"
    return [each.result() for each in found]


def test_who_looks_at_a_page_is_not_held_up_and_a_full_queue_says_so(house, go, at_once):
    go.set()
    house.person("rosa")
    go.clear()
    attempts = [at_once(sign_in, house, f"192.0.2.{number}", "rosa" if number % 2 else "nobody") for number in range(80)]
    refused = answered(attempts, 80 - RUNNING - OF_ONE)
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in refused} == {(429, "5")}
    assert len({re.sub("nobody|rosa|nonce=.*", "", answer.text) for answer in refused}) == 1
    assert "Too many ask for this at once." in refused[0].text
    assert at_once(house.browser().get, "/about").result(SECONDS).status_code == 200
    rosa = at_once(sign_in, house, "198.51.100.1", "rosa", PASSWORD)  # another network finds a place in the queue
    waiting = [each for each in attempts if not each.done()]
    assert (len(waiting), rosa.done()) == (RUNNING + OF_ONE, False)
    go.set()
    assert {answer.result(SECONDS).status_code for answer in waiting} <= {400, 429}
    assert rosa.result(SECONDS).status_code == 303


def test_the_queue_has_an_end_for_all_networks_together(house, go, at_once):
    attempts = [at_once(sign_in, house, f"10.0.{number}.1") for number in range(RUNNING + WAITING + 1)]
    (refused,) = answered(attempts, 1)
    assert refused.status_code == 429
    go.set()
    assert {each.result(SECONDS).status_code for each in attempts} == {400, 429}


def test_every_form_with_a_password_waits_in_this_queue(house, go, at_once):
    go.set()
    rosa, link = house.person("rosa"), house.command("invite")
    invitation = {"handle": "clara", "password": PASSWORD, "language": "fr", "accept": True}
    go.clear()
    flood = [at_once(sign_in, house, "testclient") for _ in range(RUNNING + OF_ONE + 1)]
    answered(flood, 1)
    new, leaving = {"old": PASSWORD, "new": "two green bicycles"}, {"handle": "rosa", "password": PASSWORD}
    answers = [
        rosa.post("/members/account/password", data=new),
        rosa.put("/api/v1/members/me/password", json=new),
        rosa.post("/members/account/leave", data=leaving),
        rosa.post("/api/v1/members/me/leave", json=leaving),
        house.browser().post(link, data=invitation),
        house.browser().post("/api/v1/members/join", json=invitation | {"invitation": link.rpartition("/")[2]}),
    ]
    assert [(answer.status_code, answer.headers["retry-after"]) for answer in answers] == [(429, "5")] * 6
    assert answers[1].json()["error"] == "too_soon"
