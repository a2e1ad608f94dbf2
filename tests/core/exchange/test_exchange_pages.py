"""What members and the host see of the exchange, as pages and as JSON."""

from datetime import timedelta

import pytest

from internationale.kit import Message
from internationale.ledger.deliveries import Delivery
from internationale.rooms.roster import port
from internationale.section import Section
from internationale.testing.clock import Clock

from .conftest import NOW, Browse, said


@pytest.fixture
def grown(joined: Section) -> Section:
    """``fr`` has joined; ``ar`` lacks three events of ``ic``; a forged and an early event arrived."""
    with joined.writing() as session:
        port.store_heads(session, said("ic", 1, ic=(5, "a")), NOW)
        port.store_heads(session, said("ar", 1, ic=(2, "b")), NOW - timedelta(hours=1))
    assert joined.accept([Delivery("intl.v1.log.ic.1.1", b"{}", "0.0", "<b>a hub</b>")]) == ["quarantined"]
    return joined


def test_before_joining_the_page_says_so(browse: Browse) -> None:
    assert "has not joined an International yet" in browse("/federation", "member")
    assert browse("/api/v1/federation", "member")["version"] == 0


def test_members_see_who_has_what(grown: Section, browse: Browse) -> None:
    page = browse("/federation", "member")
    for sentence in (
        "Section ar",
        "All but 3 messages.",
        "All but 5 messages.",
        "Everything that is known here.",
        "this section",
        "Version 3",
    ):
        assert sentence in page
    assert "turned away" not in page
    sections = browse("/api/v1/federation", "member")["sections"]
    assert [(each["code"], each["lacks"], each["own"]) for each in sections] == [
        ("ar", 3, False),
        ("fr", 5, True),
        ("ic", 0, False),
    ]


def test_the_host_sees_what_is_held_back_and_why(grown: Section, browse: Browse) -> None:
    assert "1 message was turned away." in browse("/federation", "host")
    page = browse("/federation/waiting", "host")
    assert "intl.v1.log.ic.1.1" in page
    assert "It is signed with a key that the list of sections does not know." in page
    stuck = browse("/api/v1/federation/waiting", "host")
    assert stuck["counts"]["quarantined"] == 1
    assert [(held["name"], held["reason"], held["via"]) for held in stuck["quarantined"]] == [
        ("intl.v1.log.ic.1.1", "unknown_key", "<b>a hub</b>")
    ]


@pytest.mark.parametrize("path", ["/federation", "/federation/waiting"])
def test_strangers_are_asked_to_sign_in(grown: Section, browse: Browse, path: str) -> None:
    browse(path, status=303)
    browse(f"/api/v1{path}", status=403)


def test_members_do_not_see_what_is_held_back(grown: Section, browse: Browse) -> None:
    browse("/federation/waiting", "member", status=403)
    browse("/api/v1/federation/waiting", "member", status=403)


def test_an_expired_roster_is_said_to_be(grown: Section, browse: Browse, clock: Clock) -> None:
    clock.now = NOW + timedelta(days=366)
    assert "has expired" in browse("/federation", "member")


def test_while_the_fence_is_closed_the_page_says_why(grown: Section, browse: Browse) -> None:
    grown.fence(Message("Nobody has answered yet."))
    assert "Nobody has answered yet." in browse("/federation", "member")
