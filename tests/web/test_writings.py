"""What one person may write: whatever they send is counted, and what says nothing can always be sent."""

import pytest

from internationale.errors import TooSoon
from internationale.web.gathering import SHORT
from internationale.web.writings import EACH, HOUR, MOST, Writings

LONG = {"title": "T", "reason": "Words that took an evening."}


@pytest.fixture
def clock(app):
    """Moves the time by which the application counts; nobody has written yet."""
    now = [0.0]
    before, app.state["writings"] = app.state["writings"], Writings(lambda: now[0])
    yield now
    app.state["writings"] = before


def used_up(app, account="1"):
    """All that somebody may write is written."""
    app.state["writings"].spend(account, MOST)


def test_an_allowance_is_more_than_people_write_and_grows_back():
    now = [0.0]
    counted = Writings(lambda: now[0])
    for _ in range(MOST // (40_000 + EACH) + 1):
        counted.spend("rosa", 40_000)
    with pytest.raises(TooSoon) as told:
        counted.spend("rosa", 40_000)
    counted.spend("karl", MOST)  # another's is another
    now[0] += told.value.seconds
    counted.spend("rosa", 1)
    with pytest.raises(TooSoon):
        counted.spend("rosa", 1)
    now[0] += 3600
    for _ in range(HOUR // EACH - 2):
        counted.spend("rosa", 0)
    now[0] += 5 * 3600
    counted.spend("clara", 1)
    assert list(counted._each) == ["clara"]


def test_who_has_used_theirs_up_is_told_so_and_gets_back_what_they_wrote(app, visitor, clock):
    visitor.get("/shop/session")
    assert visitor.post("/shop", data=LONG).status_code == 303
    used_up(app)
    answer = visitor.post("/shop?lang=en", data=LONG)
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
    assert "So much was sent under your account lately" in answer.text
    assert "Words that took an evening." in answer.text
    api = visitor.post("/api/v1/shop", json=LONG)
    assert (api.status_code, api.json()["error"]) == (429, "too_soon")
    clock[0] += 3600
    assert visitor.post("/shop", data=LONG).status_code == 303


def test_what_says_nothing_costs_nothing_and_nor_does_reading(app, visitor, clock):
    visitor.get("/shop/session")
    used_up(app)
    assert visitor.get("/shop/out").status_code == 200
    visitor.get("/shop/session")
    assert visitor.post("/shop/may").status_code == 403  # it came so far as to be refused for want of the right
    assert visitor.post("/shop/nothing").status_code == 303


def test_nobody_in_particular_has_no_allowance_to_use_up(app, visitor, clock):
    used_up(app)
    assert visitor.post("/shop", data=LONG).status_code == 303


def test_a_short_form_that_a_handler_asks_not_to_count_can_always_be_sent_and_a_long_one_is_counted(app, visitor, clock):
    visitor.get("/shop/session")
    used_up(app)
    longest = "x" * (SHORT - len("title=T&reason="))
    answers = [visitor.post("/shop/uncounted", data={"title": "T", "reason": longest + more}) for more in ("", "x")]
    answers += [visitor.post("/api/v1/shop/uncounted", json=LONG | more) for more in ({}, {"reason": "x" * SHORT})]
    assert [answer.status_code for answer in answers] == [303, 429, 201, 429]
